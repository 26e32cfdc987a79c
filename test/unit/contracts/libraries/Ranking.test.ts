import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import { Random } from "../../../../scripts/core/random";
import type { RankingHarness } from "../../../../typechain-types";
import { ascending, listOf, randomWord } from "../../../helpers/libraries";
import { runs, skipWhereInstrumented } from "../../../helpers/coverage";

const SEED = 414;
const MAX_TICKS = (1n << 24n) - 1n;

/** One side's order as far as ranking goes. */
interface Ranked {
  pile: number;
  priceTicks: bigint;
  waited: number;
  sequence: number;
}

/** The entry that `types/BookEntry.sol` draws. */
function entryOf({ pile, priceTicks, waited, sequence }: Ranked, charge: boolean): bigint {
  const key = charge ? MAX_TICKS - priceTicks : priceTicks;
  return BigInt(pile) | (priceTicks << 40n) | (BigInt(sequence) << 184n) | (BigInt(waited) << 224n) | (key << 232n);
}

/** 1 for the first of the distinct values, 2 for the second, and so on. */
function denseRank<T>(value: T, all: readonly T[], compare: (a: T, b: T) => number): number {
  return 1 + new Set(all.filter((other) => compare(other, value) < 0)).size;
}

describe("Ranking", () => {
  let harness: RankingHarness;

  before(async () => {
    harness = await ethers.deployContract("RankingHarness");
  });

  /** `f` and pile of each order, lowest first, counted order by order. */
  function naive(
    orders: Ranked[],
    charge: boolean,
    dropped: number[],
    priceWeight: number,
    timeWeight: number,
  ): string[] {
    const prices = orders.map(({ priceTicks }) => (charge ? -priceTicks : priceTicks));
    const waits = [...orders.map(({ waited }) => waited), ...dropped];
    return orders
      .map((order, i) => ({
        pile: order.pile,
        sequence: order.sequence,
        f:
          priceWeight * denseRank(prices[i]!, prices, ascending) +
          timeWeight * denseRank(order.waited, waits, (a, b) => b - a),
      }))
      .sort((a, b) => a.f - b.f || a.sequence - b.sequence)
      .map(({ f, pile }) => `${f} ${pile}`);
  }

  const orders = fc
    .array(
      fc.record({
        priceTicks: fc.oneof(fc.bigInt({ min: 1n, max: 12n }), fc.bigInt({ min: 1n, max: MAX_TICKS })),
        waited: fc.oneof({ weight: 4, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(96) }),
        sequence: fc.nat(0xffffffff),
      }),
      { maxLength: 60 },
    )
    .map((list) =>
      list.map((order, i): Ranked => ({ ...order, sequence: order.sequence * 64 + i, pile: 1 + ((i * 37) % 61) })),
    );
  const weights = fc.tuple(
    fc.oneof(fc.constantFrom(0, 1, 10, 65_535), fc.nat(65_535)),
    fc.oneof(fc.constantFrom(0, 1, 65_535), fc.nat(300)),
  );

  it("orders a side as counting the ranks one by one does", async () => {
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.boolean(),
        fc.array(fc.nat(96), { maxLength: 4 }),
        weights,
        async (list, charge, dropped, [priceWeight, timeWeight]) => {
          const waits = [...list.map(({ waited }) => waited), ...dropped].reduce(
            (bits, w) => bits | (1n << BigInt(w)),
            0n,
          );
          const ranked = await harness.rank(
            list.map((order) => entryOf(order, charge)),
            waits,
            priceWeight,
            timeWeight,
          );
          const shown = ranked.map((word) => `${word >> 224n} ${word & 0xffffn}`);
          expect(shown).to.deep.equal(naive(list, charge, dropped, priceWeight, timeWeight));
          // Nothing but what sorts has changed.
          const kept = (word: bigint): bigint => word & ((1n << 224n) - 1n);
          expect([...ranked].map(kept).sort(ascending)).to.deep.equal(
            list.map((order) => kept(entryOf(order, charge))).sort(ascending),
          );
        },
      ),
      { seed: SEED, numRuns: runs(200) },
    );
  }).timeout(30_000);

  it("fits the largest priority there is into its field", async () => {
    const list = listOf(600, (i): Ranked => ({ pile: i + 1, priceTicks: BigInt(i + 1), waited: i % 97, sequence: i }));
    const ranked = await harness.rank(
      list.map((order) => entryOf(order, false)),
      (1n << 97n) - 1n,
      65_535,
      65_535,
    );
    expect(ranked.map((word) => `${word >> 224n} ${word & 0xffffn}`)).to.deep.equal(
      naive(list, false, [], 65_535, 65_535),
    );
  });

  it("counts bits: every single one, every run, random words", async function () {
    skipWhereInstrumented(this);
    const random = new Random(SEED);
    const words = [
      0n,
      ...listOf(128, (bit) => 1n << BigInt(bit)),
      ...listOf(128, (bit) => (1n << BigInt(bit + 1)) - 1n),
      ...listOf(128, (bit) => ((1n << 128n) - 1n) ^ (1n << BigInt(bit))),
      ...listOf(500, () => randomWord(random, 128)),
    ];
    const counts = await harness.popcounts(words);
    expect(counts.join()).to.equal(words.map((word) => word.toString(2).replaceAll("0", "").length).join());
    expect(counts.join()).to.equal((await harness.plainPopcounts(words)).join());
  });

  it("ranks a wait after the distinct longer ones", async () => {
    const waits = (1n << 0n) | (1n << 3n) | (1n << 96n);
    expect(await harness.timeRank(waits, 96)).to.equal(1n);
    expect(await harness.timeRank(waits, 3)).to.equal(2n);
    expect(await harness.timeRank(waits, 0)).to.equal(3n);
    expect(await harness.timeRank((1n << 97n) - 1n, 0)).to.equal(97n);
    expect(await harness.timeRank((1n << 128n) - 1n, 127)).to.equal(1n);
  });
});
