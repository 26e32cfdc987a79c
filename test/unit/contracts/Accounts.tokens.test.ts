import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ENOUGH, fund, marketOf, tradeADay } from "../../helpers/tokenMarket";
import { expectSolvent, MAX_MONEY } from "./fixtures";

describe("Accounts with unusual tokens", () => {
  describe("one that returns nothing", () => {
    it("works like any other", async () => {
      const token = await ethers.deployContract("SilentToken");
      const { market, parameters, a, b } = await marketOf(token);
      await fund(market, token, [a, b], ENOUGH);
      const check = async () => expectSolvent(market, token, parameters);
      for (const pile of [a, b]) await market.connect(pile).deposit(pile, ENOUGH);
      await check();
      await tradeADay(market, parameters, check);
      for (const pile of [a, b]) await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
      expect(await token.balanceOf(a)).to.equal(ENOUGH - 130_000n);
      expect(await token.balanceOf(b)).to.equal(ENOUGH + 130_000n);
    });

    it("knows no permits, which is no reason to refuse a deposit with an allowance", async () => {
      const token = await ethers.deployContract("SilentToken");
      const { market, a } = await marketOf(token);
      await fund(market, token, [a], ENOUGH);
      await market.connect(a).depositWithPermit(a, 10n, 0n, 27, ethers.ZeroHash, ethers.ZeroHash);
      expect(await market.freeBalanceOf(a)).to.equal(10n);
    });
  });

  describe("one with 18 decimals, counted in units of 10^12", () => {
    const UNIT = 10n ** 12n;

    async function fixture() {
      const token = await ethers.deployContract("TestToken", [18]);
      const d = await marketOf(token, { unit: UNIT });
      await fund(d.market, token, [d.a, d.b], ENOUGH * UNIT);
      return { ...d, token };
    }

    it("counts whole units: what is less stays with the market, and nobody else loses it", async () => {
      const { market, token, parameters, a, b } = await loadFixture(fixture);
      await expect(market.connect(a).deposit(a, 3n * UNIT + 7n))
        .to.emit(market, "Deposited")
        .withArgs(1n, a, 3n, 3n);
      await expectSolvent(market, token, parameters, 7n);
      // The dust of one deposit completes no unit of the next.
      await market.connect(b).deposit(b, 2n * UNIT - 7n);
      expect(await market.freeBalanceOf(b)).to.equal(1n);
      await expectSolvent(market, token, parameters, UNIT);
      await market.connect(a).withdraw(a, 3n);
      await market.connect(b).withdraw(b, 1n);
      expect(await token.balanceOf(market)).to.equal(UNIT);
    });

    it("refuses less than a unit, and takes exactly one", async () => {
      const { market, token, parameters, a } = await loadFixture(fixture);
      for (const amount of [1n, UNIT - 1n]) {
        await expect(market.connect(a).deposit(a, amount))
          .to.be.revertedWithCustomError(market, "AmountTooSmall")
          .withArgs(amount, UNIT);
      }
      await market.connect(a).deposit(a, UNIT);
      await expectSolvent(market, token, parameters);
      await expect(market.connect(a).withdraw(a, 0n))
        .to.be.revertedWithCustomError(market, "AmountTooSmall")
        .withArgs(0n, UNIT);
    });

    it("trades and pays in units, to the last one", async () => {
      const { market, token, parameters, a, b } = await loadFixture(fixture);
      for (const pile of [a, b]) await market.connect(pile).deposit(pile, ENOUGH * UNIT);
      const check = async () => expectSolvent(market, token, parameters);
      await tradeADay(market, parameters, check);
      for (const pile of [a, b]) await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
      expect(await token.balanceOf(a)).to.equal((ENOUGH - 130_000n) * UNIT);
      expect(await token.balanceOf(b)).to.equal((ENOUGH + 130_000n) * UNIT);
      expect(await token.balanceOf(market)).to.equal(0n);
    });

    it("counts up to 2^52 - 1 units here too", async () => {
      const { market, token, a } = await loadFixture(fixture);
      const tokens = (MAX_MONEY + 1n) * UNIT;
      await token.faucet(a, tokens);
      await token.connect(a).approve(market, tokens);
      await expect(market.connect(a).deposit(a, tokens))
        .to.be.revertedWithCustomError(market, "TooMuchMoney")
        .withArgs(MAX_MONEY + 1n, MAX_MONEY);
      await market.connect(a).deposit(a, tokens - 1n);
      expect(await market.freeBalanceOf(a)).to.equal(MAX_MONEY);
      await market.connect(a).withdraw(a, MAX_MONEY);
    });

    it("pays no more for the largest unit than it has: 2^52 - 1 tokens a unit", async () => {
      const token = await ethers.deployContract("TestToken", [36]);
      const { market, parameters, a } = await marketOf(token, { unit: MAX_MONEY });
      const tokens = MAX_MONEY * MAX_MONEY;
      await fund(market, token, [a], tokens);
      await market.connect(a).deposit(a, tokens);
      expect(await market.freeBalanceOf(a)).to.equal(MAX_MONEY);
      await expectSolvent(market, token, parameters);
      await time.increase(1);
      await market.connect(a).withdraw(a, MAX_MONEY);
      expect(await token.balanceOf(a)).to.equal(tokens);
    });
  });
});
