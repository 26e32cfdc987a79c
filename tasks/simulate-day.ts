import { MATCHINGS } from "../scripts/core/matching";
import type { DayResult } from "../scripts/simulation/dayResult";
import { FAULTS_SYNTAX } from "../scripts/simulation/faults/parse";
import { standsAlone } from "./support/chainMarket";
import { type Day, type DayArguments, readDay } from "./support/dayFlags";
import { dayPage, deciders } from "./support/dayPage";
import { playDays, type PlayedSeed } from "./support/dayRun";
import { printDay } from "./support/dayText";
import { printFaults } from "./support/faultsText";
import { writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { MECHANISM_HELP, readMechanism } from "./support/ownMechanism";
import { METERS_HELP } from "./support/meters";
import { compileForDay } from "./support/network";
import { toJsonText } from "./support/output";
import { dayTask } from "./support/setting";
import { printSpread } from "./support/spreadText";

dayTask("simulate:day", "Simulates a day of charging piles trading on their feeder's market, on an in-process chain")
  .addOptionalParam("seeds", "how many seeds to run from --seed on; above 1 prints mean and spread", "1")
  .addOptionalParam("feeders", "feeders, a market each", "1")
  .addOptionalParam(
    "settlement",
    "who decides flexible energy: adbev (the clearing) or benefit (plans that compete)",
    "adbev",
  )
  .addOptionalParam(
    "proposers",
    "with --settlement benefit: who proposes plans, some of epob, pob, asap (default: all)",
  )
  .addOptionalParam(
    "plannerFile",
    "with --settlement benefit: file of a planner of your own that proposes besides, .ts or .js (default: none)",
  )
  .addOptionalParam("horizon", "with --settlement benefit: most frames that a plan looks ahead, 1 to 48 (default: 24)")
  .addOptionalParam(
    "allotment",
    "with --settlement benefit: plans give totals, which go to who ends first (expiry, the default), or levels of laxity (laxity; an iceberg's tranche is then its pile's rate)",
  )
  .addOptionalParam(
    "matching",
    `rule by which orders trade: ${MATCHINGS.join(", ")} (default: adbev); credit with --meters`,
  )
  .addOptionalParam("mechanism", `${MECHANISM_HELP}; runs on the chain`)
  .addOptionalParam("on", "what to run it on: chain (the contracts) or model (TypeScript, faster, no gas)", "chain")
  .addOptionalParam("meters", METERS_HELP)
  .addOptionalParam("faults", `what goes wrong, with commas between (default: nothing): ${FAULTS_SYNTAX}`)
  .setAction(
    guarded(async (args: DayArguments, hre) => {
      const day = await readDay(args);
      if (day.where === "chain") await compileForDay(hre, standsAlone(day.market, args.mechanism !== undefined));
      if (args.mechanism !== undefined) {
        day.mechanism = await readMechanism(hre, args.mechanism, { standing: false });
      }
      const played = await playDays(hre, day, { withBooks: args.html !== undefined, quiet: args.json });
      const { days, faults } = played;
      if (args.csv !== undefined) {
        const { dayCsv } = await import("../scripts/reports/dayCsv");
        await writeText("csv", args.csv, dayCsv(days));
      }
      if (args.html !== undefined) {
        const warnings = await warningsOf(day, days[0]!.day);
        await writeText("html", args.html, await dayPage(hre, args, day, played, warnings));
      }
      if (days.length > 1) return showSeeds(day, args, days);
      const { day: result, deliveredWh } = days[0]!;
      const warnings = await warningsOf(day, result);
      if (args.json) {
        console.log(toJsonText({ arguments: args, warnings, deliveredWh, ...result, ...(faults && { faults }) }));
      } else {
        const title = `${args.setting}, seed ${day.seed}, ${deciders(day).join(", ")}`;
        await printDay(result, { title, benefit: args.settlement === "benefit", warnings, deliveredWh });
        if (faults !== undefined) printFaults(faults);
      }
      if (faults?.proof.holds === false) process.exitCode = 1;
    }),
  );

/** The mean and spread of several seeds, and the figures of each. */
async function showSeeds(day: Day, args: DayArguments, days: readonly PlayedSeed[]): Promise<void> {
  const { headline, spreads } = await import("../scripts/simulation/statistics");
  const { warningsBySeed } = await import("../scripts/simulation/warnings");
  const spread = spreads(days.map(({ day: result }) => result));
  const warned = await Promise.all(
    days.map(async ({ seed, day: result }) => ({ seed, warnings: await warningsOf(day, result) })),
  );
  const warnings = warningsBySeed(warned);
  if (args.json) {
    const bySeed = days.map(({ seed, day: result }) => ({ seed, ...headline(result) }));
    console.log(toJsonText({ arguments: args, warnings, spread, seeds: bySeed }));
  } else {
    printSpread(
      spread,
      `${args.setting}, ${days.length} seeds from ${day.seed}, ${deciders(day).join(", ")}`,
      warnings,
    );
  }
}

/** Oddities of the files of data, and of the day. */
async function warningsOf({ settings, market, notes }: Day, result: DayResult): Promise<string[]> {
  const { dayWarnings } = await import("../scripts/simulation/warnings");
  return [...notes, ...dayWarnings(result, settings, market)];
}
