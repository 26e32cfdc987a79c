import { task } from "hardhat/config";

import type { KeeperReport } from "../scripts/reports/incentives/keepers";
import type { Compared } from "../scripts/reports/incentives/report";
import { InputError } from "../scripts/core/errors";
import { prettified, readText, writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  seeds: string;
  only?: string;
  json: boolean;
  csv: boolean;
  write: boolean;
  gas: string;
}

const DOCUMENT = "docs/incentives.md";

task("report:incentives", "What a cheat, its victims and the grid come to by each strategy, and by honest behaviour")
  .addOptionalParam("seeds", "markets that each strategy is tried on, from seed 1 on", "20")
  .addOptionalParam("only", "one strategy alone, with all its figures")
  .addOptionalParam("gas", "gas snapshot that keepers' calls are priced by", "test/gas/snapshot.json")
  .addFlag("json", "print every figure as JSON (pence, kWh, h, kW) and nothing else")
  .addFlag("csv", "print every figure as comma-separated values and nothing else")
  .addFlag("write", `rewrite ${DOCUMENT}`)
  .setAction(
    guarded(async ({ seeds: count, only, json, csv, write, gas }: Arguments) => {
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
      const keepers = only === undefined ? await keepersOf(gas) : undefined;
      if (json) await printJson(compared, keepers, seeds);
      else if (csv) await printCsv(compared);
      else {
        await print(compared, seeds, only !== undefined);
        if (keepers !== undefined) await printKeepers(keepers);
      }
      if (write && keepers !== undefined) {
        const { incentivesMarkdown } = await import("../scripts/reports/incentives/markdown");
        await writeText("write", DOCUMENT, await prettified(incentivesMarkdown(compared, keepers, seeds)));
      }
    }),
  );

/** Keepers' gains by the gas of a snapshot. */
async function keepersOf(file: string): Promise<KeeperReport> {
  const { parseSnapshot } = await import("../scripts/quality/gas/snapshot");
  const { keepersReport } = await import("../scripts/reports/incentives/keepers");
  return keepersReport(parseSnapshot(await readText("gas", file), file).gas);
}

async function printJson(
  compared: readonly Compared[],
  keepers: KeeperReport | undefined,
  seeds: number,
): Promise<void> {
  const { BEFORE } = await import("../scripts/reports/incentives/before");
  const { commit, command, seeds: seedsBefore } = BEFORE;
  const strategies = compared.map(({ strategy: { name, cheating, honest, rule, bound }, before, now }) => {
    return { name, cheating, honest, rule, bound, before, now };
  });
  console.log(toJsonText({ seeds, before: { commit, command, seeds: seedsBefore }, strategies, keepers }));
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

async function printKeepers(keepers: KeeperReport): Promise<void> {
  const { KEEPER_COLUMNS, keeperRows } = await import("../scripts/reports/incentives/keepers");
  const { rewardP, etherPounds, frames, calls } = keepers;
  printHeading(`What a keeper comes to, p a frame: with a reward of ${rewardP} p a call, and without`);
  printTable(KEEPER_COLUMNS, keeperRows(keepers));
  const { clear, finalise, settle } = calls;
  console.log(
    `\nIn ${frames} frames of an honest benefit market: ${clear} clearings, ${finalise} rounds finalised, ${settle} ` +
      `settlements; gas of a market of 50 orders, an ether at £${grouped(etherPounds)}.`,
  );
}
