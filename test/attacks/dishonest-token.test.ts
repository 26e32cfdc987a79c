import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ENOUGH, fund, marketOf, tradeADay } from "../helpers/tokenMarket";
import { expectSolvent, MAX_MONEY } from "../unit/contracts/fixtures";

describe("Attack: a dishonest token", () => {
  describe("one that keeps a fee", () => {
    async function fixture() {
      const token = await ethers.deployContract("FeeToken");
      const d = await marketOf(token);
      await fund(d.market, token, [d.a, d.b], ENOUGH);
      return { ...d, token };
    }

    it("credits what arrived and pays out what it owes: the fee is whoever sends' own", async () => {
      const { market, token, parameters, a, b } = await loadFixture(fixture);
      await token.setFee(100, false);
      const check = async () => expectSolvent(market, token, parameters);
      await expect(market.connect(a).deposit(a, 1_000_000n))
        .to.emit(market, "Deposited")
        .withArgs(1n, a, 990_000n, 990_000n);
      await market.connect(b).deposit(b, 1_000_000n);
      await check();
      await tradeADay(market, parameters, check);
      for (const pile of [a, b]) {
        await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
        await check();
      }
      expect(await token.balanceOf(market)).to.equal(0n);
      expect(await token.balanceOf(a)).to.equal(ENOUGH - 1_000_000n + 851_400n); // 99 % of 860 000
    });

    it("refuses to pay where the token takes its fee from the market, on top: the others would pay it", async () => {
      const { market, token, a, b } = await loadFixture(fixture);
      for (const pile of [a, b]) await market.connect(pile).deposit(pile, 1000n);
      await token.setFee(100, true);
      await expect(market.connect(a).withdraw(a, 1000n))
        .to.be.revertedWithCustomError(market, "TokenTookTooMuch")
        .withArgs(1010n, 1000n);
      expect(await token.balanceOf(market)).to.equal(2000n);
      // Nothing is lost: whoever sets the fee can lift it.
      await token.setFee(0, true);
      for (const pile of [a, b]) await market.connect(pile).withdraw(pile, 1000n);
      expect(await token.balanceOf(market)).to.equal(0n);
    });

    it("refuses a deposit of which nothing arrives", async () => {
      const { market, token, a } = await loadFixture(fixture);
      await token.setFee(10_000, false);
      await expect(market.connect(a).deposit(a, 1000n))
        .to.be.revertedWithCustomError(market, "AmountTooSmall")
        .withArgs(1000n, 1n);
      expect(await token.balanceOf(a)).to.equal(ENOUGH);
    });
  });

  describe("one that can refuse", () => {
    async function fixture() {
      const token = await ethers.deployContract("RefusingToken");
      const d = await marketOf(token);
      await fund(d.market, token, [d.a, d.b], ENOUGH);
      for (const pile of [d.a, d.b]) await d.market.connect(pile).deposit(pile, ENOUGH / 2n);
      return { ...d, token };
    }
    const [MOVE, RETURN_FALSE, REVERT] = [0, 1, 2];

    it("is not believed when it returns false: neither deposit nor withdrawal happens", async () => {
      const { market, token, parameters, a } = await loadFixture(fixture);
      await token.setMood(RETURN_FALSE);
      await expect(market.connect(a).deposit(a, 10n))
        .to.be.revertedWithCustomError(market, "SafeERC20FailedOperation")
        .withArgs(token);
      await expect(market.connect(a).withdraw(a, 10n))
        .to.be.revertedWithCustomError(market, "SafeERC20FailedOperation")
        .withArgs(token);
      await expectSolvent(market, token, parameters);
      await token.setMood(MOVE);
      await market.connect(a).withdraw(a, ENOUGH / 2n);
      expect(await token.balanceOf(a)).to.equal(ENOUGH);
    });

    it("cannot stop the market by stopping transfers: all but the tokens goes on, and nothing is lost", async () => {
      const { market, token, parameters, a, b } = await loadFixture(fixture);
      await token.setMood(REVERT);
      const check = async () => expectSolvent(market, token, parameters);
      await tradeADay(market, parameters, check);
      for (const pile of [a, b]) {
        await expect(
          market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile)),
        ).to.be.revertedWithCustomError(token, "TransfersOff");
        await check();
      }
      await expect(market.connect(a).deposit(a, 1n)).to.be.revertedWithCustomError(token, "TransfersOff");
      await token.setMood(MOVE);
      for (const pile of [a, b]) {
        await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
        await check();
      }
      expect(await token.balanceOf(market)).to.equal(0n);
      expect(await token.balanceOf(a)).to.equal(ENOUGH - 130_000n);
      expect(await token.balanceOf(b)).to.equal(ENOUGH + 130_000n);
    });
  });

  describe("one that lies about balances", () => {
    async function fixture() {
      const token = await ethers.deployContract("LyingToken");
      const d = await marketOf(token);
      await fund(d.market, token, [d.a, d.b], ENOUGH);
      await d.market.connect(d.b).deposit(d.b, 500n);
      return { ...d, token };
    }

    it("credits nothing for tokens that did not show up", async () => {
      const { market, token, parameters, a } = await loadFixture(fixture);
      for (const lie of [-100n, -101n, -600n]) {
        await token.lie(lie);
        await expect(market.connect(a).deposit(a, 100n), lie.toString())
          .to.be.revertedWithCustomError(market, "AmountTooSmall")
          .withArgs(100n, 1n);
      }
      await token.lie(-40n);
      await market.connect(a).deposit(a, 100n);
      expect(await market.freeBalanceOf(a)).to.equal(60n);
      await token.lie(0n);
      await token.misstate(market, 0n);
      await expectSolvent(market, token, parameters, 40n);
    });

    it("credits what it says, for a market knows its money from nobody else: choose the token with care", async () => {
      const { market, token, a, b } = await loadFixture(fixture);
      await token.lie(900n);
      await market.connect(a).deposit(a, 100n);
      expect(await market.freeBalanceOf(a)).to.equal(1000n);
      await token.lie(0n);
      // The real tokens go to whoever is first, which is what such a token is for.
      await market.connect(a).withdraw(a, 600n);
      await expect(market.connect(b).withdraw(b, 500n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientBalance",
      );
    });

    it("cannot claim to hold more than the market counts", async () => {
      const { market, token, a } = await loadFixture(fixture);
      await token.lie(MAX_MONEY);
      await expect(market.connect(a).deposit(a, 1n))
        .to.be.revertedWithCustomError(market, "TooMuchMoney")
        .withArgs(MAX_MONEY + 501n, MAX_MONEY);
    });
  });
});
