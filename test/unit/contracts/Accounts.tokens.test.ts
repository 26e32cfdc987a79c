import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import type { AddressLike } from "ethers";
import { ethers } from "hardhat";

import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../../scripts/market/defaults";
import { Delivery__factory, type Market } from "../../../typechain-types";
import { goTo } from "../../helpers/market";
import {
  ask,
  bid,
  claims,
  clear,
  deployFor,
  expectSolvent,
  freshFrame,
  type Holdings,
  MAX_MONEY,
  PENNY,
  settle,
} from "./fixtures";

const ENOUGH = 10n ** 9n;

/** What every mock offers. */
interface AnyToken extends Holdings {
  faucet(to: AddressLike, amount: bigint): Promise<unknown>;
}

/** A market that counts in a hostile token, with piles 1 and 2. */
async function marketOf(token: AddressLike, overrides: Partial<DeploymentParameters> = {}) {
  const parameters = { ...DEFAULT_PARAMETERS, ...overrides };
  const { market, admin } = await deployFor(token, parameters);
  const [, a, b] = await ethers.getSigners();
  if (a === undefined || b === undefined) throw new Error("no signers");
  for (const pile of [a, b]) await market.registerPile(pile, pile, pile, 7000);
  return { market, parameters, admin, a, b };
}

/** Gives each pile `amount` tokens and lets the market take them. */
async function fund(
  market: Market,
  token: AnyToken & { connect(signer: HardhatEthersSigner): { approve(to: Market, amount: bigint): Promise<unknown> } },
  piles: readonly HardhatEthersSigner[],
  amount: bigint,
): Promise<void> {
  for (const pile of piles) {
    await token.faucet(pile, amount);
    await token.connect(pile).approve(market, amount);
  }
}

/** Pile 1 buys 1 kWh from pile 2 at 13 p; settled. */
async function tradeADay(market: Market, parameters: DeploymentParameters, check: () => Promise<void>): Promise<void> {
  const [, a, b] = await ethers.getSigners();
  if (a === undefined || b === undefined) throw new Error("no signers");
  const start = await freshFrame(market, parameters);
  await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
  await check();
  await market.connect(b).place(ask(12n * PENNY, 1500n, start + 5));
  await check();
  const { words } = await clear(market, start + 1);
  await check();
  await market.connect(b).cancel();
  await settle(market, start + 1, words);
  await check();
}

