import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeFill } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { bid, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { bookOf, commit, flexibleFills, plan, SALT, setting } from "../unit/contracts/roundFixtures";

/** Fee of a flexible order for leaving: 15 p for each kWh that it displays. */
const FEE = (15n * PENNY * 2_000n) / 1_000n;

describe("Attack: a false deadline or a false need, to be served first", () => {
  /** Pile 1 wants 6 kWh in four frames in earnest; pile 2 claims to leave in two. The plan serves pile 2 first. */
  async function served(readingSeconds: number) {
    const s = await setting({ readingSeconds });
    const round = s.frame + 1;
    const [honest, cheat] = [nth(s.piles, 0), nth(s.piles, 1)];
    await s.market.connect(honest).place(bid(30n * PENNY, 6_000n, round + 3));
    await s.market.connect(cheat).place(bid(30n * PENNY, 4_000n, round + 1, 2_000n));
    await goTo(round, -600);
    const book = await bookOf(s.rounds, await s.market.clear(round));
    const bytes = plan(4, [2_500n, 2_500n, 2_000n, 2_000n]);
    await commit(s, nth(s.proposers, 0), round, bytes);
    await goTo(round, -480);
    await s.rounds.connect(nth(s.proposers, 0)).reveal(s.market, book, bytes, SALT);
    await goTo(round, -360);
    const words = await flexibleFills(s.market, await s.rounds.finalise(s.market, book, bytes));
    expect(words.map(decodeFill).map(({ buy, energyWh }) => [buy, energyWh])).to.have.deep.members([
      [1, 500n],
      [2, 2_000n],
    ]);
    return { ...s, round, words, honest, cheat };
  }
  const metered = async () => served(3600);
  const plain = async () => served(0);

  it("taking nothing of what was allotted costs the spread of every kWh; who takes it pays for it alone", async () => {
    const s = await loadFixture(metered);
    const read = async (pile: number, consumedWh: bigint) =>
      signReading(s.delivery, s.market, nth(s.piles, pile - 1), {
        ...{ pile, frame: s.round, consumedWh, producedWh: 0n },
      });
    const publication = await s.market.publication(s.round);
    const spent = async (pile: typeof s.cheat) =>
      PILE_BALANCE - (await s.market.freeBalanceOf(pile)) - (await s.market.lockedBalanceOf(pile));
    await goTo(s.round + 1);
    await s.delivery.settle(s.market, s.round, publication, s.words, 0, [await read(1, 500n), await read(2, 0n)]);
    expect(await spent(s.cheat)).to.equal((15n * PENNY * 2_000n) / 1_000n);
    expect(await spent(s.honest)).to.equal((20n * PENNY * 500n) / 1_000n);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("cancelling the tranche that plans reckoned with costs as much, directly or by a smaller order in its place", async () => {
    const s = await loadFixture(plain);
    await goTo(s.round);
    const free = await s.market.freeBalanceOf(s.cheat);
    const locked = await s.market.lockedBalanceOf(s.cheat);
    const balance = await s.market.gridBalance();
    await expect(s.market.connect(s.cheat).replace(bid(PENNY, 1n, s.round + 2)))
      .to.emit(s.market, "CancellationPaid")
      .withArgs(2n, FEE, balance + FEE);
    expect(await s.market.freeBalanceOf(s.cheat)).to.equal(free + locked - FEE - 10n);
    // The honest order that leaves pays the same rate for what it displays.
    await expect(s.market.connect(s.honest).cancel())
      .to.emit(s.market, "CancellationPaid")
      .withArgs(1n, FEE, balance + 2n * FEE);
    expect(await s.market.gridBalance()).to.equal(balance + 2n * FEE);
  });

  it("leaving before any plan reckoned with it, and leaving a normal order, costs nothing", async () => {
    const s = await loadFixture(plain);
    const late = nth(s.piles, 2);
    await goTo(s.round);
    for (const order of [bid(30n * PENNY, 6_000n, s.round + 9), bid(10n * PENNY, 1_000n, s.round + 9)]) {
      await s.market.connect(late).place(order);
      await s.market.connect(late).cancel();
    }
    expect(await s.market.freeBalanceOf(late)).to.equal(PILE_BALANCE);
    await s.market.connect(late).place(bid(10n * PENNY, 1_000n, s.round + 9));
    await goTo(s.round + 1, -600);
    await s.market.clear(s.round + 1);
    await goTo(s.round + 1);
    await s.market.connect(late).cancel();
    expect(await s.market.freeBalanceOf(late)).to.equal(PILE_BALANCE);
  });

  it("lapsing in place of cancelling, by withdrawing the margin, is refused: the next round still reckons with the order", async () => {
    const s = await loadFixture(metered);
    await goTo(s.round);
    // The honest order has three frames left. Twice what 3 500 Wh may come to at the highest tariffs, 100 p each way.
    const held = 2n * ((2n * 1_000_000n * 3_500n) / 1_000n);
    const free = await s.market.freeBalanceOf(s.honest);
    await expect(s.market.connect(s.honest).withdraw(s.honest, free - held + 1n))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(free - held, free - held + 1n);
    await s.market.connect(s.honest).withdraw(s.honest, free - held);
    await goTo(s.round + 1, -600);
    const book = await bookOf(s.rounds, await s.market.clear(s.round + 1));
    expect(book.slice(-2).map((word) => word & 0xffffn)).to.have.members([1n, 2n]);
  });

  it("an order that locks less than leaving costs pays what it locks, and no more", async () => {
    const s = await setting();
    const poor = nth(s.piles, 0);
    await s.market.connect(poor).place(bid(PENNY, 6_000n, s.frame + 9));
    await goTo(s.frame + 1, -600);
    await s.market.clear(s.frame + 1);
    await goTo(s.frame + 1);
    await expect(s.market.connect(poor).cancel())
      .to.emit(s.market, "CancellationPaid")
      .withArgs(1n, 6n * PENNY, 6n * PENNY);
    expect(await s.market.freeBalanceOf(poor)).to.equal(PILE_BALANCE - 6n * PENNY);
  });

  it("costs nothing to leave where the market was deployed so, which its parameters say", async () => {
    const s = await setting({ cancelPricePerKwh: 0n });
    await s.market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, s.frame + 4));
    await goTo(s.frame + 1, -600);
    await s.market.clear(s.frame + 1);
    await goTo(s.frame + 1);
    await s.market.connect(nth(s.piles, 0)).cancel();
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE);
    expect(await s.market.gridBalance()).to.equal(0n);
  });
});
