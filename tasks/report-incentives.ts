import { task } from "hardhat/config";

import type { Compared } from "../scripts/reports/incentives/report";
import { InputError } from "../scripts/scenario/inputError";
import { prettified, writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  seeds: string;
  only?: string;
  json: boolean;
  csv: boolean;
  write: boolean;
}

const DOCUMENT = "docs/incentives.md";

task("report:incentives", "What a cheat, its victims and the grid come to by each strategy, and by honest behaviour")
  .addOptionalParam("seeds", "markets that each strategy is tried on, from seed 1 on", "20")
  .addOptionalParam("only", "one strategy alone, with all its figures")
  .addFlag("json", "print every figure as JSON (pence, kWh, h, kW) and nothing else")
  .addFlag("csv", "print every figure as comma-separated values and nothing else")
  .addFlag("write", `rewrite ${DOCUMENT}`)
  .setAction(
    guarded(async ({ seeds: count, only, json, csv, write }: Arguments) => {
      const seeds = wholeNumber("seeds", count, 2, 10_000);
      if (json && csv) throw new InputError("--csv", "expected one of --json and --csv, found both");
      if (write && only !== undefined) {
        throw new InputError("--write", `${DOCUMENT} shows all strategies; leave out --only`);
      }
      const { compareStrategies, strategiesNamed } = await import("../scripts/reports/incentives/report");
      const strategies = strategiesNamed(only);
      const progress = progressBar(strategies.length, "strategies", json || csv);
      const compared = await compareStrategies(strategies, seeds, () => progress?.increment());
      progress?.stop();
      if (json) await printJson(compared, seeds);
      else if (csv) await printCsv(compared);
      else await print(compared, seeds, only !== undefined);
      if (write) {
        const { incentivesMarkdown } = await import("../scripts/reports/incentives/markdown");
        await writeText("write", DOCUMENT, await prettified(incentivesMarkdown(compared, seeds)));
      }
    }),
  );

async function printJson(compared: readonly Compared[], seeds: number): Promise<void> {
  const { BEFORE } = await import("../scripts/reports/incentives/before");
  const { commit, command, seeds: seedsBefore } = BEFORE;
  const strategies = compared.map(({ strategy: { name, cheating, honest, rule, bound }, before, now }) => {
    return { name, cheating, honest, rule, bound, before, now };
  });
  console.log(toJsonText({ seeds, before: { commit, command, seeds: seedsBefore }, strategies }));
}

async function printCsv(compared: readonly Compared[]): Promise<void> {
  const { csvText } = await import("../scripts/reports/incentives/rows");
  process.stdout.write(csvText(compared));
}

async function print(compared: readonly Compared[], seeds: number, whole: boolean): Promise<void> {
  const { BEFORE } = await import("../scripts/reports/incentives/before");
  const { DETAIL_COLUMNS, detailRows, OVERVIEW_COLUMNS, overviewRows } =
    await import("../scripts/reports/incentives/rows");
  printHeading(`What strategies pay: surplus of a run, honest → cheating, mean of ${seeds} seeds`);
  printTable(OVERVIEW_COLUMNS, compared.flatMap(overviewRows));
  console.log(
    `\nBefore: the rules at ${BEFORE.commit}, ${BEFORE.seeds} seeds. ±: half of the 95 % interval of the difference, ` +
      `seed by seed.\nSurplus: money, and energy at what it is worth or costs; ${DOCUMENT} tells how.`,
  );
  if (!whole) return;
  for (const one of compared) {
    const { name, cheating, honest, rule, bound } = one.strategy;
    printHeading(name);
    printTable(DETAIL_COLUMNS, detailRows(one));
    console.log(`\nCheat: ${cheating}.\nHonest: ${honest}.\nRule: ${rule}.`);
    if (bound !== undefined) console.log(`Bound: ${bound}.`);
  }
}
