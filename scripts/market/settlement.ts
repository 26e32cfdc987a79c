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
  "debt",
] as const;

/**
 * What deviations from the agreed cost, money units, by cause.
 *
 * - `overConsumption`: energy consumed beyond the agreed, at r;
 * - `underConsumption`: energy that a buyer left, by how much p is above x;
 * - `overProduction`: energy produced beyond the agreed, at x;
 * - `underProduction`: energy that a seller did not bring, by how much r is above p;
 * - `silence`: any of these where the one it comes from had no reading;
 * - `debt`: what could not be collected when it was due.
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
  /** Due from it for this frame, to other piles and to the grid. */
  owed: bigint;
  /** What of {@link owed} it could not pay: its debt of this frame, before what it earned paid of it. */
  unpaid: bigint;
  /** Paid to it by other piles and by the grid, what went on to its debt included. */
  earned: bigint;
  /** Surplus that the operator's account did not last for. */
  forgone: bigint;
  creditBefore: bigint;
  creditAfter: bigint;
}

/** What settling a frame came to. */
export interface FrameSettlement {
  frame: number;
  /** In the order of the fills. */
  piles: PileSettlement[];
  /** What the grid operator gained by the frame, debts that it paid off included, money units; negative if it lost. */
  grid: bigint;
  imbalance: Imbalance;
}

/** Imbalance of nothing yet. */
export function noImbalance(): Imbalance {
  return Object.fromEntries(IMBALANCE_CAUSES.map((cause) => [cause, 0n])) as Imbalance;
}
