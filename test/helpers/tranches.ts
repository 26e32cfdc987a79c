import type { Random } from "../../scripts/core/random";
import { listOf } from "./libraries";

/** A word of `PlanAllotment`, as the library's comment draws it. */
export interface Tranche {
  leftWh: bigint;
  peakWh: bigint;
  nowWh: bigint;
  from: number;
  frames: number;
  index: number;
  priceKey: bigint;
}

/** The word itself. */
export const pack = (t: Tranche): bigint =>
  t.leftWh |
  (t.peakWh << 24n) |
  (t.nowWh << 44n) |
  (BigInt(t.from) << 64n) |
  (BigInt(t.frames) << 71n) |
  (BigInt(t.index) << 78n) |
  (t.priceKey << 232n);

/** Last offset at which a tranche may move. */
export const last = ({ from, frames }: Tranche): number => from + frames - 1;
/** The least of some energies. */
export const least = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));

/** A list of random orders; `from` is 0 in plans and varies in the fallback. */
export function randomList(random: Random, length: number, startsLater: boolean): Tranche[] {
  const large = random.integer(0, 1) === 1;
  const energy = (bits: number) => BigInt(random.integer(0, large ? 2 ** bits - 1 : 6));
  return listOf(length, (index) => {
    const lastOffset = random.integer(0, random.pick([0, 5, 96]));
    const from = startsLater ? random.integer(0, lastOffset) : 0;
    const peakWh = energy(20) + (large ? 0n : 1n);
    return {
      leftWh: energy(24),
      peakWh: peakWh === 0n ? 1n : peakWh,
      nowWh: energy(20),
      from,
      frames: lastOffset - from + 1,
      index,
      priceKey: BigInt(random.pick([0, 1, 2, 3, 2 ** 24 - 1])),
    };
  });
}

/** Lengths of the lists that tests serve. */
export const LENGTHS = [0, 1, 2, 3, 8, 40, 130];
/** Least price keys that they serve with; no order reaches the last. */
export const KEYS = [0n, 1n, 3n, 2n ** 24n - 1n, 2n ** 24n];
