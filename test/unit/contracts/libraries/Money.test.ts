import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import { amountDown, amountUp } from "../../../../scripts/model/money";
import type { MoneyHarness } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";

const MAX_PRICE = (1n << 64n) - 1n;
const MAX_ENERGY_WH = (1n << 24n) - 1n;

describe("Money", () => {
  let harness: MoneyHarness;

  before(async () => {
    harness = await ethers.deployContract("MoneyHarness");
  });

  it("rounds what is paid down and what is locked up", async () => {
    expect(await harness.amounts(1, 999)).to.deep.equal([0n, 1n]);
    expect(await harness.amounts(1, 1000)).to.deep.equal([1n, 1n]);
    expect(await harness.amounts(1, 1001)).to.deep.equal([1n, 2n]);
    expect(await harness.amounts(0, 1001)).to.deep.equal([0n, 0n]);
    expect(await harness.amounts(1001, 0)).to.deep.equal([0n, 0n]);
    expect(await harness.amounts(200_000, 1)).to.deep.equal([200n, 200n]);
  });

  it("is exact at the largest price and energy", async () => {
    for (const [price, energyWh] of [
      [MAX_PRICE, MAX_ENERGY_WH],
      [MAX_PRICE, 1n],
      [1n, MAX_ENERGY_WH],
      [MAX_PRICE - 1n, MAX_ENERGY_WH],
    ] as const) {
      const exact = (price * energyWh) / 1000n;
      const remainder = (price * energyWh) % 1000n;
      expect(await harness.amounts(price, energyWh)).to.deep.equal([exact, remainder === 0n ? exact : exact + 1n]);
    }
  });

  it("counts as the model does", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: MAX_PRICE }),
        fc.bigInt({ min: 0n, max: MAX_ENERGY_WH }),
        async (price, energyWh) => {
          const [down, up] = await harness.amounts(price, energyWh);
          expect([down, up]).to.deep.equal([amountDown(price, energyWh), amountUp(price, energyWh)]);
        },
      ),
      { seed: 5, numRuns: runs(100) },
    );
  });

  it("never pays more than what is locked, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 1n << 40n }),
        fc.array(fc.bigInt({ min: 1n, max: 5000n }), { minLength: 1, maxLength: 6 }),
        async (price, parts) => {
          const whole = parts.reduce((sum, part) => sum + part, 0n);
          let left = whole;
          for (const part of parts) {
            // The lock's part that falls away covers the payment for the part.
            const [, before] = await harness.amounts(price, left);
            const [, after] = await harness.amounts(price, left - part);
            const [paid] = await harness.amounts(price, part);
            expect(before - after >= paid).to.equal(true);
            left -= part;
          }
        },
      ),
      { seed: 6, numRuns: runs(40) },
    );
  });
});
