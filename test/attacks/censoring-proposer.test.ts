import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";

import { decodeFill, decodeFrameRecord, type PackedFill } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import {
  bid,
  clear,
  clearedOf,
  deployDirect,
  expectSolvent,
  nth,
  PENNY,
  publish,
  settleNow,
} from "../unit/contracts/fixtures";
import { bookOf, commit, flexibleFills, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";
import { bystanders } from "./bystanders";

describe("Attack: a block proposer that censors", () => {
  const inRound = async () => {
    const s = await setting();
    return { ...s, ...(await opened(s)) };
  };

  it("keeps every reveal out: what is executed is, to the Wh, what a market without rounds does", async () => {
    const orders = [
      [30n * PENNY, 6_000n, 1],
      [25n * PENNY, 5_000n, 1],
      [30n * PENNY, 700n, 3],
    ] as const;
    const s = await setting();
    const plain = await deployDirect(orders.length);
    await publish(plain.market, s.frame + 4, 12);
    const round = s.frame + 6;
    await time.increaseTo((round - 2) * 1800);
    // Both books alike, most of it in its last frame, a frame after its first.
    for (const [i, [price, energyWh, frames]] of orders.entries()) {
      for (const market of [s.market, plain.market]) {
        await market.connect(nth(s.piles, i)).place(bid(price, energyWh, round - 1 + frames));
      }
    }
    await goTo(round, -600);
    const match = await s.market.clear(round);
    const book = await bookOf(s.rounds, match);
    const committed = plan(1, [4_000n]);
    await commit(s, nth(s.proposers, 0), round, committed);
    const without = await clear(plain.market, round, { offset: -590 });
    await goTo(round, -360);
    const executed = (await flexibleFills(s.market, await s.rounds.finalise(s.market, book, "0x"))).map(decodeFill);
    const { fills } = clearedOf(s.market, await match.wait());
    const byPile = (list: PackedFill[]) => [...list].sort((x, y) => x.buy - y.buy);
    expect(byPile([...fills, ...executed])).to.deep.equal(byPile(without.fills));
    expect(executed).to.have.length(2);
    expect(decodeFrameRecord(await s.market.frameRecord(round))?.loadW).to.equal(without.loadW);
  });

  it("keeps the best reveal out: the next best is executed, still better than the fallback", async () => {
    const s = await loadFixture(inRound);
    const [censored, other] = [nth(s.proposers, 0), nth(s.proposers, 1)];
    const better = plan(s.horizon, [3_200n, 3_200n, 2_600n, 2_000n]);
    const good = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, censored, s.round, better);
    await commit(s, other, s.round, good);
    await goTo(s.round, -480);
    await s.rounds.connect(other).reveal(s.market, s.book, good, SALT);
    await goTo(s.round, -360);
    await expect(s.rounds.finalise(s.market, s.book, good))
      .to.emit(s.rounds, "RoundFinalised")
      .withArgs(s.market, s.round, keccak256(good));
    const [of, fallback] = [await s.rounds.scorePlan(s.book, good), await s.rounds.scoreFallback(s.book)];
    expect(of.unservedWh < fallback.unservedWh || of.squaredStepsW2 < fallback.squaredStepsW2).to.equal(true);
  });

  it("keeps the winner's finalisation out while it has its time: the fallback is executed, nobody is filled worse", async () => {
    const s = await loadFixture(inRound);
    const bytes = plan(s.horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, nth(s.proposers, 0), s.round, bytes);
    await goTo(s.round, -480);
    await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, s.book, bytes, SALT);
    await goTo(s.round, -240);
    await expect(s.rounds.finalise(s.market, s.book, bytes))
      .to.be.revertedWithCustomError(s.rounds, "NotTheWinner")
      .withArgs(keccak256(bytes), keccak256(bytes));
    await expect(s.rounds.finalise(s.market, s.book, "0x"))
      .to.emit(s.rounds, "RoundFinalised")
      .withArgs(s.market, s.round, ZeroHash);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("keeps every finalisation out: the matched trades stand, nothing flexible moves, and its locks are free as it ends", async () => {
    const s = await loadFixture(inRound);
    const bidder = nth(s.piles, 0);
    const locked = await s.market.lockedBalanceOf(bidder);
    expect(locked).to.equal((30n * PENNY * 6_000n) / 1_000n);
    await time.increaseTo(s.round * 1800);
    await expect(s.rounds.finalise(s.market, s.book, "0x")).to.be.revertedWithCustomError(s.rounds, "WrongPhase");
    // Leaving early costs what plans reckon with, 2 kWh at 15 p; staying to the end costs nothing.
    await expect(s.market.connect(nth(s.piles, 1)).cancel())
      .to.emit(s.market, "CancellationPaid")
      .withArgs(2n, 300_000n, 300_000n);
    const { words, fills } = clearedOf(s.market, await s.match.wait());
    expect(fills).to.have.length(1);
    const publication = await s.market.publication(s.round);
    await goTo(s.round + 1);
    await settleNow(s.market, s.round, publication, words);
    expect(await s.market.gridBalance()).to.equal((20n * PENNY * 700n) / 1_000n + 300_000n);
    await goTo(s.round + 3);
    await s.market.connect(bidder).withdraw(bidder, PILE_BALANCE);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("keeps a clearing out until there is no time for a round: the clearing does the fallback's work at once", async () => {
    const s = await setting();
    await s.market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, s.frame + 1));
    await goTo(s.frame + 1, -359);
    const match = await s.market.clear(s.frame + 1);
    await expect(match).not.to.emit(s.rounds, "RoundOpened");
    const { fills } = clearedOf(s.market, await match.wait());
    expect(fills).to.deep.equal([{ sell: 0, buy: 1, energyWh: 2_000n, price: 20n * PENNY }]);
  });

  it("keeps a clearing out for a whole window: nothing trades, no money moves, the next frame trades the same", async () => {
    const { market, token, parameters, start, a, b } = await loadFixture(bystanders);
    await goTo(start + 1);
    await expect(market.clear(start + 1)).to.be.revertedWithCustomError(market, "FrameWindowClosed");
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 150_000n);
    expect(await market.lockedBalanceOf(a)).to.equal(150_000n);
    const { words, fills } = await clear(market, start + 2);
    expect(fills).to.deep.equal([{ sell: 2, buy: 1, energyWh: 1000n, price: 13n * PENNY }]);
    const publication = await market.publication(start + 2);
    await goTo(start + 3);
    await settleNow(market, start + 2, publication, words);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 130_000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 130_000n);
    await expectSolvent(market, token, parameters);
  });
});
