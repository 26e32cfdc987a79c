import type { DeploymentParameters } from "../core/parameters";
import { geneticScheme } from "../schemes/genetic";
import { offlineOptimum } from "../schemes/offlineOptimum";
import type { DayOptions } from "./dayOptions";

/** The load of a day's homes and EVs under a scheme without a market, over the measured frames, W. */
export interface OtherLoad {
  key: "genetic" | "optimum";
  name: string;
  loadsW: number[];
  /** Of the frame before the measured ones. */
  beforeW: number;
}

/** Generations of the genetic algorithm beside a day; as many as in a comparison. */
const GENERATIONS = 200;

/**
 * Loads of the same EVs and homes under the genetic algorithm, which knows the arrivals of its day, and under the best
 * plan that there is, which knows all arrivals and lets EVs discharge. Loads of several feeders are added up.
 *
 * @param days Of each feeder.
 */
export function otherLoads(days: readonly DayOptions[], market: DeploymentParameters, seed: number): OtherLoad[] {
  const schedules = {
    genetic: (day: DayOptions, baseLoadW: (frame: number) => number) =>
      geneticScheme(day.evs, market, { seed, generations: GENERATIONS, baseLoadW }),
    optimum: (day: DayOptions, baseLoadW: (frame: number) => number) =>
      offlineOptimum(day.evs, market, baseLoadW, { discharging: true }),
  };
  const names = { genetic: `genetic algorithm, ${GENERATIONS} generations`, optimum: "best plan (offline optimum)" };
  return (["genetic", "optimum"] as const).map((key) => {
    const { first, count } = days[0]!.measured;
    const loads = new Array<number>(count + 1).fill(0);
    for (const day of days) {
      const baseLoadW = (frame: number) => Number(day.publication(frame).baseLoadW);
      const { evLoadW } = schedules[key](day, baseLoadW);
      loads.forEach((_, index) => {
        const frame = first - 1 + index;
        loads[index]! += baseLoadW(frame) + (evLoadW[frame] ?? 0);
      });
    }
    const [beforeW = 0, ...loadsW] = loads;
    return { key, name: names[key], loadsW, beforeW };
  });
}
