import type { FlexibleOrder, FrozenBook } from "../../core/rounds";
import type { MarketParameters } from "../../core/types";
import { chargingRoomWh } from "../load";

export type { FlexibleOrder, FrozenBook } from "../../core/rounds";

/** The longest that a plan looks ahead, frames. SPEC 4. */
export const MAX_HORIZON_FRAMES = 48;

/** The largest export budget of a round: 49 bits. SPEC 4. */
export const MAX_EXPORT_BUDGET_TICKS = 2n ** 49n - 1n;

/** B of an account with so much available, money units. SPEC 4. */
export function exportBudgetTicks({ tickSize }: Pick<MarketParameters, "tickSize">, available: bigint): bigint {
  const ticks = available / tickSize;
  return ticks < MAX_EXPORT_BUDGET_TICKS ? ticks : MAX_EXPORT_BUDGET_TICKS;
}

/**
 * H = min(maxHorizon, 48, latest last frame of a flexible order - t + 1); by laxity one more, so that plans count the step
 * by which the load comes down again. SPEC 4.
 */
export function horizonOf(
  { maxHorizon, allotment }: Pick<MarketParameters, "maxHorizon" | "allotment">,
  frame: number,
  flexible: readonly FlexibleOrder[],
): number {
  const longest = flexible.reduce((most, { expiryFrame }) => Math.max(most, expiryFrame - frame + 1), 1);
  return Math.min(maxHorizon, MAX_HORIZON_FRAMES, allotment === "laxity" ? longest + 1 : longest);
}

/**
 * By offset, the load that orders to come are expected to bring, W: of a published one the tenths, towards zero, whose orders
 * come less than `offset` frames before the frame. The others are in the book, or were. SPEC 4.
 */
export function expectedLoadsW(publications: FrozenBook["publications"]): bigint[] {
  return publications.map((publication, offset) => {
    if (publication?.expectedLoad === undefined) return 0n;
    const { loadW, lagFrames } = publication.expectedLoad;
    const tenths = lagFrames.filter((lag) => lag < offset).length;
    return (loadW * BigInt(tenths)) / 10n;
  });
}

/**
 * S = min(R, D(0) + peak * (last frame - t)): the most that an order can be served, Wh. Energy asked for
 * beyond it decides nothing. SPEC 4.
 */
export function servableWh({ frame }: Pick<FrozenBook, "frame">, order: FlexibleOrder): bigint {
  const { remainingWh, displayedWh, peakWh, expiryFrame } = order;
  const mostWh = displayedWh + peakWh * BigInt(expiryFrame - frame);
  return mostWh < remainingWh ? mostWh : remainingWh;
}

/** Most that an order can move in a frame, Wh: its tranche there, out of its rest. */
export function tranche(order: FlexibleOrder, offset: number, leftWh: bigint): bigint {
  const displayedWh = offset === 0 ? order.displayedWh : order.peakWh;
  return displayedWh < leftWh ? displayedWh : leftWh;
}

/** Energy that the capacity leaves to flexible bids in a frame of the horizon, Wh. SPEC 3, 4. */
export function drawingRoomWh(book: FrozenBook, offset: number): bigint {
  const publication = book.publications[offset];
  if (publication === undefined) return 0n;
  const matchedWh = offset === 0 ? book.matchedGridWh : 0n;
  const roomWh = chargingRoomWh(book, publication.baseLoadW) - matchedWh;
  return roomWh < 0n ? 0n : roomWh;
}
