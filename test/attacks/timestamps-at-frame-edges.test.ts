import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, PENNY, settleNow } from "../unit/contracts/fixtures";
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
});
