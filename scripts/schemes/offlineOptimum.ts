import { type EvStay, frameWh } from "../piles/ev";
import { type FirstOrderOptions, solveSquaredSteps } from "../planners/firstOrder";
import { type FlexibleLoad, windowFrames } from "../planners/loadProblem";
import { wholeWh } from "../planners/rounding";
import { servable } from "../planners/servable";
import { solveSquaredLoad } from "../planners/waterFilling";
import {
  type ControlledSchedule,
  energiesToMoveWh,
  type FeederLimits,
  feederFrameWh,
  ScheduleBuilder,
} from "./controlled";

/** Liberties of the offline optimum. */
export interface OfflineOptions extends FirstOrderOptions {
  /** Whether discharging EVs sell to the feeder; not by default, as in every scheme without a market. */
  discharging?: boolean;
  /** Objective: the squared steps, or the squared load; steps. */
  objective?: "steps" | "load";
}

/**
 * The offline optimum of [T 6.5.3]: the least sum of squared steps [T (4)] when every arrival is known beforehand, from
 * the frame after arrival on, at rated power, without peak or price limits, within the feeder's capacity. SPEC 7.
 *
 * It is the optimum over all frames of the population and the one after them. Measured over a part of them it is no strict
 * bound, since another schedule may be calmer there and pay for it elsewhere.
 *
 * @param baseLoadW P_home of a frame, W
 */
export function offlineOptimum(
  evs: readonly EvStay[],
  market: FeederLimits,
  baseLoadW: (frame: number) => number,
  { discharging = false, objective = "steps", ...solver }: OfflineOptions = {},
): ControlledSchedule {
  const builder = new ScheduleBuilder(evs, market);
  for (const { index, frame, energyWh } of optimalMoves(evs, market, baseLoadW, {
    discharging,
    objective,
    ...solver,
  })) {
    builder.move(index, frame, energyWh);
  }
  return builder.build();
}

/** Energy that an EV moves in a frame of the optimum. */
export interface OptimalMove {
  /** The EV's place in the population. */
  index: number;
  frame: number;
  /** Whole Wh, drawn or sold. */
  energyWh: number;
}

/** Energies of the {@link offlineOptimum}, EV by EV and frame by frame. */
export function optimalMoves(
  evs: readonly EvStay[],
  market: FeederLimits,
  baseLoadW: (frame: number) => number,
  { discharging = false, objective = "steps", ...solver }: OfflineOptions = {},
): OptimalMove[] {
  const hours = market.frameSeconds / 3600;
  const frames = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), 0) + 1;
  // One frame more than the stays have: the step by which the load comes down again counts.
  const baseWh = Array.from({ length: frames + 1 }, (_, frame) => baseLoadW(frame) * hours);
  const wanted = energiesToMoveWh(evs, market, discharging);
  const moving = [...evs.keys()].filter((index) => wanted[index]! > 0);
  const loads = moving.map((index): FlexibleLoad => {
    const { side, arrivalFrame, departureFrame, ratedW } = evs[index]!;
    const mostWh = wanted[index]!;
    const window = { side, firstFrame: arrivalFrame + 1, lastFrame: departureFrame };
    return { ...window, frameWh: frameWh(market, ratedW), leastWh: side === "charge" ? mostWh : 0, mostWh };
  });

  // Rounding moves less than 1 Wh per EV and frame: the limit is kept that far away.
  const mostPresent = Math.max(
    0,
    ...baseWh.map((_, frame) => loads.filter((load) => load.firstFrame <= frame && frame <= load.lastFrame).length),
  );
  const limitWh = feederFrameWh(market) - mostPresent;
  const problem = servable({ baseWh, previousWh: baseWh[0] ?? 0, limitWh, loads });
  const { energyWh } =
    objective === "load" ? solveSquaredLoad(problem) : solveSquaredSteps(problem, { gapShare: 1e-4, ...solver });
  return problem.loads.flatMap((load, at) =>
    windowFrames(load) === 0
      ? []
      : Array.from(wholeWh(energyWh[at]!), (wh, offset) => ({
          ...{ index: moving[at]!, frame: load.firstFrame + offset, energyWh: wh },
        })),
  );
}
