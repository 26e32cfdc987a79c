import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * Seeded randomness: everything drawn from one integer seed, in independent named streams.
 *
 * A stream is known by its path of names alone, never by how much was drawn elsewhere: a draw added in one place shifts
 * no other. `new Random(7).stream("population").stream("EV 12")` is the same sequence in every run.
 */
export class Random {
  private readonly path: string;
  private readonly generator: RandomGenerator;

  /** @param seed Any integer. */
  constructor(seed: number);
  /** @internal A stream of {@link stream}. */
  constructor(path: string);
  constructor(seedOrPath: number | string) {
    if (typeof seedOrPath === "number" && !Number.isSafeInteger(seedOrPath)) {
      throw new RangeError(`a seed must be an integer: ${seedOrPath}`);
    }
    this.path = String(seedOrPath);
    // Four salted hashes of the path make the 128 bits of state.
    this.generator = xoroshiro128plusFromState([1, 2, 3, 4].map((salt) => hash32(`${salt}/${this.path}`)));
  }

  /** The stream called `name` of this one, at its beginning. Asking twice gives two copies of the same sequence. */
  stream(name: string): Random {
    return new Random(`${this.path}/${name}`);
  }

  /** Uniform in `[low, high)`. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.generator);
  }

  /** Uniform whole number, `low` and `high` included. */
  integer(low: number, high: number): number {
    return uniformInt(this.generator, low, high);
  }

  /** True with probability `probability`. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Normal, by Box and Muller; always two draws, so that what follows does not depend on parity. */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A shuffled copy, by Fisher and Yates. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }

  /**
   * One of `items`, with probability proportional to its weight; without weights, each alike.
   *
   * @throws RangeError if there is nothing to pick, or the weights do not fit the items.
   */
  pick<T>(items: readonly T[], weights?: readonly number[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    if (weights === undefined) return items[this.integer(0, items.length - 1)]!;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (weights.length !== items.length || weights.some((weight) => weight < 0) || !(total > 0)) {
      throw new RangeError(`${items.length} items need as many weights, none negative, not all zero`);
    }
    let left = this.uniform(0, total);
    let candidate: T = items[0] as T;
    for (const [index, item] of items.entries()) {
      const weight = weights[index]!;
      if (weight === 0) continue;
      candidate = item;
      if (left < weight) break;
      left -= weight;
    }
    return candidate;
  }
}

/** FNV-1a, finished as in MurmurHash3 so that paths that differ in one digit differ in every bit. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
