import type { Column } from "../columns";
import type { FactorReport, FactorRow, Objective } from "./experiment";

/** A factor on one hold-out day. */
export interface FactorLine {
  setting: string;
  row: FactorRow;
  seed: number;
  toOptimum: number;
}

/** Columns of the report's CSV file, a line for each objective, factor and hold-out seed. */
export const FACTOR_CSV_COLUMNS: readonly Column<FactorLine>[] = [
  { key: "setting", csv: "setting", value: ({ setting }) => setting },
  { key: "objective", csv: "objective", value: ({ row }) => row.objective },
  { key: "factor", csv: "first_step_factor", value: ({ row }) => row.factor },
  { key: "tuned", csv: "tuned", value: ({ row }) => String(row.tuned) },
  { key: "seed", csv: "seed", value: ({ seed }) => seed },
  { key: "toOptimum", csv: "objective_to_optimum", value: ({ toOptimum }) => toOptimum },
];

const NAMES: Readonly<Record<Objective, string>> = { load: "squared load", steps: "squared steps" };
const ratio = (value: number) => value.toFixed(3);
const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

/** A column of the report's tables. */
export interface FactorColumn {
  title: string;
  show: (row: FactorRow) => string;
}

/** The columns of the table of hold-out days. */
export const FACTOR_COLUMNS: readonly FactorColumn[] = [
  { title: "objective", show: ({ objective }) => NAMES[objective] },
  { title: "c", show: ({ factor, tuned }) => `${factor}${tuned ? ", tuned" : ""}` },
  { title: "to optimum", show: ({ spread }) => `${ratio(spread.mean)} ± ${ratio(spread.standardDeviation)}` },
  { title: "worst", show: ({ spread }) => ratio(spread.max) },
  {
    title: "less that of c = 1, 95 % interval",
    show: ({ factor, againstOne: { low, high } }) =>
      factor === 1 || low === undefined || high === undefined ? "–" : `${signed(low)} to ${signed(high)}`,
  },
];

/** Findings on the training days, a line for each objective. */
export function trainingLines({ training }: FactorReport): string[] {
  return training.map(({ objective, toOptimum, chosen }) => {
    const tried = toOptimum.map(({ factor, mean }) => `${factor}: ${ratio(mean)}`).join(", ");
    return `${NAMES[objective]} to the optimum on training seeds, by c: ${tried}; chosen: ${chosen}`;
  });
}
