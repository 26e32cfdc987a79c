import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { aboutRun } from "./about";
import { commandLine } from "./commandLine";
import type { Day, DayArguments } from "./dayFlags";
import type { PlayedDays } from "./dayRun";

/** The page of a day that was played. @param warnings What makes its figures other than they look */
export async function dayPage(
  hre: HardhatRuntimeEnvironment,
  args: DayArguments,
  day: Day,
  { days, books }: PlayedDays,
  warnings: readonly string[],
): Promise<string> {
  const { dayHtml } = await import("../../scripts/reports/day/html");
  const { withDefaults } = await import("../../scripts/core/parameters");
  const { otherLoads } = await import("../../scripts/simulation/otherLoads");
  const { day: result, feeders, options, seed } = days[0]!;
  const market = withDefaults(day.market);
  return dayHtml({
    ...{ command: commandLine(hre, "simulate:day", { ...args }), setting: args.setting, seed, books },
    ...{ day: result, feeders, warnings, frameSeconds: market.frameSeconds },
    others: otherLoads(options, market, seed),
    about: await aboutRun(hre, [
      ...deciders(day),
      `${result.evs.length} agents on ${feeders.length === 1 ? "one feeder" : `${feeders.length} feeders`}`,
      day.where === "chain" ? "on the contracts" : "on the TypeScript model",
    ]),
    ...(feeders.length === 1 ? {} : { bookOf: `the first of ${feeders.length} feeders` }),
  });
}

/** Who decides, a phrase each: the piles' policy, and whose plans compete. */
export function deciders({ settings, proposers }: Day): string[] {
  const plans = proposers.length === 0 ? [] : [`plans by ${proposers.map(({ name }) => name).join(", ")}`];
  return [`policy ${settings.policy!.name}`, ...plans];
}
