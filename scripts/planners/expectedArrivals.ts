import type { Side } from "../core/types";
import type { FlexibleLoad } from "./loadProblem";

/** Arrivals of one side and one class of stays expected in one frame of the day, means over past days. */
export interface ExpectedArrival {
  side: Side;
  /** Energy that the EVs of the frame want to move together, Wh. */
  energyWh: number;
  /** Standard deviation of that energy from day to day, Wh; 0 where only one day is known. */
  deviationWh: number;
  /** Energy that they can move in a frame together, Wh. */
  frameWh: number;
  /** Mean frames in which they can be delivered to, weighted by energy. */
  stayFrames: number;
}

/** Expected arrivals by frame of the day. */
export type ArrivalsProfile = readonly (readonly ExpectedArrival[])[];

/** A stay that a profile is learnt from. */
export interface PastStay extends Omit<ExpectedArrival, "stayFrames" | "deviationWh"> {
  /** Which of the past days it began on, from 0. */
  day: number;
  arrivalFrame: number;
  departureFrame: number;
}

/**
 * The mean of past days, by frame of the day, side and class of stays.
 *
 * @param days How many days the stays are of.
 * @param perDay Frames in a day.
 * @param stayBounds Longest stays of the classes but the last, frames, rising; by default all stays are one class. Short
 * and long stays in one have a mean stay that the short ones do not reach.
 */
export function learnArrivals(
  stays: readonly PastStay[],
  days: number,
  perDay: number,
  stayBounds: readonly number[] = [],
): ArrivalsProfile {
  const groups = new Map<string, PastStay[]>();
  for (const stay of stays) {
    if (stay.energyWh === 0) continue;
    const key = keyOf(stay.arrivalFrame % perDay, stay.side, classOf(stay, stayBounds));
    groups.set(key, [...(groups.get(key) ?? []), stay]);
  }
  return Array.from({ length: perDay }, (_, ofDay) =>
    (["charge", "discharge"] as const).flatMap((side) =>
      Array.from({ length: stayBounds.length + 1 }, (_, of) => groups.get(keyOf(ofDay, side, of)) ?? [])
        .filter((own) => own.length > 0)
        .map((own) => meanOf(own, days)),
    ),
  );
}

/** How arrivals are expected. */
export interface Expectation {
  /** Sides whose arrivals count; charging. */
  sides?: readonly Side[];
  /**
   * Standard deviations by which all that comes until a frame is taken to stay below its mean; 0. A plan that counts on
   * the mean has drawn what is there when fewer come, and has nothing left to level the load with; when more come, it
   * loses little.
   */
  caution?: number;
  /** First frame in which nobody is expected any more; none. */
  endFrame?: number | undefined;
}

/**
 * Loads expected to arrive within a plan's frames: the plan reckons with them, nobody carries them out.
 *
 * With caution `z`, the energy that has arrived by the `k`th frame of the plan is the highest `mean - z * deviation` of any
 * frame until then, of the sums of all arrivals (their variances added up, as if each came by itself), and not below 0.
 *
 * @param frame The plan's first frame; who arrives in it is first delivered in the next.
 * @param frames Frames of the plan.
 */
export function expectedLoads(
  profile: ArrivalsProfile,
  frame: number,
  frames: number,
  { sides = ["charge"], caution = 0, endFrame = Infinity }: Expectation = {},
): FlexibleLoad[] {
  const arrived = sides.map((side) => ({ side, meanWh: 0, varianceWh2: 0, countedWh: 0 }));
  return Array.from({ length: Math.max(0, Math.min(frames - 1, endFrame - frame)) }, (_, offset) =>
    arrived.flatMap((until): FlexibleLoad[] => {
      const own = profile[(frame + offset) % profile.length]!.filter(({ side }) => side === until.side);
      const frameMeanWh = own.reduce((sum, { energyWh }) => sum + energyWh, 0);
      if (frameMeanWh === 0) return [];
      until.meanWh += frameMeanWh;
      until.varianceWh2 += own.reduce((sum, { deviationWh }) => sum + deviationWh ** 2, 0);
      const moreWh = until.meanWh - caution * Math.sqrt(until.varianceWh2) - until.countedWh;
      if (moreWh <= 0) return [];
      until.countedWh += moreWh;
      return own.map((one) => loadOf(one, moreWh / frameMeanWh, offset, frames));
    }),
  ).flat();
}

function keyOf(ofDay: number, side: Side, stayClass: number): string {
  return `${ofDay} ${side} ${stayClass}`;
}

function classOf({ arrivalFrame, departureFrame }: PastStay, stayBounds: readonly number[]): number {
  const above = stayBounds.findIndex((bound) => departureFrame - arrivalFrame <= bound);
  return above === -1 ? stayBounds.length : above;
}

/** Mean and deviation of the stays of a frame of the day, a side and a class. */
function meanOf(own: readonly PastStay[], days: number): ExpectedArrival {
  const byDay = new Array<number>(days).fill(0);
  for (const { day, energyWh } of own) byDay[day]! += energyWh;
  const energyWh = byDay.reduce((sum, wh) => sum + wh, 0);
  const meanWh = energyWh / days;
  const squares = byDay.reduce((sum, wh) => sum + (wh - meanWh) ** 2, 0);
  const frameWh = own.reduce((sum, stay) => sum + stay.frameWh, 0);
  const weighted = own.reduce((sum, stay) => sum + stay.energyWh * (stay.departureFrame - stay.arrivalFrame), 0);
  return {
    ...{ side: own[0]!.side, energyWh: meanWh, frameWh: frameWh / days, stayFrames: weighted / energyWh },
    deviationWh: days > 1 ? Math.sqrt(squares / (days - 1)) : 0,
  };
}

/** A share of what is expected in a frame of the plan, as a load of the plan. */
function loadOf(one: ExpectedArrival, share: number, offset: number, frames: number): FlexibleLoad {
  const [energyWh, frameWh] = [share * one.energyWh, share * one.frameWh];
  const stay = Math.max(1, Math.round(one.stayFrames));
  const firstFrame = offset + 1;
  const lastFrame = Math.min(offset + stay, frames - 1);
  const mostWh = Math.min(energyWh, frameWh * (lastFrame - firstFrame + 1));
  const laterWh = frameWh * (offset + stay - lastFrame);
  const leastWh = one.side === "charge" ? Math.min(mostWh, Math.max(0, energyWh - laterWh)) : 0;
  return { side: one.side, firstFrame, lastFrame, frameWh, leastWh, mostWh };
}
