import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import type { FirstFitHarness } from "../../../../typechain-types";
import { NONE } from "../../../helpers/libraries";
import { runs } from "../../../helpers/coverage";

const SEED = 12;

/** Small values, so that there are ties, with now and then the smallest and the largest. */
const value = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 0n, max: 40n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, (1n << 24n) - 1n) },
);
const step = fc.record({ limit: value, remove: fc.boolean() });

describe("FirstFit", () => {
  let harness: FirstFitHarness;

  before(async () => {
    harness = await ethers.deployContract("FirstFitHarness");
  });

  it("finds and removes what walking the list finds", async () => {
    const field = fc.constantFrom(
      { shift: 0, mask: (1n << 24n) - 1n },
      { shift: 40, mask: 63n },
      { shift: 232, mask: 0xffn },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 70 }),
        field,
        fc.bigInt({ min: 0n, max: (1n << 40n) - 1n }),
        fc.array(step, { maxLength: 100 }),
        async (values, { shift, mask }, noise, steps) => {
          // Bits beside the field must not matter; values that are too wide for it are cut.
          const words = values.map(
            (x) => ((x & mask) << BigInt(shift)) | (shift === 0 ? noise << 24n : noise & 0xffffffffffn),
          );
          const list = words.map((word) => BigInt.asUintN(256, word));
          const args = [list, shift, mask, steps.map(({ limit }) => limit), steps.map(({ remove }) => remove)] as const;
          const [found, tree] = await harness.firstFit(...args);
          const [plainFound, plainTree] = await harness.plainFirstFit(...args);
          expect(found.join()).to.equal(plainFound.join());
          expect(tree.join()).to.equal(plainTree.join());
        },
      ),
      { seed: SEED, numRuns: runs(120) },
    );
  }).timeout(30_000);

  it("removes in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        async (list, picks) => {
          const removed = picks.map((pick) => pick % list.length);
          const tree = await harness.treeWithout(list, removed);
          expect(tree.join()).to.equal((await harness.plainTreeWithout(list, removed)).join());
        },
      ),
      { seed: SEED, numRuns: runs(80) },
    );
  }).timeout(30_000);

  it("empties lists of every size around a power of two", async () => {
    const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 511, 512, 513];
    for (const length of lengths.filter((n) => n <= runs(600))) {
      const list = Array.from({ length }, (_, i) => BigInt((i * 7919) % 1000));
      const limits = Array.from({ length: length + 1 }, () => 1000n);
      const removes = limits.map(() => true);
      const [found] = await harness.firstFit(list, 0, NONE, limits, removes);
      // Everything can be afforded, so the indices come in order, and then there is nothing.
      expect([...found]).to.deep.equal([...list.map((_, i) => BigInt(i)), NONE]);
    }
  });

  it("finds nothing below the smallest value, not even a removed leaf at the largest limit but one", async () => {
    expect((await harness.firstFit([5n], 0, NONE, [4n, 5n, NONE - 1n], [false, true, false]))[0]).to.deep.equal([
      NONE,
      0n,
      NONE,
    ]);
  });
});
