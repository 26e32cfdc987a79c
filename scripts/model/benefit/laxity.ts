import { LEVELS_PER_FRAME } from "../../core/rounds";
import type { Side } from "../../core/types";
import { type Allotted, type LeftWh, mayMove } from "./allotment";
import { type FlexibleOrder, type FrozenBook, tranche } from "./frozenBook";

/**
 * Moves one side's orders up to a level of laxity in a frame (smoothed least laxity). SPEC 4.
 *
 * @param level In {@link LEVELS_PER_FRAME}s of a frame; at 0 nothing moves.
 * @param leftWh Rest of each order; the energy moved is taken off.
 */
export function moveUpTo(book: FrozenBook, offset: number, side: Side, level: bigint, leftWh: LeftWh): Allotted[] {
  if (level === 0n) return [];
  const allotted: Allotted[] = [];
  for (const order of side === "charge" ? book.bids : book.asks) {
    if (!mayMove(book, order, offset)) continue;
    const left = leftWh.get(order)!;
    const servedWh = least(left, order.peakWh * framesOf(book, order, offset));
    const energyWh = least(tranche(order, offset, left), servedWh - waitingWh(book, order, offset, level));
    if (energyWh <= 0n) continue;
    allotted.push({ order, energyWh });
    leftWh.set(order, left - energyWh);
  }
  return allotted;
}

/** Energy that an order could still get if it began only once the level leaves it no laxity, rounded up, Wh. */
function waitingWh(book: FrozenBook, order: FlexibleOrder, offset: number, level: bigint): bigint {
  const beyond = framesOf(book, order, offset) * LEVELS_PER_FRAME - level;
  return beyond <= 0n ? 0n : (order.peakWh * beyond + LEVELS_PER_FRAME - 1n) / LEVELS_PER_FRAME;
}

/** Frames from one on to an order's last. */
function framesOf({ frame }: FrozenBook, { expiryFrame }: FlexibleOrder, offset: number): bigint {
  return BigInt(expiryFrame - frame - offset + 1);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
