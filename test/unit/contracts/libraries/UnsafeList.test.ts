import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import type { UnsafeListHarness } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";

const WORD = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n });

describe("UnsafeList", () => {
  let harness: UnsafeListHarness;

  before(async () => {
    harness = await ethers.deployContract("UnsafeListHarness");
  });

  it("does what Solidity's own arrays do, and touches nothing beyond its capacity", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(WORD, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        WORD,
        fc.nat(),
        async (pushed, at, word, to) => {
          const args = [pushed, at % pushed.length, word, to % (pushed.length + 1)] as const;
          expect(await harness.words(...args)).to.deep.equal(await harness.plainWords(...args));
        },
      ),
      { seed: 3, numRuns: runs(100) },
    );
  });
});
