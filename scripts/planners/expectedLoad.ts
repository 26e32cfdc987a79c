import { LAGS, MOST_EXPECTED_W, MOST_LAG_FRAMES } from "../core/expectedLoad";
import type { ExpectedLoad } from "../core/types";

/** Load that is expected in each frame of a day; undefined where none is. */
export type ExpectedLoadProfile = readonly (ExpectedLoad | undefined)[];

/** Energy that the grid and an order exchanged in a frame of a past day. */
export interface PastDelivery {
  /** Counted so that frame 0 begins a day. */
  frame: number;
  /** First frame of the order, at most `frame`. */
  firstFrame: number;
  /** Load that it made, Wh; negative where it fed in. */
  loadWh: number;
}

/** Extent and caution of what is learnt. */
export interface LearningOptions {
  /** Days that the deliveries are of: one figure, or one for each frame of the day. */
  days: number | readonly number[];
  /** Frames in a day. */
  perDay: number;
  /** Length of a frame, s. */
  frameSeconds: number;
  /** Share of the past load that is expected; {@link EXPECTED_SHARE}. */
  share?: number;
}

/**
 * Share of the past load that is expected, **Ours**: a plan that counts on the mean has drawn what is there when fewer
 * come, and has nothing left to level the load with. At a half, an expectation that is half too high is still below the mean.
 */
export const EXPECTED_SHARE = 0.5;

/**
 * The load to expect in each frame of a day: the mean of past days, and of the energy's lags behind the first frames of its
 * orders the middles of ten equal parts. SPEC 4.
 */
export function learnExpectedLoad(
  deliveries: Iterable<PastDelivery>,
  { days, perDay, frameSeconds, share = EXPECTED_SHARE }: LearningOptions,
): ExpectedLoadProfile {
  const byFrame = Array.from({ length: perDay }, () => ({ loadWh: 0, movedWh: 0, byLag: new Map<number, number>() }));
  for (const { frame, firstFrame, loadWh } of deliveries) {
    const own = byFrame[frame % perDay]!;
    const lag = Math.min(frame - firstFrame, MOST_LAG_FRAMES);
    const movedWh = Math.abs(loadWh);
    own.loadWh += loadWh;
    own.movedWh += movedWh;
    own.byLag.set(lag, (own.byLag.get(lag) ?? 0) + movedWh);
  }
  return byFrame.map(({ loadWh, movedWh, byLag }, ofDay) => {
    const ownDays = typeof days === "number" ? days : days[ofDay]!;
    const meanW = ownDays === 0 ? 0 : Math.round((share * loadWh * 3_600) / (ownDays * frameSeconds));
    if (meanW === 0) return undefined;
    const most = Number(MOST_EXPECTED_W);
    const loadW = BigInt(Math.max(-most, Math.min(most, meanW)));
    return { loadW, lagFrames: tenthsOf(byLag, movedWh) };
  });
}

/** The lag at the middle of each tenth of an energy. */
function tenthsOf(byLag: ReadonlyMap<number, number>, movedWh: number): number[] {
  const lags = [...byLag.keys()].sort((a, b) => a - b);
  let at = 0;
  let untilWh = byLag.get(lags[0]!)!;
  return Array.from({ length: LAGS }, (_, tenth) => {
    while (untilWh < ((tenth + 0.5) / LAGS) * movedWh && at + 1 < lags.length) untilWh += byLag.get(lags[++at]!)!;
    return lags[at]!;
  });
}
