import { expect } from "chai";
import { ethers } from "hardhat";

import { Random } from "../../../../scripts/core/random";
import type { MergeSortHarness } from "../../../../typechain-types";
import { ALL_CASES } from "../../../helpers/cases";
import { skipWhereInstrumented } from "../../../helpers/coverage";
import { ascending, listOf, randomWord } from "../../../helpers/libraries";

const random = new Random(8).stream("MergeSort");

/** Lists of a length, by what they look like. */
const SHAPES: Readonly<Record<string, (length: number) => bigint[]>> = {
  random: (length) => listOf(length, () => randomWord(random)),
  sorted: (length) => listOf(length, (i) => BigInt(i) << 200n),
  reversed: (length) => listOf(length, (i) => BigInt(length - i)),
  equal: (length) => listOf(length, () => 7n),
  "of few different words": (length) => listOf(length, () => BigInt(random.integer(0, 3))),
  "of the extreme words": (length) => listOf(length, () => (random.chance(0.5) ? 0n : (1n << 256n) - 1n)),
  "nearly sorted": (length) => {
    const list = listOf(length, (i) => BigInt(i));
    for (let swaps = 0; swaps < 3 && length > 1; swaps++) {
      const i = random.integer(0, length - 2);
      [list[i], list[i + 1]] = [list[i + 1]!, list[i]!];
    }
    return list;
  },
  "sorted but for the last word": (length) => listOf(length, (i) => (i === length - 1 ? 0n : BigInt(i + 1))),
  "sorted runs": (length) => listOf(length, (i) => BigInt(i % 8)),
  "two sorted halves": (length) => listOf(length, (i) => BigInt((2 * i) % Math.max(length, 1)) + BigInt(i % 2)),
};

/** Lengths around later doublings; a quick run leaves out the largest, which each of the worst books sorts. */
const LONG = [63, 64, 65, 127, 128, 129, 255, 256, 257, ...(ALL_CASES ? [511, 512, 513, 600] : [])];

describe("MergeSort", () => {
  let harness: MergeSortHarness;

  before(async () => {
    harness = await ethers.deployContract("MergeSortHarness");
  });

  async function expectSorted(list: readonly bigint[]): Promise<void> {
    const sorted = [...(await harness.sort([...list]))];
    const expected = [...list].sort(ascending);
    // One text is compared faster than 600 words.
    if (sorted.join() !== expected.join()) expect(sorted, `sorting ${list.join()}`).to.deep.equal(expected);
  }

  for (const [name, make] of Object.entries(SHAPES)) {
    it(`sorts lists that are ${name}`, async () => {
      // Every length around a run's eight words and its doublings.
      for (let length = 0; length <= 40; length++) await expectSorted(make(length));
      for (const length of LONG) {
        await expectSorted(make(length));
      }
    }).timeout(20_000);
  }

  it("sorts lists of any length up to 600 as Array.sort does", async () => {
    for (let length = 41; length <= 600; length += random.integer(1, ALL_CASES ? 17 : 170)) {
      const bits = random.pick([1, 4, 16, 256]);
      await expectSorted(listOf(length, () => randomWord(random, bits)));
    }
  }).timeout(20_000);

  it("does what its plain twin does", async () => {
    for (let i = 0; i < 40; i++) {
      const list = listOf(random.integer(0, 60), () => randomWord(random, random.pick([2, 256])));
      expect(await harness.sort(list)).to.deep.equal(await harness.plainSort(list));
    }
  });

  it("costs no more than n log n on any of the shapes", async function () {
    skipWhereInstrumented(this);
    for (const [name, make] of Object.entries(SHAPES)) {
      const cost = async (length: number): Promise<number> => {
        const list = make(length);
        // The cost of copying is not the sort's.
        const [sorting, copying] = [await harness.sort.estimateGas(list), await harness.plainSort.estimateGas([])];
        return Number(sorting - copying);
      };
      expect((await cost(512)) / (await cost(256)), name).to.be.below(2.4);
    }
  });
});
