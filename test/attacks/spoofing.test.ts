import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, liveStates, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, fill, nth, PENNY, publish, settle, sign } from "../unit/contracts/fixtures";
import { opened, setting } from "../unit/contracts/roundFixtures";
import { bystanders, F, GAS, inOneBlock } from "./bystanders";

describe("Attack: spoofing and cancelling around gate closure", () => {
  it("a huge order that leaves a second before the window changes no trade and no balance of anybody", async () => {
    const { market, token, parameters, start, a, b, m } = await loadFixture(bystanders);
    await market.connect(m).place(bid(20n * PENNY, 40_000n, start + 5));
    await goTo(start + 1, -601);
    await market.connect(m).cancel();
    const { words, fills } = await clear(market, start + 1);
    expect(fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
    await settle(market, start + 1, words);
    expect(await market.freeBalanceOf(m)).to.equal(PILE_BALANCE);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 130_000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 130_000n);
    await expectSolvent(market, token, parameters);
  });

  it("an order of the last second before the window cannot leave again once others are bound: it sells at its price", async () => {
    const { market, start, b, m } = await loadFixture(bystanders);
    await goTo(start + 1, -601);
    await market.connect(m).place(ask(11n * PENNY, 1000n, start + 5));
    await inOneBlock((start + 1) * F - 600, [
      async () => market.connect(m).cancel(GAS),
      async () => market.clear(start + 1, GAS),
    ]);
    const event = nth(await market.queryFilter(market.filters.FrameCleared()), 0);
    // The cheaper ask traded: bluffing costs a sale at one's own price, and the honest ask waits at no cost.
    expect(event.args.fills).to.have.length(1);
    expect(decodePileState(await market.pileState(3)).remainingWh).to.equal(0n);
    expect(decodePileState(await market.pileState(2)).remainingWh).to.equal(1000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE);
  });

  it("inside the window neither a cancellation, nor another price, nor a signature, nor its money gets a bluffer out", async () => {
    const { market, start, m } = await loadFixture(bystanders);
    await market.connect(m).place(bid(16n * PENNY, 1000n, start + 1));
    const leaving = await sign(market, m, {
      ...{ action: "cancel", charge: false, price: 0n, energyWh: 0n, peakWh: 0n, expiryFrame: 0, nonce: 1n },
      deadline: (start + 9) * F,
    });
    await goTo(start + 1, -600);
    await expect(market.connect(m).cancel())
      .to.be.revertedWithCustomError(market, "GateClosed")
      .withArgs(start + 1);
    await expect(market.connect(m).replace(bid(1n, 1n, start + 5)))
      .to.be.revertedWithCustomError(market, "GateClosed")
      .withArgs(start + 1);
    await expect(market.submit(leaving))
      .to.be.revertedWithCustomError(market, "GateClosed")
      .withArgs(start + 1);
    await expect(market.connect(m).withdraw(m, PILE_BALANCE))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(PILE_BALANCE - 170_000n, PILE_BALANCE);
    expect((await clear(market, start + 1, { offset: -1 })).fills).to.deep.equal([fill(2, 3, 1000n, 14n * PENNY)]);
  });

  it("a cheap lure that is replaced in time, so that a victim buys dear, leaves the victim its own limit", async () => {
    const { market, start, a, b, m } = await loadFixture(bystanders);
    // The lure makes the victim believe that 10 p will do; then it goes.
    await market.connect(b).cancel();
    await market.connect(m).place(ask(10n * PENNY, 1000n, start + 5));
    await market.connect(a).replace(bid(10n * PENNY, 1000n, start + 5));
    await goTo(start + 1, -601);
    await market.connect(m).replace(ask(14n * PENNY, 1000n, start + 5));
    expect((await clear(market, start + 1)).fills).to.deep.equal([]);
    expect(await market.lockedBalanceOf(a)).to.equal(110_000n);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 110_000n);
  });

  it("an order that flickers a hundred times before the gate costs its owner the gas and others nothing", async () => {
    const { market, token, parameters, start, m } = await loadFixture(bystanders);
    for (let i = 0; i < 50; i++) {
      await market.connect(m).place(bid(16n * PENNY, 1000n, start + 5));
      await market.connect(m).cancel();
    }
    expect((await liveStates(market))[0]).to.deep.equal([1n, 2n]);
    expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
    expect(await market.freeBalanceOf(m)).to.equal(PILE_BALANCE);
    await expectSolvent(market, token, parameters);
  });

  it("flexible orders stay behind the gate while a round over them is open: no plan is scored on a bluff", async () => {
    const s = await setting();
    const { round } = await opened(s);
    const bluffer = s.market.connect(nth(s.piles, 0));
    await publish(s.market, round + 30, 1);
    for (const leave of [async () => bluffer.cancel(), async () => bluffer.replace(bid(PENNY, 1n, round + 5))]) {
      await expect(leave()).to.be.revertedWithCustomError(s.market, "GateClosed").withArgs(round);
    }
  });
});
