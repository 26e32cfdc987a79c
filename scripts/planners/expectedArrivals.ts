import type { Side } from "../core/types";
import type { FlexibleLoad } from "./loadProblem";

/** Arrivals expected in one frame of the day on one side, means over past days. */
export interface ExpectedArrival {
  side: Side;
  /** Energy that the EVs of the frame want to move together, Wh. */
  energyWh: number;
  /** Energy that they can move in a frame together, Wh. */
  frameWh: number;
  /** Mean frames in which they can be delivered to, weighted by energy. */
  stayFrames: number;
}

/** Expected arrivals by frame of the day; of each at most one a side. */
export type ArrivalsProfile = readonly (readonly ExpectedArrival[])[];

/** A stay that a profile is learnt from. */
export interface PastStay extends Omit<ExpectedArrival, "stayFrames"> {
  arrivalFrame: number;
  departureFrame: number;
}

/**
 * The mean of past days, by frame of the day and side.
 *
 * @param days How many days the stays are of.
 * @param perDay Frames in a day.
 */
export function learnArrivals(stays: readonly PastStay[], days: number, perDay: number): ArrivalsProfile {
  return Array.from({ length: perDay }, (_, ofDay) =>
    (["charge", "discharge"] as const).flatMap((side): ExpectedArrival[] => {
      const own = stays.filter(
        (stay) => stay.side === side && stay.arrivalFrame % perDay === ofDay && stay.energyWh > 0,
      );
      const energyWh = own.reduce((sum, stay) => sum + stay.energyWh, 0);
      if (energyWh === 0) return [];
      const frameWh = own.reduce((sum, stay) => sum + stay.frameWh, 0);
      const weighted = own.reduce(
        (sum, { energyWh: wh, arrivalFrame, departureFrame }) => sum + wh * (departureFrame - arrivalFrame),
        0,
      );
      return [{ side, energyWh: energyWh / days, frameWh: frameWh / days, stayFrames: weighted / energyWh }];
    }),
  );
}

/**
 * Loads expected to arrive within a plan's frames: the plan reckons with them, nobody carries them out.
 *
 * @param frame The plan's first frame; who arrives in it is first delivered in the next.
 * @param frames Frames of the plan.
 * @param sides Whose arrivals count.
 */
export function expectedLoads(
  profile: ArrivalsProfile,
  frame: number,
  frames: number,
  sides: readonly Side[],
): FlexibleLoad[] {
  return Array.from({ length: Math.max(0, frames - 1) }, (_, offset) =>
    profile[(frame + offset) % profile.length]!.flatMap((one): FlexibleLoad[] => {
      if (!sides.includes(one.side)) return [];
      const stay = Math.max(1, Math.round(one.stayFrames));
      const firstFrame = offset + 1;
      const lastFrame = Math.min(offset + stay, frames - 1);
      const mostWh = Math.min(one.energyWh, one.frameWh * (lastFrame - firstFrame + 1));
      const laterWh = one.frameWh * (offset + stay - lastFrame);
      const leastWh = one.side === "charge" ? Math.min(mostWh, Math.max(0, one.energyWh - laterWh)) : 0;
      return [{ side: one.side, firstFrame, lastFrame, frameWh: one.frameWh, leastWh, mostWh }];
    }),
  ).flat();
}
