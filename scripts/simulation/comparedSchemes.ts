import type { DeploymentParameters } from "../market/defaults";
import { COMPETITIVE_RATIO } from "../planners/rollingPlanner";
import { capped } from "../schemes/capped";
import { geneticScheme } from "../schemes/genetic";
import { offlineOptimum } from "../schemes/offlineOptimum";
import { rolling, type RollingSchemeOptions } from "../schemes/rolling";
import { timeShifted } from "../schemes/timeShifted";
import { uncontrolled } from "../schemes/uncontrolled";
import type { ComparableSchedule } from "./compare";
import type { DayOptions } from "./day";

/** A scheme as a comparison runs it. */
export interface ComparedScheme {
  key: string;
  /** Name in tables. */
  title: string;
  /** Whether it decides without knowledge of arrivals to come. */
  online: boolean;
  /** `market`: the day played on the market's model; otherwise a schedule for the whole population. */
  run: "market" | ((day: DayOptions, market: DeploymentParameters, seed: number) => ComparableSchedule);
}

/** What of the schemes can be chosen. */
export interface SchemeChoices {
  /** Frames of the long rolling plan; 48. */
  horizonFrames?: number;
  /** Generations of the genetic algorithm; 0 leaves it out; 200, where [T 3.4.2] has 1 000. */
  generations?: number;
}

/** The schemes of SPEC 7 that exist, and the rolling plan that needs no market. */
export function comparedSchemes({ horizonFrames = 48, generations = 200 }: SchemeChoices = {}): ComparedScheme[] {
  const plan = (key: string, title: string, options: Partial<RollingSchemeOptions>): ComparedScheme => ({
    key,
    title: `rolling plan (no market), ${title}`,
    online: true,
    run: (day, market) => rolling(day.evs, market, baseLoadOf(day), { horizonFrames, ...options }),
  });
  const simple = (
    key: string,
    title: string,
    online: boolean,
    run: (day: DayOptions, market: DeploymentParameters) => ComparableSchedule,
  ): ComparedScheme => ({ key, title, online, run });
  const genetic: ComparedScheme = {
    key: "genetic",
    title: `genetic algorithm, a day ahead, ${generations} generations`,
    online: false,
    run: (day, market, seed) => geneticScheme(day.evs, market, { seed, generations, baseLoadW: baseLoadOf(day) }),
  };
  return [
    simple("uncontrolled", "uncontrolled", true, (day, market) => uncontrolled(day.evs, market)),
    simple("capped", "plain cap", true, (day, market) => capped(day.evs, market)),
    simple("timeShifted", "time-shifted, night only", true, (day, market) =>
      timeShifted(day.evs, market, baseLoadOf(day)),
    ),
    simple("timeShiftedAll", "time-shifted, rest before departure", true, (day, market) =>
      timeShifted(day.evs, market, baseLoadOf(day), { rest: "beforeDeparture" }),
    ),
    ...(generations > 0 ? [genetic] : []),
    { key: "adbev", title: "AdBEV market", online: true, run: "market" },
    plan("rolling1", "H = 1", { horizonFrames: 1 }),
    plan("rolling1Wait", "H = 1, at most 2 frames' wait", { horizonFrames: 1, maxWaitFrames: 2 }),
    plan("rolling", `H = ${horizonFrames}`, {}),
    plan("rollingC", `H = ${horizonFrames}, c = ${COMPETITIVE_RATIO}`, { firstStepFactor: COMPETITIVE_RATIO }),
    plan("rollingTail", `H = ${horizonFrames}, last step planned`, { tailFrames: 1 }),
    plan("rollingV2g", `H = ${horizonFrames}, last step planned, discharging`, { tailFrames: 1, discharging: true }),
    simple("offlineOptimum", "offline optimum", false, (day, market) =>
      offlineOptimum(day.evs, market, baseLoadOf(day)),
    ),
    simple("offlineOptimumV2g", "offline optimum, discharging", false, (day, market) =>
      offlineOptimum(day.evs, market, baseLoadOf(day), { discharging: true }),
    ),
  ];
}

function baseLoadOf(day: DayOptions): (frame: number) => number {
  return (frame) => Number(day.publication(frame).baseLoadW);
}
