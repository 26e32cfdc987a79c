import type { DeploymentParameters } from "../core/parameters";
import { WholeNeed } from "../piles/policies/wholeNeed";
import { asapPlanner, type BookPlanner, epob, epobFactor, pob } from "../planners/book/planners";
import { COMPETITIVE_RATIO } from "../planners/rollingPlanner";
import { capped } from "../schemes/capped";
import { geneticScheme } from "../schemes/genetic";
import { offlineOptimum } from "../schemes/offlineOptimum";
import { rolling, type RollingSchemeOptions } from "../schemes/rolling";
import { timeShifted } from "../schemes/timeShifted";
import { uncontrolled } from "../schemes/uncontrolled";
import type { ComparableSchedule, ComparedScheme } from "./comparedScheme";
import type { DayOptions } from "./dayOptions";

export type { ComparedScheme, MarketRun } from "./comparedScheme";

/**
 * The largest tranche in a compared benefit market, Wh. Twice [T ch. 4]'s, as plans need slack to move energy about: an EV
 * that must draw its tranche in every frame leaves nothing to plan.
 */
const BENEFIT_PEAK_WH = 4_000n;

/**
 * Plans allotted to whom can wait least, each EV at up to its own rate, U_i of [T ch. 6]: then the market's peak need not
 * spread what the order of the allotment would bunch.
 */
const BY_SLACK = { allotment: "slack", icebergPeakWh: 2n ** 20n - 1n } as const;

/** What of the schemes can be chosen. */
export interface SchemeChoices {
  /** Frames of the long rolling plan; 48. */
  horizonFrames?: number;
  /** Generations of the genetic algorithm; 0 leaves it out; 200, where [T 3.4.2] has 1 000. */
  generations?: number;
  /** Name of the policy by which piles place orders on the AdBEV market, where it is not the usual one. */
  policyName?: string;
  /** A planner of one's own, to compare by itself and in competition with those that come along; none. */
  planner?: BookPlanner;
}

/** The schemes of SPEC 7 that exist, and the rolling plan that needs no market. */
export function comparedSchemes({
  horizonFrames = 48,
  generations = 200,
  policyName,
  planner,
}: SchemeChoices = {}): ComparedScheme[] {
  const plan = (key: string, title: string, options: Partial<RollingSchemeOptions>): ComparedScheme => ({
    key,
    title: `rolling plan (no market), ${title}`,
    online: true,
    run: (day, market) => rolling(day.evs, market, baseLoadOf(day), { horizonFrames, ...options }),
  });
  const benefit = (
    key: string,
    title: string,
    proposers: readonly BookPlanner[],
    rules: Partial<DeploymentParameters> = {},
  ): ComparedScheme => ({
    ...{ key, title, online: true },
    run: {
      ...{ policy: new WholeNeed(), proposers },
      rules: { settlement: "benefit", icebergPeakWh: BENEFIT_PEAK_WH, ...rules },
    },
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
  const own =
    planner === undefined
      ? []
      : [
          benefit("own", `${planner.name} market, by slack`, [planner], BY_SLACK),
          benefit(
            "ownContest",
            `${planner.name} against the others, by slack`,
            [planner, epob(), pob(), asapPlanner()],
            BY_SLACK,
          ),
        ];
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
    { key: "adbev", title: `AdBEV market${policyName === undefined ? "" : `, ${policyName}`}`, online: true, run: {} },
    benefit("pob", "PoB market", [pob(), asapPlanner()], { maxHorizon: 1 }),
    benefit("epob", "ePoB market", [epob(), pob(), asapPlanner()]),
    benefit("pobSlack", "PoB market, by slack", [pob(), asapPlanner()], { ...BY_SLACK, maxHorizon: 1 }),
    benefit("epobSlack", "ePoB market, by slack", [epob(), pob(), asapPlanner()], BY_SLACK),
    benefit("epobC", `ePoB market, c = ${COMPETITIVE_RATIO}`, [epobFactor()]),
    ...own,
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
