import { amountDown } from "../../model/money";
import { type RowFigures, TABLE, type TableRow, type TableSettler, YUAN } from "./table";

/** A figure of the table that is compared. */
export type TableColumn = keyof RowFigures;

/** The columns in the order in which the paper prints them. */
export const TABLE_COLUMNS: readonly TableColumn[] = ["buyer", "seller", "grid", "creditBuyer", "creditSeller"];

/** One figure of the paper beside ours; amounts in money units, credits in 1/100 point. */
export interface Cell {
  paper: bigint;
  ours: bigint;
  /** To the decimal that the paper prints: 0.1 yuan, a whole point. */
  agrees: boolean;
  /** Why it does not. */
  why?: string;
}

/** A row of the table with every figure compared. */
export interface ComparedRow {
  row: TableRow;
  cells: Record<TableColumn, Cell>;
}

/** Settles every row of [D Table 2] and compares what comes out with what the paper prints. */
export async function compareTable(settler: TableSettler): Promise<ComparedRow[]> {
  const compared: ComparedRow[] = [];
  // One after the other: a settler has one clock.
  for (const { paper, ...row } of TABLE) {
    const ours = await settler.settleRow(row);
    const cells = Object.fromEntries(
      TABLE_COLUMNS.map((column) => [column, compareCell(row, column, paper[column], ours[column])]),
    ) as Record<TableColumn, Cell>;
    compared.push({ row, cells });
  }
  return compared;
}

function compareCell(row: TableRow, column: TableColumn, paper: bigint, ours: bigint): Cell {
  const isCredit = column === "creditBuyer" || column === "creditSeller";
  const decimal = isCredit ? 100n : YUAN / 10n;
  const agrees = rounded(paper, decimal) === rounded(ours, decimal);
  if (agrees) return { paper, ours, agrees };
  return { paper, ours, agrees, why: isCredit ? WHY_CREDIT : whyMoney(row, paper, ours) };
}

/** To multiples of `unit`, halves away from zero. */
function rounded(value: bigint, unit: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const units = (2n * magnitude + unit) / (2n * unit);
  return value < 0n ? -units : units;
}

const WHY_CREDIT =
  "by (1) and (2) this row's score is ours; the paper's figure rests on earlier trades that it does not give " +
  "(its cumulative volumes do not follow from row to row)";

/** The one slip that explains a row of money: wheeling on all that was consumed instead of on what was traded. */
function whyMoney({ consumedWh, producedWh, wheelingPricePerKwh }: TableRow, paper: bigint, ours: bigint): string {
  const tradedWh = consumedWh < producedWh ? consumedWh : producedWh;
  const more = amountDown(wheelingPricePerKwh, consumedWh - tradedWh);
  if (more === 0n || paper - ours !== more) return "no reading of the paper's rule explains it";
  const kWh = (energyWh: bigint) => `${Number(energyWh) / 1000} kWh`;
  return (
    `the paper charges wheeling on the ${kWh(consumedWh)} consumed; in its other rows it does on the energy traded, ` +
    `here ${kWh(tradedWh)}`
  );
}
