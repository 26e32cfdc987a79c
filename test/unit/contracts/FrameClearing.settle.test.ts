import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroHash } from "ethers";

import { decodeFrameRecord, decodePosting, decodePublication } from "../../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../../helpers/market";
import {
  ask,
  bid,
  clear,
  deployDirect,
  expectSolvent,
  fill,
  freshFrame,
  nth,
  PENNY,
  publish,
  settle,
  settleNow,
} from "./fixtures";

const F = 1800;

describe("FrameClearing: settle", () => {
  /** Frame `frame` is cleared: pile 2 sold pile 1 1.001 kWh at 13 p and 3 p wheeling, the grid sold it 0.5 kWh. */
  async function fixture() {
    const d = await deployDirect(3, { wheelingCapPerKwh: 4n * PENNY, bondPricePerKwh: PENNY });
    const { market, parameters } = d;
    const start = await freshFrame(market, parameters, { wheelingPricePerKwh: 3n * PENNY });
    const [a, b, c] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2)];
    await market.connect(a).place(bid(22n * PENNY, 1501n, start + 9));
    await market.connect(b).place(ask(4n * PENNY, 1001n, start + 9));
    const frame = start + 1;
    const cleared = await clear(market, frame);
    expect(cleared.fills).to.deep.equal([fill(2, 1, 1001n, 13n * PENNY), fill(0, 1, 500n, 20n * PENNY)]);
    return { ...d, start, frame, words: cleared.words, word: await market.publication(frame), a, b, c };
  }

  it("pays sellers what buyers paid and their bond, and the grid its energy and the wheeling", async () => {
    const { market, token, parameters, frame, words, a, b } = await loadFixture(fixture);
    const paid = 130_130n;
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - paid - 30_030n - 100_000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE - 10_010n);
    // The buyer's money is where it belongs, and where nothing is measured nobody's credit changes.
    const postings = [
      {
        pile: 2,
        money: 10_010n + paid,
        agreedWh: 0n,
        creditedWh: 0n,
        consumedWh: 0n,
        producedWh: 1001n,
        silent: false,
      },
    ];
    const slot = await market.pileState(1);
    await expect(await settle(market, frame, words))
      .to.emit(market, "FrameSettled")
      .withArgs(frame, 30_030n + 100_000n, ZeroHash, (words: bigint[]) => {
        expect(words.map(decodePosting)).to.deep.equal(postings);
        return true;
      });
    expect(await market.pileState(1)).to.equal(slot);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - paid - 30_030n - 100_000n);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + paid);
    expect(await market.gridBalance()).to.equal(130_030n);
    await expectSolvent(market, token, parameters);
  });

  it("waits for the frame's end, to the second", async () => {
    const { market, delivery, frame, words, word } = await loadFixture(fixture);
    await goTo(frame + 1, -1);
    await expect(settleNow(market, frame, word, words))
      .to.be.revertedWithCustomError(delivery, "FrameNotOver")
      .withArgs(frame, (frame + 1) * F);
    await goTo(frame + 1);
    await settleNow(market, frame, word, words);
  });

  it("is anybody's to do, and happens once", async () => {
    const { market, frame, words, c } = await loadFixture(fixture);
    await settle(market.connect(c), frame, words);
    expect(decodeFrameRecord(await market.frameRecord(frame))).to.deep.equal({ frame, loadW: 34_000n, open: false });
    await expect(settle(market, frame, words))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(frame);
  });

  it("has nothing to settle where nobody cleared, nobody traded, or nothing ever was", async () => {
    const { market, start, frame, word, words } = await loadFixture(fixture);
    await clear(market, start + 2);
    await goTo(start + 4);
    for (const empty of [start + 2, start + 3, start - 200, 0]) {
      await expect(settleNow(market, empty, word, words), empty.toString())
        .to.be.revertedWithCustomError(market, "NothingToSettle")
        .withArgs(empty);
      await expect(settleNow(market, empty, 0n, []), empty.toString())
        .to.be.revertedWithCustomError(market, "NothingToSettle")
        .withArgs(empty);
    }
    await settleNow(market, frame, word, words);
  });

  it("overflows plainly for frames that no clock reaches", async () => {
    const { market, delivery } = await loadFixture(fixture);
    await expect(settleNow(market, MaxUint256, 0n, [])).to.be.revertedWithPanic(0x11);
    await expect(settleNow(market, 2n ** 64n, 0n, []))
      .to.be.revertedWithCustomError(delivery, "FrameNotOver")
      .withArgs(2n ** 64n, (2n ** 64n + 1n) * 1800n);
  });

  it("refuses any other fills than those that the clearing decided", async () => {
    const { market, token, parameters, frame, word, words, a, b } = await loadFixture(fixture);
    const [trade, grid] = [nth(words, 0), nth(words, 1)];
    await goTo(frame + 1);
    for (const wrong of [
      [],
      [trade],
      [grid],
      [grid, trade],
      [trade, trade, grid],
      [trade, grid, 0n],
      [trade ^ 1n, grid],
      [trade + (1n << 32n), grid],
      [trade + (1n << 56n), grid],
      [trade | (1n << 255n), grid],
      [trade, grid | (1n << 120n)],
      [fillWordTo(3, trade), grid],
    ]) {
      await expect(settleNow(market, frame, word, wrong))
        .to.be.revertedWithCustomError(market, "WrongFills")
        .withArgs(frame);
    }
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE - 10_010n);
    expect(await market.freeBalanceOf(a)).to.be.lessThan(PILE_BALANCE);
    await expectSolvent(market, token, parameters);
    await settleNow(market, frame, word, words);
  });

  it("refuses any other publication, with which the grid could be paid more", async () => {
    const { market, frame, word, words } = await loadFixture(fixture);
    await goTo(frame + 1);
    for (const wrong of [0n, word + (1n << 112n), word - (1n << 112n), word | (1n << 255n), word ^ 1n]) {
      await expect(settleNow(market, frame, wrong, words))
        .to.be.revertedWithCustomError(market, "WrongFills")
        .withArgs(frame);
    }
  });

  it("cannot mistake the publication for a fill: their boundary is fixed", async () => {
    const { market, frame, word, words } = await loadFixture(fixture);
    await goTo(frame + 1);
    const [first, ...rest] = words;
    await expect(settleNow(market, frame, first ?? 0n, [word, ...rest]))
      .to.be.revertedWithCustomError(market, "WrongFills")
      .withArgs(frame);
  });

  it("settles frames in any order, each with its own fills", async () => {
    const { market, token, parameters, start, frame, words, word, b, c } = await loadFixture(fixture);
    await market.connect(c).place(bid(15n * PENNY, 100n, start + 9));
    await market.connect(b).place(ask(11n * PENNY, 100n, start + 9));
    const second = await clear(market, start + 2);
    await settle(market, start + 2, second.words);
    await expectSolvent(market, token, parameters);
    await expect(settleNow(market, start + 2, word, words))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(start + 2);
    await settle(market, frame, words, { offset: 2 * F });
    await expectSolvent(market, token, parameters);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 130_130n + 13_000n);
  });

  it("pays piles that have left the book, were suspended, or hold another order", async () => {
    const { market, frame, words, b } = await loadFixture(fixture);
    await market.setSuspended(b, true);
    await market.connect(b).withdraw(b, await market.freeBalanceOf(b));
    await settle(market, frame, words);
    expect(await market.freeBalanceOf(b)).to.equal(130_130n + 10_010n);
  });

  it("goes on while entry is paused", async () => {
    const { market, frame, words, b } = await loadFixture(fixture);
    await market.setEntryPaused(true);
    await settle(market, frame, words);
    await market.connect(b).withdraw(b, await market.freeBalanceOf(b));
  });

  it("settles an unpublished frame with the empty publication", async () => {
    const { market, token, parameters, start, a, b, c } = await loadFixture(fixture);
    const dark = start + 40;
    await goTo(dark - 1);
    await market.connect(c).place(bid(15n * PENNY, 1000n, dark + 9));
    await market.connect(b).place(ask(11n * PENNY, 1000n, dark + 9));
    const { words, fills } = await clear(market, dark);
    expect(fills).to.deep.equal([fill(2, 3, 1000n, 13n * PENNY)]);
    await settle(market, dark, words, { publication: 0n });
    expect(await market.gridBalance()).to.equal(0n);
    expect(await market.freeBalanceOf(c)).to.equal(PILE_BALANCE - 130_000n);
    expect(await market.freeBalanceOf(a)).to.be.lessThan(PILE_BALANCE);
    await expectSolvent(market, token, parameters);
  });

  describe("after the frame's slot is reused", () => {
    async function reused() {
      const d = await fixture();
      const { market, frame, b, c } = d;
      const later = frame + 128;
      await goTo(later - 60);
      await publish(market, later, 1, { wheelingPricePerKwh: PENNY });
      await goTo(later - 1);
      await market.connect(c).place(bid(15n * PENNY, 1000n, later + 9));
      await market.connect(b).place(ask(11n * PENNY, 400n, later + 9));
      const cleared = await clear(market, later);
      return { ...d, later, laterWords: cleared.words };
    }

    it("remembers the unsettled frame and settles it with its own publication, forgotten by then", async () => {
      const { market, token, parameters, frame, later, words, word, laterWords, b } = await loadFixture(reused);
      expect(await market.publication(frame)).to.equal(0n);
      expect(decodePublication(word)?.frame).to.equal(frame);
      expect(decodeFrameRecord(await market.frameRecord(frame))).to.deep.equal({ frame, loadW: 34_000n, open: true });
      expect(decodeFrameRecord(await market.frameRecord(later))?.open).to.equal(true);
      await expectSolvent(market, token, parameters);

      await expect(settleNow(market, frame, word, laterWords))
        .to.be.revertedWithCustomError(market, "WrongFills")
        .withArgs(frame);
      const before = await market.freeBalanceOf(b);
      await settleNow(market, frame, word, words);
      expect(await market.freeBalanceOf(b)).to.equal(before + 130_130n + 10_010n);
      expect(await market.frameRecord(frame)).to.equal(0n);
      expect(decodeFrameRecord(await market.frameRecord(later))?.open).to.equal(true);
      await expect(settleNow(market, frame, word, words))
        .to.be.revertedWithCustomError(market, "NothingToSettle")
        .withArgs(frame);
      await settle(market, later, laterWords);
      await expectSolvent(market, token, parameters);
    });

    it("settles the later frame first just as well", async () => {
      const { market, token, parameters, frame, later, words, word, laterWords } = await loadFixture(reused);
      await settle(market, later, laterWords);
      expect(decodeFrameRecord(await market.frameRecord(frame))?.open).to.equal(true);
      await settleNow(market, frame, word, words);
      await expectSolvent(market, token, parameters);
      expect(decodeFrameRecord(await market.frameRecord(later))?.open).to.equal(false);
    });

    it("keeps several generations of one slot apart", async () => {
      const { market, token, parameters, frame, later, words, word, laterWords, c, b } = await loadFixture(reused);
      const laterWord = await market.publication(later);
      const third = later + 128;
      await goTo(third - 1);
      // The rest of pile 3's bid has long expired; both start anew.
      await market.connect(c).place(bid(15n * PENNY, 1000n, third + 9));
      await market.connect(b).place(ask(11n * PENNY, 200n, third + 9));
      const { words: thirdWords } = await clear(market, third);
      await expectSolvent(market, token, parameters);
      await goTo(third + 1);
      await settleNow(market, later, laterWord, laterWords);
      await settleNow(market, third, 0n, thirdWords);
      await settleNow(market, frame, word, words);
      for (const settled of [frame, later, third]) {
        expect(decodeFrameRecord(await market.frameRecord(settled))?.open ?? false).to.equal(false);
      }
      await expectSolvent(market, token, parameters);
    });

    it("forgets a settled frame", async () => {
      const { market, frame, words } = await loadFixture(fixture);
      await settle(market, frame, words);
      await clear(market, frame + 128);
      expect(await market.frameRecord(frame)).to.equal(0n);
      expect(decodeFrameRecord(await market.frameRecord(frame + 128))?.frame).to.equal(frame + 128);
    });
  });
});

/** The fill with another seller. */
function fillWordTo(seller: number, word: bigint): bigint {
  return (word & ~0xffffn) | BigInt(seller);
}
