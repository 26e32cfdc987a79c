import { MAX_UINT24 } from "../../model/limits";
import { LEVELS_PER_FRAME } from "../../core/rounds";
import { type BookOrder, laterWh, trancheWh } from "./bookProblem";

/** Units of a level in a frame; figures stay far below 2^53. */
const UNITS = Number(LEVELS_PER_FRAME);
const MOST_LEVEL = Number(MAX_UINT24);

/** Energy that an order moves at a level of laxity in a frame, Wh. SPEC 4. */
function energyAt(order: BookOrder, leftWh: number, offset: number, level: number): number {
  const most = Math.min(trancheWh(order, offset), leftWh);
  if (level === 0 || most <= 0) return 0;
  const frames = order.last - offset + 1;
  const waitingWh = Math.ceil((order.peakWh * Math.max(0, UNITS * frames - level)) / UNITS);
  return Math.max(0, Math.min(most, Math.min(leftWh, order.peakWh * frames) - waitingWh));
}

/** Energy that orders move together at a level in a frame, Wh. @param leftWh Rest of each. */
export function sumAt(orders: readonly BookOrder[], leftWh: readonly number[], offset: number, level: number): number {
  let sum = 0;
  for (let index = 0; index < orders.length; index++) sum += energyAt(orders[index]!, leftWh[index]!, offset, level);
  return sum;
}

/** The highest level at which orders move no more than a total together; 0 where that is 0. */
export function levelFor(
  orders: readonly BookOrder[],
  leftWh: readonly number[],
  offset: number,
  totalWh: number,
): number {
  if (totalWh <= 0) return 0;
  let [low, high] = [0, MOST_LEVEL];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sumAt(orders, leftWh, offset, middle) <= totalWh) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The level at which every bid gets the energy that it could not be given later any more, as its limit allows. */
export function levelOfDue(bids: readonly BookOrder[], leftWh: readonly number[], offset: number): number {
  let level = 0;
  bids.forEach((order, index) => {
    const laterMostWh = laterWh(order, offset);
    if (leftWh[index]! <= laterMostWh || trancheWh(order, offset) === 0) return;
    const laterFrames = order.peakWh === 0 ? 0 : laterMostWh / order.peakWh;
    level = Math.max(level, UNITS * (order.last - offset + 1 - laterFrames));
  });
  return level;
}

/** Moves orders up to a level in a frame and takes the energy off their rests. @returns Wh. */
export function moveUpTo(orders: readonly BookOrder[], leftWh: number[], offset: number, level: number): number {
  let sum = 0;
  orders.forEach((order, index) => {
    const wh = energyAt(order, leftWh[index]!, offset, level);
    leftWh[index]! -= wh;
    sum += wh;
  });
  return sum;
}
