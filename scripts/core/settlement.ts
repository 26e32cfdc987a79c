import type { Side } from "./types";

/** A pile's reading of one frame, Wh. SPEC 5. */
export interface Reading {
  consumedWh: bigint;
  producedWh: bigint;
}

/** Causes for which a frame is not delivered as agreed. */
export const IMBALANCE_CAUSES = [
  "overConsumption",
  "underConsumption",
  "overProduction",
  "underProduction",
  "silence",
] as const;

/**
 * Cost of deviations from the agreed energy, money units, by cause.
 *
 * - `overConsumption`: energy consumed beyond the agreed, at r; all that a seller consumed is;
 * - `underConsumption`: energy that a buyer left, times the excess of p, or r of a grid fill, over x;
 * - `overProduction`: energy produced beyond the agreed, at x;
 * - `underProduction`: energy that a seller did not bring, times the excess of r over p, or x of an export
 * fill;
 * - `silence`: any of these where the pile that caused it had no reading.
 *
 * Where a defaulter pays, energy beyond the agreed costs r - x more, and energy that was left or not brought r - x at
 * least. SPEC 5.
 */
export type Imbalance = Record<(typeof IMBALANCE_CAUSES)[number], bigint>;

/** A settled frame's effect on one pile. Energy in Wh, amounts in money units, credit in 1/100 point. */
export interface PileSettlement {
  pile: string;
  side: Side;
  agreedWh: bigint;
  /** The reading that counted: the meter's, or the presumed one of a silent pile. */
  reading: Reading;
  /** Whether there was no reading. */
  silent: boolean;
  /** Paid by it for this frame, to other piles and to the grid, out of what it had set aside. */
  owed: bigint;
  /** Paid to it by other piles and by the grid. */
  earned: bigint;
  /** Surplus that the operator's account did not last for: it has a claim of so much more. */
  claimed: bigint;
  creditBefore: bigint;
  creditAfter: bigint;
}

/** Outcome of settling a frame, or a part of it. */
export interface FrameSettlement {
  frame: number;
  /** Whether nothing of the frame is left to settle. */
  complete: boolean;
  /** Those settled now, in the order of the fills. */
  piles: PileSettlement[];
  /** The grid operator's gain, money units; negative if it lost. */
  grid: bigint;
  imbalance: Imbalance;
}

/** Imbalance of nothing yet. */
export function noImbalance(): Imbalance {
  return Object.fromEntries(IMBALANCE_CAUSES.map((cause) => [cause, 0n])) as Imbalance;
}
