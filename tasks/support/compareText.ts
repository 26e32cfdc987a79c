import { COMPARE_COLUMNS, type CompareColumn, spreadText } from "../../scripts/reports/compareColumns";
import type { SchemeComparison } from "../../scripts/simulation/compare";
import { grouped, printHeading, printTable, printWarnings } from "./output";

/** Title of a comparison, and words printed beside its figures. */
export interface ComparisonWords {
  /** `chapter4, 20 seeds from 1`. */
  title: string;
  /** Whether a planner of one's own was among the proposers. */
  hasOwnPlanner: boolean;
  warnings: readonly string[];
}

/** Prints a comparison: its tables, ranks, and the thesis's claims. */
export async function printComparison(
  schemes: readonly SchemeComparison[],
  { title, hasOwnPlanner, warnings }: ComparisonWords,
): Promise<void> {
  const { ranking } = await import("../../scripts/simulation/compare");
  const { REPORTED_BY_THESIS } = await import("../../scripts/simulation/reportedByThesis");
  const { checkClaims, checkMarket } = await import("../../scripts/simulation/thesisClaims");
  printHeading(`${title}: power fluctuation, mean ± standard deviation`);
  printWarnings(warnings);
  printTableOf(schemes, "fluctuation");
  console.log(
    "The measured day. abs. steps: thesis 4.4. root sq. steps: thesis ch. 6 (4). slope sd: root of thesis 5.7, the slope " +
      "per hour. ln range/mean: thesis 3.11.",
  );

  printHeading("Against the offline optimum of the same energy, and who has to cooperate");
  printTableOf(schemes, "optimum", {
    energy: ({ energy }) => (energy === "both" ? "charged and sold" : "charged"),
    cooperates: ({ cooperates }) => cooperates,
  });
  console.log(
    "Over all days simulated, each stay to its end: no schedule is below the optimum there. Schemes in which EVs sell are " +
      "compared with the optimum in which they do.",
  );

  printHeading("Feeder and EVs");
  printTableOf(schemes, "feeder");
  console.log(
    "paid: per charging EV; earned: per discharging EV; without a market, at the tariffs. gas: with --on chain.",
  );

  printHeading("Ranked, calmest first");
  for (const [measure, figure] of [
    ["by squared steps", "squaredStepsRootW"],
    ["by absolute steps", "absoluteStepsW"],
    ["by ln range/mean", "logRange"],
  ] as const) {
    console.log(
      `${measure}: ${ranking(schemes, figure)
        .map(({ title }) => title)
        .join(" < ")}`,
    );
  }

  if (hasOwnPlanner) printContest(schemes);
  printHeading("Reported by the thesis, its own data (not comparable in size)");
  printTable(
    ["scheme", "measure", "reported", "where"],
    REPORTED_BY_THESIS.map(({ scheme, measure, value, source }) => [scheme, measure, value, source]),
  );
  printHeading("The thesis's claims on this run");
  for (const { claim, verdict, found } of checkClaims(schemes)) {
    console.log(`${verdict === "does not hold" ? verdict.toUpperCase() : verdict}: ${claim} (${found})`);
  }
  printHeading("The market against what needs none");
  for (const { claim, verdict, found } of checkMarket(schemes)) console.log(`${verdict}: ${claim} (${found})`);
}

function printTableOf(
  schemes: readonly SchemeComparison[],
  table: NonNullable<CompareColumn["table"]>["of"],
  words: Readonly<Record<string, (scheme: SchemeComparison) => string>> = {},
): void {
  const columns = COMPARE_COLUMNS.filter((column) => column.table?.of === table);
  printTable(
    ["", ...columns.map((column) => column.table!.title), ...Object.keys(words)],
    schemes.map((scheme) => [
      scheme.title,
      ...columns.map((column) => spreadText(scheme, column)),
      ...Object.values(words).map((word) => word(scheme)),
    ]),
  );
}

/** Who won the rounds of the markets in which the planner of one's own proposed. */
function printContest(schemes: readonly SchemeComparison[]): void {
  const contests = schemes.filter(({ key }) => key.startsWith("own"));
  const winnersOf = ({ rounds = [] }: SchemeComparison) => rounds.flat().map(({ winner }) => winner ?? "fallback");
  const names = [...new Set(contests.flatMap(winnersOf))];
  printHeading("Rounds won");
  printTable(
    ["", ...names],
    contests.map((scheme) => [
      scheme.title,
      ...names.map((name) => grouped(winnersOf(scheme).filter((winner) => winner === name).length)),
    ]),
  );
}
