import { expect } from "chai";
import { ethers } from "hardhat";

import { creditWeight, creditWeights, drawWinner } from "../../../../scripts/model/creditDraw";
import { Random } from "../../../../scripts/core/random";
import type { CreditDrawHarness } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";
import { listOf, randomWord } from "../../../helpers/libraries";

/** Most proposers that take part in a draw. */
const MAX_CANDIDATES = 64;

describe("CreditDraw", () => {
  const random = new Random(31).stream("credit draw");
  let harness: CreditDrawHarness;
  before(async () => {
    harness = await ethers.deployContract("CreditDrawHarness");
  });

  it("weighs a difference as the reference model does: every bit, the largest, and differences at random", async () => {
    const bits = listOf(14, (bit) => 2 ** bit).filter((difference) => difference <= 10_000);
    for (const difference of [0, 4_440, 10_000, ...bits, ...listOf(60, () => random.integer(0, 10_000))]) {
      expect(await harness.creditWeight(difference), difference.toString()).to.equal(creditWeight(difference));
    }
  });

  it("draws whom the reference model draws, of one to 64, far apart, close together or equal", async () => {
    const winners = new Set<number>();
    for (let round = 0; round < runs(120); round++) {
      const spread = random.pick([0, 30, 300, 10_000]);
      const lowest = random.integer(0, 10_000 - spread);
      const length = random.integer(1, MAX_CANDIDATES);
      const credits = listOf(length, () => random.integer(lowest, lowest + spread));
      const seed = random.pick([0n, 2n ** 256n - 1n, randomWord(random), randomWord(random), randomWord(random, 66)]);
      const winner = drawWinner(seed, creditWeights(credits));
      expect(await harness.creditDraw(credits, seed)).to.equal(winner);
      winners.add(winner);
    }
    expect(winners.size).to.be.greaterThan(runs(120) / 6);
  });
});
