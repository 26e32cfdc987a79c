import type { DayResult } from "../scripts/simulation/dayResult";
import { FAULTS_SYNTAX } from "../scripts/simulation/faults/parse";
import { commandLine } from "./support/commandLine";
import { type Day, type DayArguments, readDay } from "./support/dayFlags";
import { playDays, type PlayedSeed } from "./support/dayRun";
import { printDay } from "./support/dayText";
import { printFaults } from "./support/faultsText";
import { writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { METERS_HELP } from "./support/meters";
import { compileQuietly } from "./support/network";
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
  .addOptionalParam("on", "what to run it on: chain (the contracts) or model (TypeScript, faster, no gas)", "chain")
  .addOptionalParam("meters", METERS_HELP)
  .addOptionalParam("faults", `what goes wrong, with commas between (default: nothing): ${FAULTS_SYNTAX}`)
  .setAction(
    guarded(async (args: DayArguments, hre) => {
      const day = await readDay(args);
      if (day.where === "chain") await compileQuietly(hre);
      const { days, books, faults } = await playDays(hre, day, {
        withBooks: args.html !== undefined,
        quiet: args.json,
      });
      const command = commandLine(hre, "simulate:day", { ...args });
      if (args.csv !== undefined) {
        const { dayCsv } = await import("../scripts/reports/dayCsv");
        await writeText("csv", args.csv, dayCsv(days));
      }
      if (args.html !== undefined) {
        const { dayHtml } = await import("../scripts/reports/day/html");
        const { withDefaults } = await import("../scripts/core/parameters");
        const html = dayHtml({
          ...{ command, setting: args.setting, books, ...days[0]!, warnings: await warningsOf(day, days[0]!.day) },
          frameSeconds: withDefaults(day.market).frameSeconds,
          ...(day.feeders === 1 ? {} : { bookOf: `the first of ${day.feeders} feeders` }),
        });
        await writeText("html", args.html, html);
      }
      if (days.length > 1) return showSeeds(day, args, days);
      const { day: result, deliveredWh } = days[0]!;
      const warnings = await warningsOf(day, result);
      if (args.json) {
        console.log(toJsonText({ arguments: args, warnings, deliveredWh, ...result, ...(faults && { faults }) }));
      } else {
        const title = `${args.setting}, seed ${day.seed}, ${deciders(day)}`;
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
    printSpread(spread, `${args.setting}, ${days.length} seeds from ${day.seed}, ${deciders(day)}`, warnings);
  }
}

/** What is odd about the files of data, and what about the day. */
async function warningsOf({ settings, market, notes }: Day, result: DayResult): Promise<string[]> {
  const { dayWarnings } = await import("../scripts/simulation/warnings");
  return [...notes, ...dayWarnings(result, settings, market)];
}

/** Who decides: the piles' policy, and whose plans compete. */
function deciders({ settings, proposers }: Day): string {
  const plans = proposers.length === 0 ? "" : `, plans by ${proposers.map(({ name }) => name).join(", ")}`;
  return `policy ${settings.policy!.name}${plans}`;
}
