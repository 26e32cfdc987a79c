import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { bid, clear, clearedOf, expectSolvent, nth, PENNY, settle, sign } from "../unit/contracts/fixtures";
import { commit, flexibleFills, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";
import { bystanders, F } from "./bystanders";

describe("Attack: the guardian's pause as a trap", () => {
  it("leaves every way out open: clear, cancel, settle, withdraw, also by signature and also suspended", async () => {
    const { market, token, parameters, admin, start, a, b, m, n } = await loadFixture(bystanders);
    await market.connect(m).place(bid(13n * PENNY, 1000n, start + 5));
    await market.connect(n).place(bid(25n * PENNY, 1500n, start + 5));
    await market.setEntryPaused(true);

    const { words } = await clear(market, start + 1);
    await market.setSuspended(m, true);
    await expect(market.connect(m).cancel()).to.emit(market, "OrderCancelled");
    await settle(market, start + 1, words);
    const signedCancel = await sign(market, a, {
      action: "cancel",
      charge: false,
      price: 0n,
      energyWh: 0n,
      peakWh: 0n,
      expiryFrame: 0,
      nonce: 1n,
      deadline: (start + 9) * F,
    });
    await expect(market.submit(signedCancel)).to.emit(market, "OrderCancelled");
    for (const pile of [a, b, m, n]) {
      await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
      await expectSolvent(market, token, parameters);
    }
    await market.withdrawGrid(admin, 10n * PENNY);
    expect(await token.balanceOf(market)).to.equal(0n);
  });

  it("closes no round, no reading and no settlement: plans are executed and meters heard while entry is shut", async () => {
    const s = await setting({ readingSeconds: 3600 });
    const { market, delivery, rounds, token, parameters } = s;
    const { match, book, round, horizon } = await opened(s);
    await market.setEntryPaused(true);
    const proposer = nth(s.proposers, 0);
    const bytes = plan(horizon, [3_000n, 3_000n, 3_000n, 2_000n]);
    await commit(s, proposer, round, bytes);
    await goTo(round, -480);
    await rounds.connect(proposer).reveal(market, book, bytes, SALT);
    await goTo(round, -360);
    const flexible = await flexibleFills(market, await rounds.finalise(market, book, bytes));
    const { words } = clearedOf(market, await match.wait());
    const publication = await market.publication(round);
    await goTo(round + 1);
    const read = async (pile: number, consumedWh: bigint) =>
      signReading(delivery, market, nth(s.piles, pile - 1), { pile, frame: round, consumedWh, producedWh: 0n });
    await delivery.submit(market, [await read(1, 1_000n), await read(2, 2_000n), await read(3, 700n)]);
    await delivery.settle(market, round, publication, [...words, ...flexible], words.length, []);
    expect(await market.gridBalance()).to.equal((20n * PENNY * 3_700n) / 1_000n);
    // New money and orders alone stay out.
    await expect(market.deposit(nth(s.piles, 0), 1n)).to.be.revertedWithCustomError(market, "EntryPaused");
    await expect(market.depositGrid(1n)).to.be.revertedWithCustomError(market, "EntryPaused");
    await market.connect(nth(s.piles, 2)).withdraw(nth(s.piles, 2), PILE_BALANCE - 140_000n);
    await expectSolvent(market, token, parameters);
  });
});
