import type { Side } from "../core/types";
import type { ArrivalsProfile } from "../planners/expectedArrivals";
import { rolling } from "../schemes/rolling";
import { type ComparedScheme, OPERATOR_CONTROLS_CARS } from "./comparedScheme";
import { baseLoadOf, midnightAfter } from "./dayOptions";

/**
 * Plans that expect arrivals reach over a whole day, and are no more exact than what they expect: to 1 % of the squared
 * steps, or steps of 30 Wh.
 */
const EXPECTING = {
  horizonFrames: 48,
  allotment: "laxity",
  solver: { gapShare: 1e-2, gapWh2: 48 * 30 ** 2 },
} as const;

/** Standard deviations by which arrivals are expected to stay below their mean, **Ours**: about one day in six does. */
const CAUTION = 1;

/** Rolling plans that expect arrivals, without and with discharging. */
export function expectingSchemes(expected: ArrivalsProfile): ComparedScheme[] {
  const expecting = (key: string, title: string, sides: readonly Side[]): ComparedScheme => {
    const discharging = sides.includes("discharge");
    return {
      ...{ key, title: `rolling plan (no market), ${title}`, family: "control", online: true },
      ...{ energy: discharging ? "both" : "charging", cooperates: OPERATOR_CONTROLS_CARS },
      run: (day, market) => {
        const expectation = { sides, caution: CAUTION, endFrame: midnightAfter(day, expected.length) };
        return rolling(day.evs, market, baseLoadOf(day), { ...EXPECTING, discharging, expected, expectation });
      },
    };
  };
  return [
    expecting("expected", "least laxity, arrivals expected", ["charge"]),
    expecting("expectedV2g", "least laxity, arrivals expected, discharging", ["charge", "discharge"]),
  ];
}
