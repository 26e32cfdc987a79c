import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeMarketTotals, decodeFrameRecord } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, fill, nth, PENNY } from "../unit/contracts/fixtures";
import { metered, REACH_WH, READING_SECONDS } from "./metered";

describe("Attack: one silent 1 Wh seller that holds up a frame's money", () => {
  /** Pile 2 sold pile 1 1 kWh at 13 p, the silent pile 4 sold pile 3 1 Wh at 13 p; pile 5 bought 500 Wh from the grid at 11 p. */
  async function fixture() {
    const s = await metered(5, {}, { importPricePerKwh: 11n * PENNY });
    const frame = s.start + 1;
    const orders = [
      bid(14n * PENNY, 1_000n, frame),
      ask(12n * PENNY, 1_000n, frame),
      bid(13n * PENNY, 1n, frame),
      ask(13n * PENNY, 1n, frame),
      bid(11n * PENNY, 500n, frame),
    ];
    for (const [i, order] of orders.entries()) await s.market.connect(nth(s.piles, i)).place(order);
    const { words, fills } = await clear(s.market, frame);
    const publication = await s.market.publication(frame);
    /** The fills of some buyers, in their order. */
    const boughtBy = (buyers: readonly number[]) => words.filter((_, i) => buyers.includes(nth(fills, i).buy));
    return { ...s, frame, words, fills, publication, boughtBy };
  }

  it("its own buyer alone waits: everybody else is settled at the frame's end, and the silence costs at the deadline", async () => {
    const s = await loadFixture(fixture);
    const { market, delivery, frame, publication } = s;
    const silent = fill(4, 3, 1n, 13n * PENNY);
    const known = [
      ...[await s.read(1, frame, 1_000n, 0n), await s.read(2, frame, 0n, 1_000n)],
      ...[await s.read(3, frame, 1n, 0n), await s.read(5, frame, 500n, 0n)],
    ];
    expect(s.fills).to.deep.include(silent);
    const before = await market.freeBalanceOf(nth(s.piles, 3));
    const postings = await s.settle(frame, s.words, known);
    expect(postings.map(({ pile }) => pile)).to.have.members([1, 2, 5]);
    expect(await market.freeBalanceOf(nth(s.piles, 1))).to.equal(PILE_BALANCE + 130_000n);
    expect(await market.freeBalanceOf(nth(s.piles, 0))).to.equal(PILE_BALANCE - 130_000n);
    expect(await market.freeBalanceOf(nth(s.piles, 4))).to.equal(PILE_BALANCE - 55_000n);
    // The rest is open, and it is the silent pile's money that waits.
    expect(decodeFrameRecord(await market.frameRecord(frame))?.open).to.equal(true);
    expect(decodeMarketTotals(await market.marketTotals()).openFrames).to.equal(1);
    expect(await market.freeBalanceOf(nth(s.piles, 3))).to.equal(before);
    const rest = s.boughtBy([3]);
    const settleRest = async () =>
      delivery.settle(market, frame, publication, rest, 1, [await s.read(3, frame, 1n, 0n)]);
    await expect(settleRest())
      .to.be.revertedWithCustomError(delivery, "ReadingsAwaited")
      .withArgs(frame, 1n, (frame + 1) * 1800 + READING_SECONDS);
    await goTo(frame + 1, READING_SECONDS);
    await settleRest();
    const presumed = ((11n + 6n) * PENNY * REACH_WH) / 1_000n;
    expect(await market.freeBalanceOf(nth(s.piles, 3))).to.equal(PILE_BALANCE - presumed - 60n);
    expect(await market.freeBalanceOf(nth(s.piles, 2))).to.equal(PILE_BALANCE - 110n);
    expect(decodeMarketTotals(await market.marketTotals()).openFrames).to.equal(0);
    await expectSolvent(market, s.token, s.parameters);
  });

  it("readings may come group by group; a call that completes none says how many are missing and until when", async () => {
    const s = await loadFixture(fixture);
    const { market, delivery, frame } = s;
    const until = (frame + 1) * 1800 + READING_SECONDS;
    await expect(s.settle(frame, s.words, [await s.read(1, frame, 1_000n, 0n), await s.read(3, frame, 1n, 0n)]))
      .to.be.revertedWithCustomError(delivery, "ReadingsAwaited")
      .withArgs(frame, 3n, until);
    const first = [await s.read(5, frame, 500n, 0n)];
    expect((await s.settle(frame, s.words, first, { offset: 3 })).map(({ pile }) => pile)).to.deep.equal([5]);
    const rest = s.boughtBy([1, 3]);
    const second = [await s.read(1, frame, 1_000n, 0n), await s.read(2, frame, 0n, 1_000n)];
    expect((await s.settle(frame, rest, second, { offset: 5 })).map(({ pile }) => pile)).to.have.members([1, 2]);
    const last = [await s.read(3, frame, 1n, 0n), await s.read(4, frame, 0n, 1n)];
    await s.settle(frame, s.boughtBy([3]), last, { offset: 7 });
    expect(decodeFrameRecord(await market.frameRecord(frame))?.open).to.equal(false);
    await expectSolvent(market, s.token, s.parameters);
  });
});
