import { ethers } from "ethers";

import type { Random } from "../../scripts/core/random";

/** Index that a search returns where nothing is found. */
export const NONE = ethers.MaxUint256;

/** Ascending order of words. */
export const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** A random word of `bits` bits. */
export function randomWord(random: Random, bits = 256): bigint {
  let word = 0n;
  for (let left = bits; left > 0; left -= 16) word = (word << 16n) | BigInt(random.integer(0, 0xffff));
  return word & ((1n << BigInt(bits)) - 1n);
}

/** A list of `length` words that `make` makes of their indices. */
export function listOf<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}
