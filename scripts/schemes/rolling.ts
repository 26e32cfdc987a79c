import { type EvStay, frameWh } from "../piles/ev";
import { framesToPlan, type PlanMemory, RollingPlanner, type RollingOptions } from "../planners/rollingPlanner";
import {
  type ControlledSchedule,
  energiesToMoveWh,
  type FeederLimits,
  feederFrameWh,
  ScheduleBuilder,
} from "./controlled";

/** How a feeder is run by a rolling plan. */
export interface RollingSchemeOptions extends RollingOptions {
  /** Whether discharging EVs sell to the feeder; not by default, as in every scheme without a market. */
  discharging?: boolean;
  /** Frames by which an EV's charge may be put off at most [T 5.4.2]; as long as it stays without it. */
  maxWaitFrames?: number;
}

/**
 * Direct control without a market: before each frame the rolling planner plans for the EVs that have arrived, and its
 * first frame is carried out to the letter. No prices, no limits but those of EVs and feeder, nothing known of arrivals
 * to come.
 *
 * @param baseLoadW P_home of a frame, W: known as far ahead as the plan looks.
 */
export function rolling(
  evs: readonly EvStay[],
  market: FeederLimits,
  baseLoadW: (frame: number) => number,
  options: RollingSchemeOptions,
): ControlledSchedule {
  const planner = new RollingPlanner(options);
  const limitWh = feederFrameWh(market);
  const hours = market.frameSeconds / 3600;
  const remaining = energiesToMoveWh(evs, market, options.discharging ?? false);
  const lastFrame = evs.map((ev, index) => latestFrame(ev, frameWh(market, ev.ratedW), remaining[index]!, options));
  const builder = new ScheduleBuilder(evs, market);

  let previousWh = baseLoadW(0) * hours;
  let memory: PlanMemory | undefined;
  for (let frame = 1; frame < builder.drawnWh.length; frame++) {
    const present = [...evs.keys()].filter(
      (index) => evs[index]!.arrivalFrame < frame && frame <= lastFrame[index]! && remaining[index]! > 0,
    );
    const known = present.map((index) => {
      const { side, ratedW } = evs[index]!;
      const pileWh = frameWh(market, ratedW);
      return { side, remainingWh: remaining[index]!, frameWh: pileWh, lastFrame: lastFrame[index]! };
    });
    const ahead = framesToPlan({ frame, evs: known }, options);
    const baseWh = Array.from({ length: ahead }, (_, offset) => baseLoadW(frame + offset) * hours);
    const ids = present.map(String);
    const { firstWh, memory: next } = planner.plan({ frame, baseWh, previousWh, limitWh, evs: known, ids, memory });
    memory = next;
    present.forEach((index, at) => {
      builder.move(index, frame, firstWh[at]!);
      remaining[index]! -= firstWh[at]!;
    });
    previousWh = baseWh[0]! + builder.drawnWh[frame]! - builder.soldWh[frame]!;
  }
  return builder.build();
}

function latestFrame(ev: EvStay, pileWh: number, energyWh: number, { maxWaitFrames }: RollingSchemeOptions): number {
  if (maxWaitFrames === undefined || ev.side === "discharge") return ev.departureFrame;
  return Math.min(ev.departureFrame, ev.arrivalFrame + maxWaitFrames + Math.ceil(energyWh / Math.max(1, pileWh)));
}