describe("Accounts with hostile tokens", () => {
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

  describe("one that calls back", () => {
    /** The token itself is pile 3, with money in the market and of its own; it may do whatever a pile may. */
    async function fixture() {
      const token = await ethers.deployContract("ReentrantToken");
      const d = await marketOf(token);
      const { market, a, b } = d;
      await fund(market, token, [a, b], ENOUGH);
      for (const pile of [a, b]) await market.connect(pile).deposit(pile, ENOUGH / 2n);
      await market.registerPile(token, token, token, 7000);
      await token.faucet(token, ENOUGH);
      await token.act(token, token.interface.encodeFunctionData("approve", [await market.getAddress(), ENOUGH]));
      await token.act(market, market.interface.encodeFunctionData("deposit", [await token.getAddress(), ENOUGH / 2n]));
      const start = await freshFrame(market, d.parameters);
      await expectSolvent(market, token, d.parameters);
      return { ...d, token, start };
    }
    type Fixture = Awaited<ReturnType<typeof fixture>>;

    /** Ways in, as calldata that the token sends while the market waits for it. */
    const calls = async ({ market, token, a, start }: Fixture) => {
      const self = await token.getAddress();
      return {
        deposit: market.interface.encodeFunctionData("deposit", [self, 10n]),
        depositForVictim: market.interface.encodeFunctionData("deposit", [a.address, 10n]),
        depositWithPermit: market.interface.encodeFunctionData("depositWithPermit", [
          self,
          10n,
          0n,
          27,
          ethers.ZeroHash,
          ethers.ZeroHash,
        ]),
        withdraw: market.interface.encodeFunctionData("withdraw", [self, ENOUGH / 2n]),
        withdrawGrid: market.interface.encodeFunctionData("withdrawGrid", [self, 1n]),
        place: market.interface.encodeFunctionData("place", [bid(14n * PENNY, 1000n, start + 5)]),
        replace: market.interface.encodeFunctionData("replace", [ask(14n * PENNY, 900n, start + 5)]),
        cancel: market.interface.encodeFunctionData("cancel"),
        clear: market.interface.encodeFunctionData("clear", [start + 1]),
      };
    };

    const guarded = ["deposit", "depositForVictim", "depositWithPermit", "withdraw", "withdrawGrid"] as const;

    for (const beforeMoving of [true, false]) {
      const when = beforeMoving ? "before" : "after";
      for (const outer of ["deposit", "depositWithPermit", "withdraw"] as const) {
        it(`finds every function that moves money closed during ${outer}, ${when} the balances change`, async () => {
          const d = await loadFixture(fixture);
          const { market, token, parameters, admin, a } = d;
          await market.grantRole(await market.GRID_OPERATOR_ROLE(), token);
          const data = await calls(d);
          for (const name of guarded) await token.arm(market, data[name], beforeMoving);
          const closed = market.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
          const run = {
            deposit: async () => market.connect(a).deposit(a, 1000n),
            depositWithPermit: async () =>
              market.connect(a).depositWithPermit(a, 1000n, 0n, 27, ethers.ZeroHash, ethers.ZeroHash),
            withdraw: async () => market.connect(a).withdraw(a, 1000n),
          }[outer];
          const tx = await run();
          const made = (await token.queryFilter(token.filters.CallMade())).filter(
            ({ transactionHash }) => transactionHash === tx.hash,
          );
          expect(made.map(({ args }) => [args.succeeded, args.answer])).to.deep.equal(
            guarded.map(() => [false, closed]),
          );
          await expectSolvent(market, token, parameters);
          const moved = outer === "withdraw" ? -1000n : 1000n;
          expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + moved);
          expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 2n);
          // The guard opens again.
          await token.connect(admin).faucet(a, 1n);
          await market.connect(a).withdraw(a, 1n);
        });
      }

      it(`gains nothing by placing, replacing and cancelling during a deposit, ${when} the balances change`, async () => {
        const d = await loadFixture(fixture);
        const { market, token, parameters, a } = d;
        const data = await calls(d);
        for (const name of ["place", "replace", "cancel", "place"] as const) {
          await token.arm(market, data[name], beforeMoving);
          await expect(market.connect(a).deposit(a, 10n)).to.emit(token, "CallMade").withArgs(market, true, "0x");
          await expectSolvent(market, token, parameters);
        }
        expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 2n - 140_000n);
        expect(await market.lockedBalanceOf(token)).to.equal(140_000n);
        expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 40n);
      });

      it(`gains nothing by placing and cancelling during its own withdrawal, ${when} the balances change`, async () => {
        const d = await loadFixture(fixture);
        const { market, token, parameters } = d;
        const data = await calls(d);
        const leave = async () => token.act(market, data.withdraw);
        // Everything goes out; what is placed meanwhile finds no money.
        await token.arm(market, data.place, beforeMoving);
        await expect(leave())
          .to.emit(token, "CallMade")
          .withArgs(market, false, market.interface.encodeErrorResult("InsufficientBalance", [0n, 140_000n]));
        expect(await market.freeBalanceOf(token)).to.equal(0n);
        await expectSolvent(market, token, parameters);
      });

      it(`locks in its own withdrawal only what it leaves behind, ${when} the balances change`, async () => {
        const d = await loadFixture(fixture);
        const { market, token, parameters } = d;
        const data = await calls(d);
        const half = market.interface.encodeFunctionData("withdraw", [await token.getAddress(), ENOUGH / 4n]);
        await token.arm(market, data.place, beforeMoving);
        await expect(token.act(market, half)).to.emit(token, "CallMade").withArgs(market, true, "0x");
        expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 4n - 140_000n);
        expect(await market.lockedBalanceOf(token)).to.equal(140_000n);
        await expectSolvent(market, token, parameters);
        await token.arm(market, data.cancel, beforeMoving);
        await token.act(market, market.interface.encodeFunctionData("withdraw", [await token.getAddress(), 1n]));
        expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 4n - 1n);
        await expectSolvent(market, token, parameters);
      });

      it(`may clear while a deposit or withdrawal is on its way, ${when} the balances change, and moves nobody's money`, async () => {
        const d = await loadFixture(fixture);
        const { market, token, parameters, a, b, start } = d;
        await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
        await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
        const data = await calls(d);
        await token.arm(market, data.clear, beforeMoving);
        await goTo(start + 1, -600);
        // The seller tries to leave with the same money twice.
        await expect(market.connect(b).withdraw(b, 1000n)).to.emit(market, "FrameCleared");
        expect(await market.freeBalanceOf(b)).to.equal(ENOUGH / 2n - 1000n);
        expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n - 130_000n);
        await expectSolvent(market, token, parameters);
        const [event] = await market.queryFilter(market.filters.FrameCleared());
        const fills = [...(event?.args.fills ?? [])];
        const delivery = Delivery__factory.connect((await market.parameters()).delivery, market.runner);
        const settlement = delivery.interface.encodeFunctionData("settle", [
          await market.getAddress(),
          start + 1,
          await market.publication(start + 1),
          fills,
          fills.length,
          [],
        ]);
        await goTo(start + 2);
        await token.arm(delivery, settlement, beforeMoving);
        await expect(market.connect(b).deposit(b, 500n)).to.emit(market, "FrameSettled");
        expect(await market.freeBalanceOf(b)).to.equal(ENOUGH / 2n - 500n + 130_000n);
        await expectSolvent(market, token, parameters);
      });
    }

    it("cannot count a gift as a deposit twice: what arrives during a deposit is that deposit's", async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters, a } = d;
      const gift = token.interface.encodeFunctionData("transfer", [await market.getAddress(), 77n]);
      await token.arm(token, gift, false);
      await token.act(token, token.interface.encodeFunctionData("approve", [await market.getAddress(), ENOUGH]));
      await market.connect(a).deposit(a, 1000n);
      expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 1077n);
      await expectSolvent(market, token, parameters);
    });

    it("rolls everything back where it fails", async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters, a } = d;
      const before = await claims(market, parameters);
      await expect(market.connect(a).deposit(a, ENOUGH))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(market, ENOUGH / 2n, ENOUGH);
      expect(await claims(market, parameters)).to.equal(before);
    });

    it("leaves the grid's money alone, too: withdrawGrid writes before it pays", async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters, admin, a, start } = d;
      await market.connect(a).place(bid(25n * PENNY, 1000n, start + 5));
      const { words } = await clear(market, start + 1);
      await settle(market, start + 1, words);
      await market.grantRole(await market.GRID_OPERATOR_ROLE(), token);
      const income = await market.gridBalance();
      const again = market.interface.encodeFunctionData("withdrawGrid", [await token.getAddress(), income]);
      for (const beforeMoving of [true, false]) await token.arm(market, again, beforeMoving);
      await market.withdrawGrid(admin, income);
      expect(await market.gridBalance()).to.equal(0n);
      expect(await token.balanceOf(admin)).to.equal(income);
      await expectSolvent(market, token, parameters);
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

    it("counts up to 2^64 - 1 units here too", async () => {
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

    it("pays no more for the largest unit than it has: 2^64 - 1 tokens a unit", async () => {
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
