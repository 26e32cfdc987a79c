import { impersonateAccount, loadFixture, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { ethers } from "hardhat";

import { decodeMarketTotals, decodeFill, decodeFrameRecord, decodePileState } from "../../../scripts/chain/packedWords";
import type { Market } from "../../../typechain-types";
import { goTo } from "../../helpers/market";
import { packFill } from "./deliveryFixtures";
import { bid, clearedOf, expectSolvent, fill, nth, PENNY, TARIFFS } from "./fixtures";
import { bookOf, commit, flexibleFills, opened, plan, SALT, setting } from "./roundFixtures";

const IMPORT = TARIFFS.importPricePerKwh;

/** The market as the contract of its rounds calls it. */
async function asRounds(market: Market): Promise<Market> {
  const { rounds } = await market.parameters();
  await impersonateAccount(rounds);
  await setBalance(rounds, 10n ** 20n);
  return market.connect(await ethers.getSigner(rounds));
}

describe("RoundExecution", () => {
  /** An open round: bids of piles 1 and 2 at 30 p with 6 000 and 5 000 Wh, an ask of pile 4 at 40 p with 900 Wh. */
  const fixture = async () => {
    const s = await setting();
    const round = await opened(s);
    return { ...s, ...round, caller: await asRounds(s.market) };
  };

  describe("refuses", () => {
    const sound = fill(0, 1, 2_000n, IMPORT);
    const unsound = {
      "more than the order has left": [fill(0, 2, 5_001n, IMPORT), 2],
      "a price above a bid's limit": [fill(0, 1, 100n, 30n * PENNY + 1n), 1],
      "a price below an ask's limit": [fill(4, 0, 100n, 40n * PENNY - 1n), 4],
      "an ask as a bid": [fill(0, 4, 100n, IMPORT), 4],
      "a bid as an ask": [fill(1, 0, 100n, 40n * PENNY), 1],
      "an order that the match filled": [fill(0, 3, 1n, IMPORT), 3],
      "a pile without an order": [fill(0, 5, 1n, IMPORT), 5],
      "a number that is no pile's": [fill(0, 999, 1n, IMPORT), 999],
    } as const;
    for (const [what, [wrong, pile]] of Object.entries(unsound)) {
      it(`${what}, and does nothing of the rest`, async () => {
        const { market, round, caller } = await loadFixture(fixture);
        const before = await market.pileState(1);
        await expect(caller.fillFlexibleOrders(round, 0n, 0n, [sound, wrong].map(packFill)))
          .to.be.revertedWithCustomError(market, "UnsoundFill")
          .withArgs(pile);
        expect(await market.pileState(1)).to.equal(before);
      });
    }

    it("a pile that has not what its meter may show beyond its fills", async () => {
      const s = await setting({ readingSeconds: 3_600 });
      const { round } = await opened(s);
      // Registered, with a meter and a rated power, and without a penny.
      const poor = nth(await ethers.getSigners(), 18);
      await s.market.registerPile(poor, poor, poor, 7_000);
      const pile = Number(await s.market.pileOf(poor));
      await expect((await asRounds(s.market)).fillFlexibleOrders(round, 0n, 0n, [packFill(fill(0, pile, 1n, IMPORT))]))
        .to.be.revertedWithCustomError(s.market, "UnsoundFill")
        .withArgs(pile);
    });

    it("the same order twice beyond what it has", async () => {
      const { market, round, caller } = await loadFixture(fixture);
      const twice = [fill(0, 2, 3_000n, IMPORT), fill(0, 2, 2_001n, IMPORT)];
      await expect(caller.fillFlexibleOrders(round, 0n, 0n, twice.map(packFill)))
        .to.be.revertedWithCustomError(market, "UnsoundFill")
        .withArgs(2);
    });

    it("exports beyond what the grid operator's account holds", async () => {
      const { market, round, caller, parameters } = await loadFixture(fixture);
      const price = 40n * PENNY;
      const costs = (price * 900n) / 1_000n;
      const fills = [packFill(fill(4, 0, 900n, price))];
      await market.depositGrid((costs - 1n) * parameters.unit);
      await expect(caller.fillFlexibleOrders(round, 0n, 0n, fills))
        .to.be.revertedWithCustomError(market, "UnsoundFill")
        .withArgs(MaxUint256);
      await market.depositGrid(parameters.unit);
      await caller.fillFlexibleOrders(round, 0n, 0n, fills);
      expect(await market.gridBalance()).to.equal(0n);
    });

    it("frames without an open round: another, one that is executed, one that has begun, one without flexible orders", async () => {
      const { market, round, caller, piles } = await loadFixture(fixture);
      const refused = async (frame: number) =>
        expect(caller.fillFlexibleOrders(frame, 0n, 0n, []))
          .to.be.revertedWithCustomError(market, "NoOpenRound")
          .withArgs(frame);
      await refused(round + 1);
      await refused(round - 1);
      const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
      await caller.fillFlexibleOrders(round, 0n, 0n, []);
      await refused(round);
      await ethers.provider.send("evm_revert", [snapshot]);
      await time.increaseTo(round * 1800);
      await refused(round);
      for (const pile of [0, 1, 3]) await market.connect(nth(piles, pile)).cancel();
      await goTo(round + 1, -600);
      await market.clear(round + 1);
      await refused(round + 1);
    });

    it("everybody but the rounds, the guardian and the grid operator included", async () => {
      const { market, round, admin } = await loadFixture(fixture);
      await expect(market.fillFlexibleOrders(round, 0n, 0n, []))
        .to.be.revertedWithCustomError(market, "NotRounds")
        .withArgs(admin);
    });
  });

  it("takes fills out of orders and balances, records load and PFL, and ends the round", async () => {
    const { market, round, caller, parameters, token } = await loadFixture(fixture);
    const before = decodePileState(await market.pileState(1));
    const record = decodeFrameRecord(await market.frameRecord(round));
    await caller.fillFlexibleOrders(round, 12_345n, 678n, [packFill(fill(0, 1, 2_001n, IMPORT + 1n))]);
    const after = decodePileState(await market.pileState(1));
    expect(after.remainingWh).to.equal(before.remainingWh - 2_001n);
    // The lock shrinks to what the rest can cost; the difference to the price comes free.
    const limit = 30n * PENNY;
    const spent = ((IMPORT + 1n) * 2_001n) / 1_000n;
    const locked = (energyWh: bigint) => (limit * energyWh + 999n) / 1_000n;
    expect(after.balance).to.equal(before.balance + locked(6_000n) - locked(3_999n) - spent);
    expect(decodeMarketTotals(await market.marketTotals())).to.deep.include({
      lastFrame: round,
      lastLoadW: 12_345n,
      pflW: 678n,
      roundOpen: false,
    });
    expect(record?.open).to.equal(true);
    expect(decodeFrameRecord(await market.frameRecord(round))).to.deep.include({ loadW: 12_345n, open: true });
    expect(await token.balanceOf(market)).to.be.greaterThan(0n);
    expect(parameters.unit).to.equal(1n);
  });

  it("settles what the match and the round filled, one behind the other", async () => {
    const s = await loadFixture(fixture);
    const matched = clearedOf(s.market, await s.match.wait()).words;
    const flexible = [fill(0, 2, 2_000n, IMPORT), fill(0, 1, 1_000n, IMPORT)].map(packFill);
    await s.caller.fillFlexibleOrders(s.round, 0n, 0n, flexible);
    const publication = await s.market.publication(s.round);
    await goTo(s.round + 1);
    const fills = [...matched, ...flexible];
    for (const wrong of [fills.length, 0]) {
      await expect(s.delivery.settle(s.market, s.round, publication, fills, wrong, []))
        .to.be.revertedWithCustomError(s.delivery, "WrongFills")
        .withArgs(s.round);
    }
    const before = await s.market.gridBalance();
    await s.delivery.settle(s.market, s.round, publication, fills, matched.length, []);
    expect(await s.market.gridBalance()).to.equal(before + (IMPORT * 3_700n) / 1_000n);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  describe("while a round is open", () => {
    it("an order in its last frame is still live: it stays, and is filled", async () => {
      const s = await setting();
      const { market, piles, rounds, frame } = s;
      const last = nth(piles, 0);
      // It begins in the frame before, or it would have no patience and be a normal one.
      await market.connect(last).place(bid(30n * PENNY, 2_000n, frame + 2, 2_000n));
      await market.connect(nth(piles, 1)).place(bid(30n * PENNY, 6_000n, frame + 2));
      await goTo(frame + 2, -600);
      const book = await bookOf(rounds, await market.clear(frame + 2));
      const owner = market.connect(nth(piles, 1));
      await expect(owner.cancel())
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(frame + 2);
      await expect(owner.replace(bid(30n * PENNY, 1n, frame + 6)))
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(frame + 2);
      await expect(owner.place(bid(30n * PENNY, 1n, frame + 6)))
        .to.be.revertedWithCustomError(market, "LiveOrderExists")
        .withArgs(2);
      expect(await market.lockedBalanceOf(nth(piles, 1))).to.be.greaterThan(0n);
      await goTo(frame + 2, -360);
      const fills = await flexibleFills(market, await rounds.finalise(market, book, "0x"));
      expect(fills.map(decodeFill)).to.deep.equal([fill(0, 2, 2_000n, IMPORT)]);
      // Its last frame is over now, though it has not begun.
      expect(await market.lockedBalanceOf(nth(piles, 1))).to.equal(0n);
      await owner.place(bid(30n * PENNY, 1n, frame + 6));
    });

    it("nobody escapes by a suspension: the frame is executed as frozen, the order leaves at the next clearing", async () => {
      const s = await loadFixture(fixture);
      await s.market.setSuspended(nth(s.piles, 1), true);
      const bytes = plan(s.horizon, [4_000n, 2_000n, 3_000n, 2_000n]);
      await commit(s, nth(s.proposers, 0), s.round, bytes);
      await goTo(s.round, -480);
      await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, bytes, SALT);
      await goTo(s.round, -360);
      const fills = await flexibleFills(s.market, await s.rounds.finalise(s.market, s.book, bytes));
      expect(fills.map(decodeFill)).to.deep.equal([fill(0, 2, 2_000n, IMPORT), fill(0, 1, 2_000n, IMPORT)]);
      await goTo(s.round + 1, -600);
      const next = await bookOf(s.rounds, await s.market.clear(s.round + 1));
      expect(next.length).to.equal(s.book.length - 2);
      const left = decodePileState(await s.market.pileState(2));
      expect([left.suspended, await s.market.lockedBalanceOf(nth(s.piles, 1))]).to.deep.equal([true, 0n]);
    });
  });
});
