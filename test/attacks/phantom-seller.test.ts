import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, fill, nth, PENNY } from "../unit/contracts/fixtures";
import { metered } from "./metered";

describe("Attack: a phantom seller", () => {
  /** Pile 1 buys; pile 2 sells in earnest; pile 3 has no energy and asks for a tick less. */
  const fixture = async () => metered(3);
  type Market = Awaited<ReturnType<typeof fixture>>;

  /** The buyer bids `price` + 1 p and both sellers ask for `price` − 1 p, the phantom for a tick less. */
  async function displaced(s: Market, price: bigint): Promise<{ words: bigint[]; agreed: bigint }> {
    const [buyer, real, phantom] = [nth(s.piles, 0), nth(s.piles, 1), nth(s.piles, 2)];
    await s.market.connect(buyer).place(bid(price + PENNY, 1_000n, s.start + 1));
    await s.market.connect(real).place(ask(price - PENNY, 1_000n, s.start + 1));
    await s.market.connect(phantom).place(ask(price - PENNY - 2n, 1_000n, s.start + 1));
    const { words, fills } = await clear(s.market, s.start + 1);
    const agreed = price - 1n;
    expect(fills).to.deep.equal([fill(3, 1, 1_000n, agreed)]);
    return { words, agreed };
  }

  it("pays the spread for what it does not bring: its buyer is made whole, the rest is the grid's", async () => {
    const s = await loadFixture(fixture);
    const { words, agreed } = await displaced(s, 13n * PENNY);
    await s.settle(s.start + 1, words, [
      await s.read(1, s.start + 1, 1_000n, 0n),
      await s.read(3, s.start + 1, 0n, 0n),
    ]);
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - agreed);
    expect(await s.market.freeBalanceOf(nth(s.piles, 2))).to.equal(PILE_BALANCE - 15n * PENNY);
    // 20 p for the buyer's kWh, and what of the 15 p it did not lose.
    expect(await s.market.gridBalance()).to.equal(20n * PENNY + 15n * PENNY - (20n * PENNY - agreed));
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("above the import tariff, where its buyer loses nothing by it, it pays the spread all the same", async () => {
    const s = await loadFixture(fixture);
    const { words } = await displaced(s, 23n * PENNY);
    await s.settle(s.start + 1, words, [
      await s.read(1, s.start + 1, 1_000n, 0n),
      await s.read(3, s.start + 1, 0n, 0n),
    ]);
    expect(await s.market.freeBalanceOf(nth(s.piles, 2))).to.equal(PILE_BALANCE - 15n * PENNY);
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - 20n * PENNY);
    expect(await s.market.gridBalance()).to.equal(35n * PENNY);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("without money it has no order in the book, and without the margin none that takes part: the real seller trades", async () => {
    const s = await loadFixture(fixture);
    const phantom = nth(s.piles, 2);
    await s.market.connect(phantom).withdraw(phantom, PILE_BALANCE);
    await expect(s.market.connect(phantom).place(ask(11n * PENNY, 1_000n, s.start + 1)))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(0n, 1_000_000n);
    // The bond, and the margin but for a unit.
    const margin = await s.lens.marginOf(s.market, 3, s.start + 1);
    await s.market.deposit(phantom, 1_000_000n + margin - 1n);
    await s.market.connect(phantom).place(ask(11n * PENNY, 1_000n, s.start + 1));
    await s.market.connect(nth(s.piles, 0)).place(bid(14n * PENNY, 1_000n, s.start + 1));
    await s.market.connect(nth(s.piles, 1)).place(ask(12n * PENNY, 1_000n, s.start + 1));
    expect((await clear(s.market, s.start + 1)).fills).to.deep.equal([fill(2, 1, 1_000n, 13n * PENNY)]);
  });

  it("that withdraws between delivery and settlement takes out nothing of what its buyer is owed", async () => {
    const s = await loadFixture(fixture);
    const { words, agreed } = await displaced(s, 13n * PENNY);
    const phantom = nth(s.piles, 2);
    const margin = await s.lens.marginOf(s.market, 3, s.start + 1);
    const publication = await s.market.publication(s.start + 1);
    const free = PILE_BALANCE - 1_000_000n - margin;
    await expect(s.market.connect(phantom).withdraw(phantom, free + 1n))
      .to.be.revertedWithCustomError(s.market, "InsufficientBalance")
      .withArgs(free, free + 1n);
    await s.market.connect(phantom).withdraw(phantom, free);
    const readings = [await s.read(1, s.start + 1, 1_000n, 0n), await s.read(3, s.start + 1, 0n, 0n)];
    await s.settle(s.start + 1, words, readings, { publication });
    expect(await s.market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - agreed);
    // Later money is nobody else's: everything was paid.
    expect(await s.market.freeBalanceOf(phantom)).to.equal(1_000_000n + margin - 15n * PENNY);
    await expectSolvent(s.market, s.token, s.parameters);
  });
});
