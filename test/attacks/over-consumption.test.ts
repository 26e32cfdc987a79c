import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { metered, REACH_WH } from "./metered";

describe("Attack: taking far more than was bought, and withdrawing first", () => {
  const fixture = async () => metered(2);

  it("10 Wh bought, 3 500 Wh taken, everything free withdrawn: the grid gets all of its 700 000 and the spread", async () => {
    const s = await loadFixture(fixture);
    const [frame, cheat] = [s.start + 1, nth(s.piles, 0)];
    await s.market.connect(cheat).place(bid(25n * PENNY, 10n, frame));
    const { words } = await clear(s.market, frame);
    await s.market.connect(cheat).withdraw(cheat, await s.market.freeBalanceOf(cheat));
    const kept = PILE_BALANCE - (await s.token.balanceOf(cheat));
    const [posting] = await s.settle(frame, words, [await s.read(1, frame, REACH_WH, 0n)]);
    const owed = 700_000n + (15n * PENNY * 3_490n) / 1_000n;
    expect(await s.market.gridBalance()).to.equal(owed);
    expect(await s.market.freeBalanceOf(cheat)).to.equal(kept - owed);
    expect(posting).to.deep.include({ pile: 1, consumedWh: REACH_WH, money: kept - owed });
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("a margin that is needed to take part cannot leave behind the gate, before nor after the clearing", async () => {
    const s = await loadFixture(fixture);
    const [frame, cheat] = [s.start + 1, nth(s.piles, 0)];
    const margin = await s.lens.marginOf(s.market, 1, frame);
    expect(margin).to.equal(((2n * 20n - 5n) * PENNY * REACH_WH) / 1_000n);
    await s.market.connect(cheat).place(bid(25n * PENNY, 10n, frame));
    const free = await s.market.freeBalanceOf(cheat);
    await s.market.connect(cheat).withdraw(cheat, free - margin);
    await goTo(frame, -600);
    await expect(s.market.connect(cheat).withdraw(cheat, 1n))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(0n, 1n);
    await clear(s.market, frame, { offset: -1 });
    expect(await s.market.freeBalanceOf(cheat)).to.equal((5n * PENNY * 10n) / 1_000n);
  });

  it("what a buyer of another pile takes unasked costs the tariff and the spread, and its seller nothing", async () => {
    const s = await loadFixture(fixture);
    const [frame, cheat, seller] = [s.start + 1, nth(s.piles, 0), nth(s.piles, 1)];
    await s.market.connect(cheat).place(bid(13n * PENNY, 10n, frame));
    await s.market.connect(seller).place(ask(13n * PENNY, 10n, frame));
    const { words } = await clear(s.market, frame);
    await s.settle(frame, words, [await s.read(1, frame, REACH_WH, 0n), await s.read(2, frame, 0n, 10n)]);
    const [traded, owed] = [(13n * PENNY * 10n) / 1_000n, ((20n + 15n) * PENNY * 3_490n) / 1_000n];
    expect(await s.market.freeBalanceOf(cheat)).to.equal(PILE_BALANCE - traded - owed);
    expect(await s.market.freeBalanceOf(seller)).to.equal(PILE_BALANCE + traded);
    expect(await s.market.gridBalance()).to.equal(owed);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  for (const price of [6n * PENNY, 13n * PENNY, 20n * PENNY, 24n * PENNY]) {
    it(`of a trade at ${(price / PENNY).toString()} p nobody ever owes what is not set aside, whatever both meters say`, async () => {
      const s = await loadFixture(fixture);
      const [frame, buyer, seller] = [s.start + 1, nth(s.piles, 0), nth(s.piles, 1)];
      await s.market.connect(buyer).place(bid(price, 10n, frame));
      await s.market.connect(seller).place(ask(price, 10n, frame));
      const { words } = await clear(s.market, frame);
      for (const pile of [buyer, seller]) {
        await s.market.connect(pile).withdraw(pile, await s.market.freeBalanceOf(pile));
      }
      const total = 2n * PILE_BALANCE - (await s.token.balanceOf(buyer)) - (await s.token.balanceOf(seller));
      for (const consumedWh of [0n, 9n, 11n, REACH_WH]) {
        for (const [takenWh, producedWh] of [
          [0n, 0n],
          [0n, 11n],
          [REACH_WH, 0n],
          [REACH_WH, REACH_WH],
        ] as const) {
          await s.undone(async () => {
            const readings = [await s.read(1, frame, consumedWh, 0n), await s.read(2, frame, takenWh, producedWh)];
            await s.settle(frame, words, readings);
            const left = (await s.market.freeBalanceOf(buyer)) + (await s.market.freeBalanceOf(seller));
            expect(left + (await s.market.gridBalance())).to.equal(total);
            await expectSolvent(s.market, s.token, s.parameters);
          });
        }
      }
    });
  }
});
