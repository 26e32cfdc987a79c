import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { decodeBookHead, decodePileState } from "../../../scripts/chain/packedWords";
import { goTo, liveStates, nextFirstFrame, PILE_BALANCE } from "../../helpers/market";
import {
  ask,
  bid,
  clear,
  expectSolvent,
  fill,
  freshFrame,
  MAX_UINT24,
  nth,
  PENNY,
  stranger,
  deployDirect,
} from "./fixtures";

describe("OrderBook", () => {
  const F = 1800;

  async function fixture() {
    const d = await deployDirect(3, {
      minEnergyWh: 10n,
      tickSize: 100n,
      wheelingCapPerKwh: PENNY,
      bondPricePerKwh: 2n * PENNY,
    });
    const start = await freshFrame(d.market, d.parameters);
    return { ...d, start, a: nth(d.piles, 0), b: nth(d.piles, 1), c: nth(d.piles, 2), nobody: await stranger() };
  }

  describe("place", () => {
    it("writes the order into the pile's slot, locks its money and numbers it", async () => {
      const { market, token, parameters, start, a, b } = await loadFixture(fixture);
      const placing = await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      const word = await market.pileState(1);
      await expect(placing).to.emit(market, "OrderPlaced").withArgs(1n, word);
      expect(decodePileState(word)).to.deep.equal({
        balance: PILE_BALANCE - 225_000n,
        priceTicks: 1400n,
        remainingWh: 1500n,
        peakWh: 1500n,
        firstFrame: start + 1,
        expiryFrame: start + 5,
        charge: true,
        iceberg: false,
        suspended: false,
        sequence: 0n,
        nonce: 1n,
        credit: 5_000n,
        creditWh: 100_000n,
        payout: false,
      });
      await market.connect(b).place(ask(12n * PENNY, 2500n, start + 6, 700n));
      expect(decodePileState(await market.pileState(2))).to.deep.equal({
        balance: PILE_BALANCE - 50_000n,
        priceTicks: 1200n,
        remainingWh: 2500n,
        peakWh: 700n,
        firstFrame: start + 1,
        expiryFrame: start + 6,
        charge: false,
        iceberg: true,
        suspended: false,
        sequence: 1n,
        nonce: 1n,
        credit: 5_000n,
        creditWh: 100_000n,
        payout: false,
      });
      const { live, sequence, paused } = decodeBookHead(await market.bookHead());
      expect({ live, sequence, paused }).to.deep.equal({ live: 0b11n, sequence: 2n, paused: false });
      expect(await liveStates(market)).to.deep.equal([
        [1n, 2n],
        [word, await market.pileState(2)],
      ]);
      await expectSolvent(market, token, parameters);
    });

    it("rounds the lock up, always", async () => {
      const { market, start, a } = await loadFixture(fixture);
      // 0.0101 * 10 Wh = 0.101 units per Wh tick: (100 + 10 000) * 11 / 1000 = 111.1
      await market.connect(a).place(bid(100n, 11n, start + 1));
      expect(await market.lockedBalanceOf(a)).to.equal(112n);
      await market.connect(a).replace(ask(100n, 10n, start + 1));
      expect(await market.lockedBalanceOf(a)).to.equal(200n);
    });

    it("takes every unit that a pile has, and refuses an order one unit dearer", async () => {
      const { market, start, a } = await loadFixture(fixture);
      const lock = 15n * PENNY + 150n; // ceil(15 p * 1.001 kWh)
      await market.connect(a).withdraw(a, PILE_BALANCE - lock + 1n);
      await expect(market.connect(a).place(bid(14n * PENNY, 1001n, start + 5)))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(lock - 1n, lock);
      await market.deposit(a, 1n);
      await market.connect(a).place(bid(14n * PENNY, 1001n, start + 5));
      expect(await market.freeBalanceOf(a)).to.equal(0n);
      expect(await market.lockedBalanceOf(a)).to.equal(lock);
    });

    it("wants the bond of an ask, to the unit", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).withdraw(a, PILE_BALANCE - 19_999n);
      await expect(market.connect(a).place(ask(100n, 1000n, start + 5)))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(19_999n, 20_000n);
    });

    it("refuses less than the minimum by one Wh, and nothing at all", async () => {
      const { market, start, a } = await loadFixture(fixture);
      for (const energyWh of [0n, 9n]) {
        await expect(market.connect(a).place(bid(PENNY, energyWh, start + 5)))
          .to.be.revertedWithCustomError(market, "EnergyBelowMinimum")
          .withArgs(energyWh, 10n);
      }
      await market.connect(a).place(bid(PENNY, 10n, start + 5));
    });

    it("accepts the largest order at the largest price and refuses one more of either", async () => {
      const { market, token, parameters, start, a } = await loadFixture(fixture);
      const highest = MAX_UINT24 * 100n;
      await market.deposit(a, 10n ** 15n);
      for (const energyWh of [MAX_UINT24 + 1n, MaxUint256]) {
        await expect(market.connect(a).place(bid(PENNY, energyWh, start + 5)))
          .to.be.revertedWithCustomError(market, "EnergyAboveMaximum")
          .withArgs(energyWh, MAX_UINT24);
      }
      for (const price of [highest + 100n, MaxUint256]) {
        await expect(market.connect(a).place(bid(price, 1000n, start + 5)))
          .to.be.revertedWithCustomError(market, "PriceOutOfRange")
          .withArgs(price, 100n, highest);
      }
      await market.connect(a).place(bid(highest, MAX_UINT24, start + 5));
      const { priceTicks, remainingWh } = decodePileState(await market.pileState(1));
      expect([priceTicks, remainingWh]).to.deep.equal([MAX_UINT24, MAX_UINT24]);
      expect(await market.lockedBalanceOf(a)).to.equal(((highest + PENNY) * MAX_UINT24 + 999n) / 1000n);
      await expectSolvent(market, token, parameters);
      await market.connect(a).replace(ask(highest, MAX_UINT24, start + 5));
      expect(await market.lockedBalanceOf(a)).to.equal((2n * PENNY * MAX_UINT24 + 999n) / 1000n);
    });

    it("refuses a price of nothing and a price off the tick", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await expect(market.connect(a).place(bid(0n, 1000n, start + 5)))
        .to.be.revertedWithCustomError(market, "PriceOutOfRange")
        .withArgs(0n, 100n, MAX_UINT24 * 100n);
      for (const price of [1n, 99n, 101n, MAX_UINT24 * 100n + 99n]) {
        await expect(market.connect(a).place(ask(price, 1000n, start + 5)))
          .to.be.revertedWithCustomError(market, "PriceOffTick")
          .withArgs(price, 100n);
      }
      await market.connect(a).place(ask(100n, 1000n, start + 5));
    });

    it("refuses an expiry before the first frame or more than 96 frames after it", async () => {
      const { market, start, a } = await loadFixture(fixture);
      for (const expiry of [BigInt(start), BigInt(start + 98), 0n, MaxUint256]) {
        await expect(market.connect(a).place({ ...bid(PENNY, 1000n, 0), expiryFrame: expiry }))
          .to.be.revertedWithCustomError(market, "ExpiryOutOfRange")
          .withArgs(expiry, start + 1, start + 97);
      }
      await market.connect(a).place(bid(PENNY, 1000n, start + 97));
      expect(decodePileState(await market.pileState(1)).expiryFrame).to.equal(start + 97);
      await market.connect(a).replace(bid(PENNY, 1000n, start + 1));
      expect(decodePileState(await market.pileState(1)).expiryFrame).to.equal(start + 1);
    });

    it("decides the first frame by the second: the last one before the window, the window's first one", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await goTo(start + 1, -601);
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      expect(decodePileState(await market.pileState(1)).firstFrame).to.equal(start + 1);
      await goTo(start + 1, -600);
      await market.connect(b).place(bid(PENNY, 1000n, start + 5));
      expect(decodePileState(await market.pileState(2)).firstFrame).to.equal(start + 2);
      await expect(market.connect(b).place(bid(PENNY, 1000n, start + 1)))
        .to.be.revertedWithCustomError(market, "ExpiryOutOfRange")
        .withArgs(start + 1, start + 2, start + 98);
    });

    it("allows one live order per pile", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(PENNY, 1000n, start + 5));
      await expect(market.connect(a).place(ask(PENNY, 1000n, start + 5)))
        .to.be.revertedWithCustomError(market, "LiveOrderExists")
        .withArgs(1n);
    });

    it("takes the place of an order that died, whose lock counts as free", async () => {
      const { market, token, parameters, start, a } = await loadFixture(fixture);
      await market.connect(a).withdraw(a, PILE_BALANCE - 15_000n);
      await market.connect(a).place(bid(14n * PENNY, 100n, start + 1));
      expect(await market.freeBalanceOf(a)).to.equal(0n);
      await goTo(start + 1, -1);
      await expect(market.connect(a).place(bid(14n * PENNY, 100n, start + 2)))
        .to.be.revertedWithCustomError(market, "LiveOrderExists")
        .withArgs(1n);
      await goTo(start + 1);
      await market.connect(a).place(bid(14n * PENNY, 100n, start + 2));
      expect(await market.freeBalanceOf(a)).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });

    it("takes the place of an order whose last frame was cleared, within the same window", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 100n, start + 1));
      await clear(market, start + 1, { offset: -600 });
      await market.connect(a).place(bid(14n * PENNY, 100n, start + 2));
      expect(decodePileState(await market.pileState(1)).firstFrame).to.equal(start + 2);
      expect((await liveStates(market))[0]).to.deep.equal([1n]);
      expect((await clear(market, start + 2)).fills).to.deep.equal([]);
    });

    it("is for registered piles", async () => {
      const { market, start, nobody, admin } = await loadFixture(fixture);
      for (const caller of [nobody, admin]) {
        await expect(market.connect(caller).place(bid(PENNY, 1000n, start + 5)))
          .to.be.revertedWithCustomError(market, "NotRegistered")
          .withArgs(caller);
      }
    });

    it("uses up no number for a refused order", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await expect(market.connect(a).place(bid(PENNY, 1n, start + 5))).to.be.reverted;
      await market.connect(b).place(bid(PENNY, 10n, start + 5));
      expect(decodePileState(await market.pileState(2)).sequence).to.equal(0n);
    });
  });

  describe("kind and peak", () => {
    // Threshold 4000 Wh, market peak 2000 Wh; a 7 kW pile moves 3500 Wh in a frame.
    for (const [what, energyWh, named, iceberg, peakWh] of [
      ["what the pile can just move", 3500n, 0n, false, 3500n],
      ["one Wh more than the pile moves", 3501n, 0n, true, 2000n],
      ["one that names its own quantity as the peak", 1000n, 1000n, false, 1000n],
      ["one that names a larger peak", 1000n, MaxUint256, false, 1000n],
      ["one that names a peak one Wh smaller", 1000n, 999n, true, 999n],
      ["one that names a peak of 1 Wh", 10n, 1n, true, 1n],
      ["a large one that names a small peak", 10_000n, 300n, true, 300n],
      ["a large one that names more than the market shows", 10_000n, 9999n, true, 2000n],
      ["a large one that names more than it asks for", 10_000n, 20_000n, true, 2000n],
      ["a medium one that names a peak above the market's", 3000n, 2500n, true, 2000n],
    ] as const) {
      it(`${iceberg ? "makes an iceberg of" : "leaves whole"} ${what}`, async () => {
        const { market, start, a } = await loadFixture(fixture);
        await market.connect(a).place(bid(100n, energyWh, start + 5, named));
        const state = decodePileState(await market.pileState(1));
        expect([state.iceberg, state.peakWh]).to.deep.equal([iceberg, peakWh]);
      });
    }

    it("goes by the threshold where the pile is strong, and by the pile where it is weak", async () => {
      const { market, start, admin, nobody: strong } = await loadFixture(fixture);
      await market.registerPile(strong, strong, strong, 22_000);
      await market.registerPile(admin, admin, admin, 100);
      for (const pile of [strong, admin]) await market.deposit(pile, PILE_BALANCE);
      const shape = async (pile: typeof admin, energyWh: bigint) => {
        await market.connect(pile).place(bid(100n, energyWh, start + 5));
        const { iceberg, peakWh } = decodePileState(await market.pileState(await market.pileOf(pile)));
        await market.connect(pile).cancel();
        return [iceberg, peakWh];
      };
      expect(await shape(strong, 4000n)).to.deep.equal([false, 4000n]);
      expect(await shape(strong, 4001n)).to.deep.equal([true, 2000n]);
      expect(await shape(admin, 50n)).to.deep.equal([false, 50n]);
      expect(await shape(admin, 51n)).to.deep.equal([true, 50n]);
      expect(await shape(admin, 5000n)).to.deep.equal([true, 50n]);
    });
  });

  describe("replace", () => {
    it("is cancelling and placing: a new number, a new wait, the new lock", async () => {
      const { market, token, parameters, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      await goTo(start + 1, -600);
      await clear(market, start + 1, { offset: -599 });
      const replacing = await market.connect(a).replace(ask(12n * PENNY, 800n, start + 9));
      const word = await market.pileState(1);
      await expect(replacing).to.emit(market, "OrderPlaced").withArgs(1n, word);
      const state = decodePileState(word);
      expect([state.charge, state.firstFrame, state.expiryFrame, state.sequence]).to.deep.equal([
        false,
        start + 2,
        start + 9,
        1n,
      ]);
      expect(await market.lockedBalanceOf(a)).to.equal(16_000n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 16_000n);
      await expectSolvent(market, token, parameters);
    });

    it("counts what the old order locks as free", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).withdraw(a, PILE_BALANCE - 15_000n);
      await market.connect(a).place(bid(14n * PENNY, 100n, start + 5));
      await market.connect(a).replace(bid(14n * PENNY, 99n, start + 5));
      expect(await market.freeBalanceOf(a)).to.equal(150n);
      await expect(market.connect(a).replace(bid(14n * PENNY, 101n, start + 5)))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(15_000n, 15_150n);
    });

    it("leaves the old order untouched where the new one is refused", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
      const [word, head] = [await market.pileState(1), await market.bookHead()];
      for (const request of [
        bid(0n, 1500n, start + 5),
        bid(101n, 1500n, start + 5),
        bid(PENNY, 1n, start + 5),
        bid(PENNY, 1500n, start),
        bid(10n ** 9n, 16_000_000n, start + 5),
      ]) {
        await expect(market.connect(a).replace(request)).to.be.reverted;
      }
      expect([await market.pileState(1), await market.bookHead()]).to.deep.equal([word, head]);
    });

    it("wants a live order", async () => {
      const { market, start, a, nobody } = await loadFixture(fixture);
      await expect(market.connect(a).replace(bid(PENNY, 1500n, start + 5)))
        .to.be.revertedWithCustomError(market, "NoLiveOrder")
        .withArgs(1n);
      await market.connect(a).place(bid(PENNY, 1500n, start + 1));
      await goTo(start + 1);
      await expect(market.connect(a).replace(bid(PENNY, 1500n, start + 5)))
        .to.be.revertedWithCustomError(market, "NoLiveOrder")
        .withArgs(1n);
      await expect(market.connect(nobody).replace(bid(PENNY, 1500n, start + 5)))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(nobody);
    });
  });

  describe("cancel", () => {
    it("frees the whole lock and leaves nothing of the order", async () => {
      const { market, start, a } = await loadFixture(fixture);
      const empty = await market.pileState(1);
      await market.connect(a).place(bid(14n * PENNY, 1501n, start + 5, 7n));
      // Both acts used up a nonce; nothing else is left of them.
      const twice = empty + (2n << 194n);
      await expect(market.connect(a).cancel()).to.emit(market, "OrderCancelled").withArgs(1n, twice);
      expect(await market.pileState(1)).to.equal(twice);
      expect(await liveStates(market)).to.deep.equal([[], []]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("frees what is left of a partly filled order", async () => {
      const { market, token, parameters, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1501n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 333n, start + 5));
      await clear(market, start + 1);
      await market.connect(a).cancel();
      // 13 p for 0.333 kWh are in delivery.
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 43_290n);
      await expectSolvent(market, token, parameters);
    });

    it("wants a live order: none, a dead one, a cancelled one and a filled one are none", async () => {
      const { market, start, a, b, nobody } = await loadFixture(fixture);
      const refused = async (pile: typeof a, number: bigint) =>
        expect(market.connect(pile).cancel()).to.be.revertedWithCustomError(market, "NoLiveOrder").withArgs(number);
      await refused(a, 1n);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(a).cancel();
      await refused(a, 1n);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 1500n, start + 2));
      await clear(market, start + 1);
      await refused(a, 1n);
      await goTo(start + 2);
      await refused(b, 2n);
      await expect(market.connect(nobody).cancel())
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(nobody);
    });

    it("leaves the live bit for the clearing to prune, so that the pile may place again", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(a).cancel();
      expect(decodeBookHead(await market.bookHead()).live).to.equal(1n);
      await clear(market, start + 1);
      expect(decodeBookHead(await market.bookHead()).live).to.equal(0n);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      expect(decodeBookHead(await market.bookHead()).live).to.equal(1n);
    });
  });

  describe("gate closure", () => {
    it("closes as the window opens, to the second", async () => {
      const { market, start, a, b, c } = await loadFixture(fixture);
      for (const pile of [a, b, c]) await market.connect(pile).place(bid(14n * PENNY, 1000n, start + 5));
      await goTo(start + 1, -601);
      await market.connect(a).cancel();
      await goTo(start + 1, -600);
      await expect(market.connect(b).cancel())
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(start + 1);
      await expect(market.connect(c).replace(bid(15n * PENNY, 1000n, start + 5)))
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(start + 1);
      await goTo(start + 1, -1);
      await expect(market.connect(b).cancel())
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(start + 1);
    });

    it("opens as the frame begins where nobody cleared it, to the second", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      for (const pile of [a, b]) await market.connect(pile).place(bid(14n * PENNY, 1000n, start + 5));
      await goTo(start + 1);
      await market.connect(a).cancel();
      await market.connect(b).replace(bid(15n * PENNY, 1000n, start + 5));
      expect(decodePileState(await market.pileState(2)).firstFrame).to.equal(start + 2);
    });

    it("opens as the frame is cleared, in the same second", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      for (const pile of [a, b]) await market.connect(pile).place(bid(14n * PENNY, 1000n, start + 5));
      await clear(market, start + 1, { offset: -600 });
      await goTo(start + 1, -600);
      await market.connect(a).cancel();
      await goTo(start + 1, -600);
      await market.connect(b).replace(bid(15n * PENNY, 1000n, start + 5));
      expect(decodePileState(await market.pileState(2)).firstFrame).to.equal(start + 2);
    });

    it("holds only orders that take part: one placed in the window may go at once", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await goTo(start + 1, -600);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(a).cancel();
      await market.connect(b).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).replace(bid(15n * PENNY, 1000n, start + 5));
      expect((await liveStates(market))[0]).to.deep.equal([2n]);
    });

    it("closes again for the next frame", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await clear(market, start + 1);
      await goTo(start + 2, -600);
      await expect(market.connect(a).cancel())
        .to.be.revertedWithCustomError(market, "GateClosed")
        .withArgs(start + 2);
    });
  });

  describe("pause of entry", () => {
    it("stops placing and replacing, not cancelling", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      const head = await market.bookHead();
      await expect(market.setEntryPaused(true)).to.emit(market, "EntryPauseSet").withArgs(true);
      expect(decodeBookHead(await market.bookHead())).to.deep.equal({ ...decodeBookHead(head), paused: true });
      await expect(market.connect(b).place(bid(PENNY, 1000n, start + 5))).to.be.revertedWithCustomError(
        market,
        "EntryPaused",
      );
      await expect(market.connect(a).replace(bid(PENNY, 1000n, start + 5))).to.be.revertedWithCustomError(
        market,
        "EntryPaused",
      );
      await market.connect(a).cancel();
      await expect(market.setEntryPaused(false)).to.emit(market, "EntryPauseSet").withArgs(false);
      expect(await market.bookHead()).to.equal(head);
      await market.connect(b).place(bid(PENNY, 1000n, start + 5));
    });

    it("does not stop the orders that are in", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
      await market.setEntryPaused(true);
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
      expect(decodeBookHead(await market.bookHead()).paused).to.equal(true);
    });

    it("is the guardian's alone", async () => {
      const { market, a } = await loadFixture(fixture);
      await expect(market.connect(a).setEntryPaused(true))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(a, await market.GUARDIAN_ROLE());
    });
  });

  describe("nextFirstFrame and liveStates", () => {
    it("say what is so now, while the clock runs", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 1));
      await market.connect(b).place(bid(14n * PENNY, 1000n, start + 2));
      await time.increaseTo((start + 1) * F - 601);
      expect(await nextFirstFrame(market)).to.equal(BigInt(start + 1));
      await time.increaseTo((start + 1) * F - 600);
      expect(await nextFirstFrame(market)).to.equal(BigInt(start + 2));
      expect((await liveStates(market))[0]).to.deep.equal([1n, 2n]);
      await time.increaseTo((start + 1) * F);
      expect((await liveStates(market))[0]).to.deep.equal([2n]);
    });
  });

  it("lets a pile live through many orders in one slot", async () => {
    const { market, token, parameters, start, a } = await loadFixture(fixture);
    const empty = await market.pileState(1);
    for (let i = 1; i <= 5; i++) {
      const price = PENNY * BigInt(i);
      await market.connect(a).place((i % 2 === 0 ? bid : ask)(price, BigInt(1234 * i), start + 9, BigInt(i)));
      await market.connect(a).replace((i % 2 === 0 ? ask : bid)(price + 100n, BigInt(777 * i), start + 1));
      await expectSolvent(market, token, parameters);
      await market.connect(a).cancel();
      expect(await market.pileState(1)).to.equal(empty + (BigInt(3 * i) << 194n));
    }
    expect(decodeBookHead(await market.bookHead()).sequence).to.equal(10n);
  });
});
