import type { Side } from "./types";

/** What a pile's meter says of one frame, Wh. SPEC 5. */
export interface Reading {
  consumedWh: bigint;
  producedWh: bigint;
}

/** What keeps a frame from being delivered as agreed. */
export const IMBALANCE_CAUSES = [
  "overConsumption",
  "underConsumption",
  "overProduction",
  "underProduction",
  "silence",
] as const;

/**
 * What deviations from the agreed cost, money units, by cause.
 *
 * - `overConsumption`: energy consumed beyond the agreed, at r; all that a seller consumed is;
 * - `underConsumption`: energy that a buyer left, by how much p, or r of a grid fill, is above x;
 * - `overProduction`: energy produced beyond the agreed, at x;
 * - `underProduction`: energy that a seller did not bring, by how much r is above p, or x of an export fill;
 * - `silence`: any of these where the one it comes from had no reading.
 *
 * Where a defaulter pays, energy beyond the agreed costs r - x more, and energy that was left or not brought r - x at
 * least. SPEC 5.
 */
export type Imbalance = Record<(typeof IMBALANCE_CAUSES)[number], bigint>;

/** What a settled frame was for one pile. Energy in Wh, amounts in money units, credit in 1/100 point. */
export interface PileSettlement {
  pile: string;
  side: Side;
  agreedWh: bigint;
  /** What counted: the meter's reading, or what silence is taken for. */
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

/** What settling a frame, or a part of it, came to. */
export interface FrameSettlement {
  frame: number;
  /** Whether nothing of the frame is left to settle. */
  complete: boolean;
  /** Those settled now, in the order of the fills. */
  piles: PileSettlement[];
  /** What the grid operator gained by it, money units; negative if it lost. */
  grid: bigint;
  imbalance: Imbalance;
}

/** Imbalance of nothing yet. */
export function noImbalance(): Imbalance {
  return Object.fromEntries(IMBALANCE_CAUSES.map((cause) => [cause, 0n])) as Imbalance;
}
