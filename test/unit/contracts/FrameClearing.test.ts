import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";

import {
  decodeBookHead,
  decodeMarketTotals,
  decodeFrameRecord,
  decodePileState,
} from "../../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../../scripts/core/parameters";
import { goTo, liveStates, nextFirstFrame, PILE_BALANCE } from "../../helpers/market";
import type { TARIFFS } from "./fixtures";
import {
  ask,
  bid,
  clear,
  clearedOf,
  expectSolvent,
  fill,
  freshFrame,
  nth,
  PENNY,
  publish,
  deployDirect,
} from "./fixtures";

const F = 1800;

/** A market with four 22 kW piles at the beginning of frame `start`. */
async function marketWith(
  overrides: Partial<DeploymentParameters> & { ratedW?: number } = {},
  tariffs: Partial<typeof TARIFFS> = {},
) {
  const d = await deployDirect(4, { ratedW: 22_000, ...overrides });
  const start = await freshFrame(d.market, d.parameters, tariffs);
  const [a, b, c, e] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
  return { ...d, start, a, b, c, e };
}

const remaining = async (market: { pileState(pile: number): Promise<bigint> }, pile: number) =>
  decodePileState(await market.pileState(pile)).remainingWh;

describe("FrameClearing: clear", () => {
  const fixture = async () => marketWith();

  describe("the window", () => {
    it("opens ten minutes before the frame, to the second", async () => {
      const { market, start } = await loadFixture(fixture);
      const begins = (start + 1) * F;
      await goTo(start + 1, -601);
      await expect(market.clear(start + 1))
        .to.be.revertedWithCustomError(market, "FrameWindowNotOpen")
        .withArgs(start + 1, begins - 600);
      await goTo(start + 1, -600);
      await market.clear(start + 1);
      expect(decodeMarketTotals(await market.marketTotals()).lastFrame).to.equal(start + 1);
    });

    it("closes as the frame begins, to the second", async () => {
      const { market, start } = await loadFixture(fixture);
      await clear(market, start + 1, { offset: -1 });
      await goTo(start + 2);
      await expect(market.clear(start + 2))
        .to.be.revertedWithCustomError(market, "FrameWindowClosed")
        .withArgs(start + 2, (start + 2) * F);
      expect(decodeMarketTotals(await market.marketTotals()).lastFrame).to.equal(start + 1);
    });

    it("is of one frame at a time: not the one before, not the one after", async () => {
      const { market, start } = await loadFixture(fixture);
      await goTo(start + 1, -300);
      await expect(market.clear(start))
        .to.be.revertedWithCustomError(market, "FrameWindowClosed")
        .withArgs(start, start * F);
      await expect(market.clear(start + 2))
        .to.be.revertedWithCustomError(market, "FrameWindowNotOpen")
        .withArgs(start + 2, (start + 2) * F - 600);
      await expect(market.clear(0)).to.be.revertedWithCustomError(market, "FrameWindowClosed").withArgs(0, 0);
    });

    it("never opens for frames beyond 32 bits, whose numbers would not fit the records", async () => {
      const { market } = await loadFixture(fixture);
      await expect(market.clear(2n ** 32n - 1n))
        .to.be.revertedWithCustomError(market, "FrameWindowNotOpen")
        .withArgs(2n ** 32n - 1n, (2n ** 32n - 1n) * 1800n - 600n);
      for (const frame of [2n ** 32n, MaxUint256]) {
        await expect(market.clear(frame))
          .to.be.revertedWithCustomError(market, "FrameWindowNotOpen")
          .withArgs(frame, MaxUint256);
      }
    });

    it("is used once", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 1500n, start + 5));
      await clear(market, start + 1);
      for (const offset of [-600, -1]) {
        await goTo(start + 1, offset);
        await expect(market.clear(start + 1))
          .to.be.revertedWithCustomError(market, "FrameAlreadyCleared")
          .withArgs(start + 1);
      }
      expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(1);
    });

    it("is anybody's to use", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await clear(market.connect(a), start + 1);
    });
  });

  describe("the worked example", () => {
    it("gives the trades of the specification", async () => {
      const { market, token, parameters, start, a, b, c, e } = await marketWith({ icebergPeakWh: 4000n });
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 9));
      await market.connect(b).place(bid(16n * PENNY, 6000n, start + 9, 2000n));
      await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
      await market.connect(e).place(ask(15n * PENNY, 3000n, start + 9));
      const { fills, loadW } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(3, 2, 1000n, 140_000n), fill(4, 2, 1000n, 155_000n)]);
      expect(loadW).to.equal(33_000n);
      expect(await Promise.all([1, 2, 3, 4].map(async (pile) => remaining(market, pile)))).to.deep.equal([
        1500n,
        4000n,
        0n,
        2000n,
      ]);
      expect((await liveStates(market))[0]).to.deep.equal([1n, 2n, 4n]);
      await expectSolvent(market, token, parameters);
    });
  });

  describe("money of a fill", () => {
    it("leaves the locks at once: the buyer has what midpoint and published wheeling left", async () => {
      const { market, token, parameters, start, a, b } = await marketWith(
        { wheelingCapPerKwh: 3n * PENNY, bondPricePerKwh: PENNY },
        { wheelingPricePerKwh: 10_001n },
      );
      await market.connect(a).place(bid(140_001n, 777n, start + 9));
      await market.connect(b).place(ask(120_000n, 777n, start + 9));
      const { fills } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(2, 1, 777n, 130_000n)]);
      // floor(130 000 * 0.777) + floor(10 001 * 0.777)
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 101_010n - 7770n);
      // The bond, floor(10 000 * 0.777), stays in delivery.
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE - 7770n);
      expect(await market.lockedBalanceOf(a)).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });

    it("never takes more than the lock, at the largest price for as much as the money of a market buys", async () => {
      const { market, token, parameters, start, a, b } = await marketWith(
        {
          ratedW: 2 ** 32 - 1,
          tickSize: 65_535n,
          wheelingCapPerKwh: 2n ** 40n - 1n,
          bondPricePerKwh: 2n ** 40n - 1n,
          icebergPeakWh: 2n ** 20n - 1n,
        },
        { importPricePerKwh: 0n, exportPricePerKwh: 0n, wheelingPricePerKwh: (2n ** 24n - 1n) * 65_535n },
      );
      const highest = (2n ** 24n - 1n) * 65_535n;
      const most = 10n ** 6n;
      await market.deposit(a, 2_200_000_000_000_000n);
      await market.deposit(b, 1_100_000_000_000_000n);
      await market.connect(a).place(bid(highest, most, start + 9));
      await market.connect(b).place(ask(highest, most, start + 9));
      const { fills } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(2, 1, most, highest)]);
      await expectSolvent(market, token, parameters);
    });

    it("moves energy for nothing where the amount rounds to nothing, and still locks a unit", async () => {
      const { market, token, parameters, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(1n, 1n, start + 9));
      await market.connect(b).place(ask(1n, 1n, start + 9));
      expect(await market.lockedBalanceOf(a)).to.equal(1n);
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1n, 1n)]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
      await expectSolvent(market, token, parameters);
    });

    it("rounds the midpoint down", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(4n, 2000n, start + 9));
      await market.connect(b).place(ask(1n, 2000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 2000n, 2n)]);
    });

    it("finds half ticks: prices of fills are money, not ticks", async () => {
      const { market, start, a, b } = await marketWith({ tickSize: 5n });
      await market.connect(a).place(bid(20n, 2000n, start + 9));
      await market.connect(b).place(ask(15n, 2000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 2000n, 17n)]);
    });
  });

  describe("price limits", () => {
    it("trades at equal limits and not a tick apart", async () => {
      const { market, start, a, b, c, e } = await loadFixture(fixture);
      await market.connect(a).place(bid(140_000n, 1000n, start + 9));
      await market.connect(b).place(ask(140_001n, 1000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([]);
      await market.connect(c).place(bid(139_999n, 1000n, start + 9));
      await market.connect(e).place(ask(140_000n, 1000n, start + 9));
      expect((await clear(market, start + 2)).fills).to.deep.equal([fill(4, 1, 1000n, 140_000n)]);
    });

    it("fills from the grid at a limit equal to the tariff, not one below it", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(20n * PENNY, 1000n, start + 9));
      await market.connect(b).place(bid(20n * PENNY - 1n, 1000n, start + 9));
      const { fills, loadW } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(0, 1, 1000n, 20n * PENNY)]);
      expect(loadW).to.equal(35_000n);
    });

    it("fills from the grid at the tariff, not at the limit, and prefers piles even where they are dearer", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 1500n, start + 9));
      await market.connect(b).place(ask(28n * PENNY, 1000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([
        fill(2, 1, 1000n, 29n * PENNY),
        fill(0, 1, 500n, 20n * PENNY),
      ]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 290_000n - 100_000n);
    });

    it("gives energy away where the tariff is zero", async () => {
      const { market, start, a } = await marketWith({}, { importPricePerKwh: 0n, exportPricePerKwh: 0n });
      await market.connect(a).place(bid(1n, 1500n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(0, 1, 1500n, 0n)]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });
  });

  describe("priority", () => {
    it("weighs price rank against waiting: one frame makes up for one price rank at 1 to 1, ties go by placement", async () => {
      const { market, start, a, b, c } = await marketWith({ priceWeight: 1, timeWeight: 1 });
      // a waits a frame longer at a worse price: f(a) = 2 + 1, f(b) = 1 + 2; the tie goes to the earlier placement.
      await market.connect(a).place(bid(13n * PENNY, 1000n, start + 9));
      await clear(market, start + 1);
      await market.connect(b).place(bid(14n * PENNY, 1000n, start + 9));
      await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
      expect((await clear(market, start + 2)).fills).to.deep.equal([fill(3, 1, 1000n, 125_000n)]);
    });

    it("goes by price alone where waiting weighs nothing, by waiting alone where price does", async () => {
      for (const [weights, winner] of [
        [{ priceWeight: 1, timeWeight: 0 }, 2],
        [{ priceWeight: 0, timeWeight: 1 }, 1],
        [{ priceWeight: 0, timeWeight: 0 }, 1],
      ] as const) {
        const { market, start, a, b, c } = await marketWith(weights);
        await market.connect(a).place(bid(13n * PENNY, 1000n, start + 9));
        await clear(market, start + 1);
        await market.connect(b).place(bid(14n * PENNY, 1000n, start + 9));
        await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
        expect(nth((await clear(market, start + 2)).fills, 0).buy).to.equal(winner);
      }
    });

    it("loses the waiting time with a replacement", async () => {
      const { market, start, a, b, c } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 9));
      await clear(market, start + 1);
      await market.connect(b).place(bid(14n * PENNY, 1000n, start + 9));
      await market.connect(a).replace(bid(14n * PENNY, 1000n, start + 9));
      await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
      expect(nth((await clear(market, start + 2)).fills, 0).buy).to.equal(2);
    });
  });

  describe("icebergs", () => {
    it("show a tranche a frame, keep their place and end with what is left", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 5000n, start + 9)); // above the threshold: peak 2000
      await market.connect(b).place(ask(12n * PENNY, 4000n, start + 9)); // at the threshold: whole
      const traded: bigint[] = [];
      for (const frame of [start + 1, start + 2]) {
        for (const { energyWh } of (await clear(market, frame)).fills) traded.push(energyWh);
      }
      expect(traded).to.deep.equal([2000n, 2000n]);
      expect(await remaining(market, 1)).to.equal(1000n);
      expect(await remaining(market, 2)).to.equal(0n);
    });

    it("are split by what their pile moves in a frame", async () => {
      const { market, start, a, b } = await marketWith({ ratedW: 1001 });
      await market.connect(a).place(bid(14n * PENNY, 1200n, start + 9));
      await market.connect(b).place(ask(12n * PENNY, 500n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 500n, 13n * PENNY)]);
      expect(await remaining(market, 1)).to.equal(700n);
    });

    it("wait for the grid until they waited long enough; then a tranche a frame", async () => {
      const { market, start, a } = await marketWith({ maxWaitFrames: 2 });
      await market.connect(a).place(bid(30n * PENNY, 5000n, start + 9));
      const filled: bigint[] = [];
      for (let frame = start + 1; frame <= start + 6; frame++) {
        filled.push((await clear(market, frame)).fills.reduce((sum, { energyWh }) => sum + energyWh, 0n));
      }
      expect(filled).to.deep.equal([0n, 0n, 2000n, 2000n, 1000n, 0n]);
    });

    it("do not wait at all where the market waits for nobody", async () => {
      const { market, start, a } = await marketWith({ maxWaitFrames: 0 });
      await market.connect(a).place(bid(30n * PENNY, 5000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(0, 1, 2000n, 20n * PENNY)]);
    });

    it("take their tranche from the grid in their last frame, and what is hidden goes", async () => {
      const { market, token, parameters, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 5000n, start + 2));
      expect((await clear(market, start + 1)).fills).to.deep.equal([]);
      expect((await clear(market, start + 2)).fills).to.deep.equal([fill(0, 1, 2000n, 20n * PENNY)]);
      expect(await liveStates(market)).to.deep.equal([[], []]);
      expect(await market.lockedBalanceOf(a)).to.equal(0n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 40n * PENNY);
      await expectSolvent(market, token, parameters);
    });

    it("by name alone wait too: a hidden Wh defers a whole order", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 1500n, start + 9, 1499n));
      await market.connect(b).place(bid(30n * PENNY, 1500n, start + 9, 1500n));
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(0, 2, 1500n, 20n * PENNY)]);
    });
  });

  describe("capacity", () => {
    // 36 kW less 1 kW of losses less 33 kW of homes leave 2 kW: 1000 Wh a frame.
    const tight = async () => marketWith({ capacityW: 36_000n, lossAllowanceW: 1000n });

    it("gives each bid in its turn what still fits, and the rest waits", async () => {
      const { market, start, a, b, c } = await loadFixture(tight);
      await market.connect(a).place(bid(25n * PENNY, 700n, start + 9));
      await market.connect(b).place(bid(24n * PENNY, 700n, start + 9));
      await market.connect(c).place(bid(23n * PENNY, 700n, start + 9));
      const { fills, loadW } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(0, 1, 700n, 20n * PENNY), fill(0, 2, 300n, 20n * PENNY)]);
      expect(loadW).to.equal(35_000n);
      expect((await clear(market, start + 2)).fills).to.deep.equal([
        fill(0, 2, 400n, 20n * PENNY),
        fill(0, 3, 600n, 20n * PENNY),
      ]);
    });

    it("does not bound trades between piles", async () => {
      const { market, start, a, b } = await loadFixture(tight);
      await market.connect(a).place(bid(25n * PENNY, 4000n, start + 9));
      await market.connect(b).place(ask(10n * PENNY, 3000n, start + 9));
      const { fills, loadW } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(2, 1, 3000n, 175_000n), fill(0, 1, 1000n, 20n * PENNY)]);
      expect(loadW).to.equal(35_000n);
    });

    it("leaves nothing where the homes take it all, and more where they feed in", async () => {
      for (const [baseLoadW, filledWh] of [
        [35_000n, 0n],
        [34_998n, 1n],
        [40_000n, 0n],
        [-33_000n, 4000n],
      ] as const) {
        const { market, start, a } = await marketWith({ capacityW: 36_000n, lossAllowanceW: 1000n }, { baseLoadW });
        await market.connect(a).place(bid(25n * PENNY, 4000n, start + 9));
        const { fills, loadW } = await clear(market, start + 1);
        expect(fills.reduce((sum, { energyWh }) => sum + energyWh, 0n)).to.equal(filledWh);
        expect(loadW).to.equal(baseLoadW + 2n * filledWh);
      }
    });

    it("rounds room down and load up where frames are not halves of hours", async () => {
      const d = await deployDirect(1, {
        frameSeconds: 2700,
        auctionSeconds: 600,
        capacityW: 33_003n,
        ratedW: 22_000,
      });
      const { market, parameters } = d;
      const start = await freshFrame(market, parameters);
      await market.connect(nth(d.piles, 0)).place(bid(25n * PENNY, 4000n, start + 9));
      // 3 W for 45 minutes are 2.25 Wh; 2 Wh in 45 minutes are 2.67 W.
      const { fills, loadW } = await clear(market, start + 1, { frameSeconds: 2700 });
      expect(fills).to.deep.equal([fill(0, 1, 2n, 20n * PENNY)]);
      expect(loadW).to.equal(33_003n);
    });
  });

  describe("surplus", () => {
    it("leaves unmatched asks in the book with their waiting time: nothing is sold to the grid", async () => {
      const { market, start, a, b, c } = await loadFixture(fixture);
      await market.connect(a).place(ask(1n, 1000n, start + 9));
      expect((await clear(market, start + 1)).fills).to.deep.equal([]);
      await market.connect(b).place(ask(1n, 1000n, start + 9));
      await market.connect(c).place(bid(3n, 1000n, start + 9));
      // Same price: the one that waited.
      expect((await clear(market, start + 2)).fills).to.deep.equal([fill(1, 3, 1000n, 2n)]);
      expect((await liveStates(market))[0]).to.deep.equal([2n]);
    });
  });

  describe("an unpublished frame", () => {
    const dark = async () => {
      const d = await deployDirect(4, { ratedW: 22_000, wheelingCapPerKwh: PENNY });
      const start = Number(await nextFirstFrame(d.market)) + 1;
      await goTo(start);
      await d.market.setEntryPaused(false);
      return { ...d, start, a: nth(d.piles, 0), b: nth(d.piles, 1), c: nth(d.piles, 2) };
    };

    it("still clears trades between piles, free of wheeling; the grid fills nothing", async () => {
      const { market, token, parameters, start, a, b, c } = await loadFixture(dark);
      await market.connect(a).place(bid(2n ** 24n - 1n, 1500n, start + 1));
      await market.connect(b).place(bid(14n * PENNY, 1500n, start + 9));
      await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
      const { fills, loadW, pflW } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(3, 1, 1000n, (2n ** 24n - 1n + 120_000n) / 2n)]);
      expect([loadW, pflW]).to.deep.equal([0n, 0n]);
      expect(decodeMarketTotals(await market.marketTotals()).lastKnown).to.equal(false);
      await expectSolvent(market, token, parameters);
    });
  });

  describe("the order's life", () => {
    it("begins in its first frame and ends after its last", async () => {
      const { market, start, a, b, c } = await loadFixture(fixture);
      await goTo(start + 1, -600);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 2));
      await market.connect(b).place(ask(12n * PENNY, 300n, start + 9));
      expect((await clear(market, start + 1, { offset: -1 })).fills).to.deep.equal([]);
      expect((await clear(market, start + 2)).fills).to.have.length(1);
      expect((await liveStates(market))[0]).to.deep.equal([]);
      await market.connect(c).place(ask(12n * PENNY, 300n, start + 9));
      expect((await clear(market, start + 3)).fills).to.deep.equal([]);
      expect(await remaining(market, 1)).to.equal(700n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 39_000n);
    });

    it("ends at the beginning of its last frame where nobody cleared that: later clearings pass it over", async () => {
      const { market, token, parameters, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 1));
      await market.connect(b).place(ask(12n * PENNY, 300n, start + 9));
      expect((await clear(market, start + 3)).fills).to.deep.equal([]);
      expect(decodeBookHead(await market.bookHead()).live).to.equal(2n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
      await expectSolvent(market, token, parameters);
    });

    it("counts waiting in frames, also in those that nobody cleared", async () => {
      const { market, start, a } = await marketWith({ maxWaitFrames: 3 });
      await market.connect(a).place(bid(30n * PENNY, 5000n, start + 9));
      expect((await clear(market, start + 3)).fills).to.deep.equal([]);
      expect((await clear(market, start + 4)).fills).to.deep.equal([fill(0, 1, 2000n, 20n * PENNY)]);
    });

    it("lasts 97 frames at most, the last of which still fills it", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 5000n, start + 97));
      await goTo(start + 60);
      await publish(market, start + 97);
      expect((await clear(market, start + 97)).fills).to.deep.equal([fill(0, 1, 2000n, 20n * PENNY)]);
      expect(await liveStates(market)).to.deep.equal([[], []]);
    });
  });

  describe("power fluctuation", () => {
    const steps = async () => {
      const d = await deployDirect(1, { ratedW: 22_000 });
      const { market } = d;
      const first = Number(await nextFirstFrame(market)) + 4;
      const loads: Record<number, bigint> = { 0: 10_000n, 1: 12_000n, 2: 5000n, 3: -1000n, 5: 4000n, 6: 4000n };
      for (const [i, baseLoadW] of Object.entries(loads)) await publish(market, first + Number(i), 1, { baseLoadW });
      await goTo(first - 1);
      await market.setEntryPaused(false);
      return { ...d, first, a: nth(d.piles, 0) };
    };

    it("counts the step into the first frame ever cleared from the published load before it", async () => {
      const { market, first } = await loadFixture(steps);
      const { pflW, loadW } = await clear(market, first + 1);
      expect([loadW, pflW]).to.deep.equal([12_000n, 2000n]);
      expect(decodeMarketTotals(await market.marketTotals())).to.deep.equal({
        lastFrame: first + 1,
        lastLoadW: 12_000n,
        lastKnown: true,
        pflW: 2000n,
        gridBalance: 0n,
        roundOpen: false,
        openFrames: 0,
      });
    });

    it("starts at zero where the load before the first clearing is unknown", async () => {
      const { market, first } = await loadFixture(steps);
      expect((await clear(market, first)).pflW).to.equal(0n);
      expect((await clear(market, first + 1)).pflW).to.equal(2000n);
    });

    it("adds what the grid delivers, in both steps around it", async () => {
      const { market, first, a } = await loadFixture(steps);
      await market.connect(a).place(bid(30n * PENNY, 1000n, first + 5));
      // 10 000 + 2000, 12 000, 5000
      expect((await clear(market, first)).loadW).to.equal(12_000n);
      expect((await clear(market, first + 1)).pflW).to.equal(0n);
      expect((await clear(market, first + 2)).pflW).to.equal(7000n);
    });

    it("takes frames that nobody cleared for their base load", async () => {
      const { market, first } = await loadFixture(steps);
      await clear(market, first);
      // 10 000, then 12 000 and 5000 missed, then -1000.
      const { pflW, loadW } = await clear(market, first + 3);
      expect([loadW, pflW]).to.deep.equal([-1000n, 2000n + 7000n + 6000n]);
      expect(decodeFrameRecord(await market.frameRecord(first + 1))).to.equal(undefined);
    });

    it("skips the steps into and out of an unpublished frame, cleared or missed", async () => {
      const { market, first } = await loadFixture(steps);
      await clear(market, first + 3);
      expect((await clear(market, first + 4)).pflW).to.equal(6000n);
      expect((await clear(market, first + 5)).pflW).to.equal(6000n);
      expect((await clear(market, first + 6)).pflW).to.equal(6000n);
      const missed = await loadFixture(steps);
      await clear(missed.market, first + 3);
      expect((await clear(missed.market, first + 5)).pflW).to.equal(6000n);
    });

    it("looks back no further than the market remembers", async () => {
      const { market, first } = await loadFixture(steps);
      await clear(market, first + 1);
      const far = first + 1 + 129;
      await goTo(far - 10);
      await publish(market, far - 1, 1, { baseLoadW: 700n });
      await publish(market, far, 1, { baseLoadW: 1000n });
      // Only the last step has both its ends.
      expect((await clear(market, far)).pflW).to.equal(2000n + 300n);
    });
  });

  describe("the event", () => {
    it("is the one the interface declares, with every fill", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await market.connect(a).place(bid(30n * PENNY, 1500n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
      await goTo(start + 1, -600);
      const tx = await market.clear(start + 1);
      const { words, pflW } = clearedOf(market, await tx.wait());
      await expect(tx)
        .to.emit(market, "FrameCleared")
        .withArgs(start + 1, 34_000n, pflW, words);
      expect(words).to.have.length(2);
      const receipt = await tx.wait();
      const log = nth(receipt?.logs ?? [], 0);
      expect(log.data).to.equal(
        market.interface.encodeEventLog("FrameCleared", [start + 1, 34_000n, pflW, words]).data,
      );
    });

    it("is emitted for an empty book too", async () => {
      const { market, start } = await loadFixture(fixture);
      await goTo(start + 1, -600);
      // Nothing was cleared before, so the published frame before this one makes the step: none at equal loads.
      await expect(market.clear(start + 1))
        .to.emit(market, "FrameCleared")
        .withArgs(start + 1, 33_000n, 0n, []);
      expect(decodeFrameRecord(await market.frameRecord(start + 1))).to.deep.equal({
        frame: start + 1,
        loadW: 33_000n,
        open: false,
      });
    });
  });
});
