import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import type { AskQueueHarness } from "../../../../typechain-types";
import { ascending, NONE } from "../../../helpers/libraries";
import { runs } from "../../../helpers/coverage";

const SEED = 31;
const PRICE_SHIFT = 40n;

const price = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 30n }) },
  { weight: 1, arbitrary: fc.constantFrom(1n, (1n << 24n) - 1n) },
);
const steps = fc.array(fc.record({ limit: price, remove: fc.boolean() }), { maxLength: 90 });
/** Fields of a ranked ask beside its price. */
const rest = fc.record({
  low: fc.bigInt({ min: 0n, max: (1n << 40n) - 1n }),
  high: fc.bigInt({ min: 0n, max: (1n << 192n) - 1n }),
});

describe("AskQueue", () => {
  let harness: AskQueueHarness;

  before(async () => {
    harness = await ethers.deployContract("AskQueueHarness");
  });

  /** The first ask left that a bid can afford, by walking. */
  function walk(prices: readonly bigint[], list: readonly { limit: bigint; remove: boolean }[]): bigint[] {
    const gone = new Set<number>();
    return list.map(({ limit, remove }) => {
      const index = prices.findIndex((ask, i) => !gone.has(i) && ask <= limit);
      if (index === -1) return NONE;
      if (remove) gone.add(index);
      return BigInt(index);
    });
  }

  async function expectWalked(
    prices: bigint[],
    beside: { low: bigint; high: bigint },
    list: { limit: bigint; remove: boolean }[],
  ) {
    const asks = prices.map((ask) => beside.low | (ask << PRICE_SHIFT) | (beside.high << 64n));
    const [found, usesTree] = await harness.askQueue(
      asks,
      list.map(({ limit }) => limit),
      list.map(({ remove }) => remove),
    );
    expect(found.join()).to.equal(walk(prices, list).join());
    return usesTree;
  }

  it("finds what a walk finds, whatever the order of the prices", async () => {
    let trees = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 60 }), rest, steps, async (prices, beside, list) => {
        if (await expectWalked(prices, beside, list)) trees++;
      }),
      { seed: SEED, numRuns: runs(100) },
    );
    expect(trees).to.be.above(runs(100) / 2 - 1);
  }).timeout(30_000);

  it("does so with a cursor where prices rise along the order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 60 }), rest, steps, async (prices, beside, list) => {
        expect(await expectWalked([...prices].sort(ascending), beside, list)).to.equal(false);
      }),
      { seed: SEED, numRuns: runs(60) },
    );
  }).timeout(30_000);

  it("needs a tree as soon as one price falls", async () => {
    const always = [{ limit: 9n, remove: true }];
    expect(await expectWalked([5n, 5n, 6n], { low: 0n, high: 0n }, always)).to.equal(false);
    expect(await expectWalked([5n, 6n, 5n], { low: 0n, high: 0n }, always)).to.equal(true);
    expect(await expectWalked([1n], { low: 0n, high: 0n }, always)).to.equal(false);
  });
});
