import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, fill, PENNY, settleNow } from "../unit/contracts/fixtures";
import { bystanders, F, GAS, inOneBlock } from "./bystanders";

describe("Attack: block timestamps at the edges of a frame", () => {
  it("the block of the frame's own first second clears nothing and frees every dead order", async () => {
    const { market, start, a } = await loadFixture(bystanders);
    await market.connect(a).replace(bid(14n * PENNY, 1000n, start + 1));
    await inOneBlock((start + 1) * F, [
      async () => market.clear(start + 1, GAS),
      async () => market.connect(a).withdraw(a, PILE_BALANCE, GAS),
    ]);
    expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(0);
    expect(await market.freeBalanceOf(a)).to.equal(0n);
  });

  it("one block can settle a frame and clear no other: windows lie apart", async () => {
    const { market, start } = await loadFixture(bystanders);
    const { words } = await clear(market, start + 1);
    const word = await market.publication(start + 1);
    await inOneBlock((start + 2) * F, [
      async () => settleNow(market, start + 1, word, words, GAS),
      async () => market.clear(start + 2, GAS),
      async () => market.clear(start + 3, GAS),
    ]);
    expect(await market.queryFilter(market.filters.FrameSettled())).to.have.length(1);
    expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(1);
  });

  it("the sum of all that can be done in one second adds up", async () => {
    const { market, token, parameters, start, a, b, m } = await loadFixture(bystanders);
    await inOneBlock((start + 1) * F - 600, [
      async () => market.clear(start + 1, GAS),
      async () => market.connect(a).place(bid(14n * PENNY, 500n, start + 5), GAS),
      async () => market.connect(a).replace(bid(15n * PENNY, 600n, start + 5), GAS),
      async () => market.connect(a).cancel(GAS),
      async () => market.connect(a).withdraw(a, PILE_BALANCE - 130_000n, GAS),
      async () => market.connect(b).place(ask(1n, 1n, start + 5), GAS),
      async () => market.connect(m).withdraw(m, PILE_BALANCE, GAS),
    ]);
    expect(await market.freeBalanceOf(a)).to.equal(0n);
    expect(await market.freeBalanceOf(m)).to.equal(0n);
    await expectSolvent(market, token, parameters);
  });

  it("a builder's few seconds decide on which side of a window an order falls, and nothing else about it", async () => {
    const { market, start, m, n } = await loadFixture(bystanders);
    await inOneBlock((start + 1) * F - 601, [
      async () => market.connect(m).place(bid(13n * PENNY, 1000n, start + 5), GAS),
    ]);
    await inOneBlock((start + 1) * F - 600, [
      async () => market.connect(n).place(bid(13n * PENNY, 1000n, start + 5), GAS),
    ]);
    const [before, inside] = [decodePileState(await market.pileState(3)), decodePileState(await market.pileState(4))];
    expect([before.firstFrame, inside.firstFrame]).to.deep.equal([start + 1, start + 2]);
    expect([before.balance, before.remainingWh]).to.deep.equal([inside.balance, inside.remainingWh]);
    // Neither trades: the victims' better bid does, at its own price.
    expect((await clear(market, start + 1, { offset: -599 })).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
  });

  it("a frame is settled in the first second after it, and not in its last: a builder gains a second of waiting", async () => {
    const { market, delivery, token, parameters, start, b } = await loadFixture(bystanders);
    const { words } = await clear(market, start + 1);
    const word = await market.publication(start + 1);
    await goTo(start + 2, -1);
    await expect(settleNow(market, start + 1, word, words))
      .to.be.revertedWithCustomError(delivery, "FrameNotOver")
      .withArgs(start + 1, (start + 2) * F);
    await goTo(start + 2);
    await settleNow(market, start + 1, word, words);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 130_000n);
    await expectSolvent(market, token, parameters);
  });
});
