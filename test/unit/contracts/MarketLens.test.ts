import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { MarketClient } from "../../../scripts/chain/marketClient";
import { decodeFill, type PackedFill } from "../../../scripts/chain/packedWords";
import { VERDICTS } from "../../../scripts/chain/verdicts";
import { Random } from "../../../scripts/core/random";
import { deployMarket, goTo, liveStates, nextFirstFrame } from "../../helpers/market";
import {
  ask,
  bid,
  clear,
  deployDirect,
  fields,
  fill,
  freshFrame,
  nth,
  PENNY,
  publish,
  settle,
  stranger,
  TARIFFS,
} from "./fixtures";
import { setting } from "./roundFixtures";

const F = 1800;

describe("MarketLens", () => {
  /** The specification's worked example, its four orders in the book of frame `start + 1`. */
  async function example() {
    const d = await deployDirect(4, { ratedW: 22_000, icebergPeakWh: 4000n });
    const { market, parameters } = d;
    const start = await freshFrame(market, parameters);
    const [a, b, c, e] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
    await market.connect(a).place(bid(14n * PENNY, 1500n, start + 9));
    await market.connect(b).place(bid(16n * PENNY, 6000n, start + 9, 2000n));
    await market.connect(c).place(ask(12n * PENNY, 1000n, start + 9));
    await market.connect(e).place(ask(15n * PENNY, 3000n, start + 9));
    return { ...d, start, a, b, c, e };
  }

  /** Four piles and an empty book; 33 kW of homes under 36 kW leave the grid 1500 Wh a frame. */
  async function empty() {
    const d = await deployDirect(4, { ratedW: 22_000, capacityW: 36_000n, maxWaitFrames: 2 });
    const start = await freshFrame(d.market, d.parameters);
    const [a, b, c, e] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
    const explain = async (pile: HardhatEthersSigner, frame = start + 1) => {
      const [verdict, filledWh] = await d.lens.explain(d.market, pile, frame);
      return [VERDICTS[Number(verdict)], filledWh];
    };
    return { ...d, start, a, b, c, e, explain };
  }

  describe("book", () => {
    it("shows the worked example, each side in order of priority", async () => {
      const { market, lens, start, a, b, c, e } = await loadFixture(example);
      const [bids, asks] = await lens.book(market, start + 1);
      const common = { firstFrame: BigInt(start + 1), expiryFrame: BigInt(start + 9), waitedFrames: 0n, timeRank: 1n };
      expect(bids.map(fields)).to.deep.equal([
        {
          ...common,
          account: b.address,
          pile: 2n,
          price: 16n * PENNY,
          displayedWh: 2000n,
          hiddenWh: 4000n,
          iceberg: true,
          priceRank: 1n,
          priority: 11n,
        },
        {
          ...common,
          account: a.address,
          pile: 1n,
          price: 14n * PENNY,
          displayedWh: 1500n,
          hiddenWh: 0n,
          iceberg: false,
          priceRank: 2n,
          priority: 21n,
        },
      ]);
      expect(asks.map(fields)).to.deep.equal([
        {
          ...common,
          account: c.address,
          pile: 3n,
          price: 12n * PENNY,
          displayedWh: 1000n,
          hiddenWh: 0n,
          iceberg: false,
          priceRank: 1n,
          priority: 11n,
        },
        {
          ...common,
          account: e.address,
          pile: 4n,
          price: 15n * PENNY,
          displayedWh: 3000n,
          hiddenWh: 0n,
          iceberg: false,
          priceRank: 2n,
          priority: 21n,
        },
      ]);
    });

    it("counts ranks densely and lets waiting tell", async () => {
      const { market, lens, start, a, b, c, e } = await loadFixture(empty);
      await market.connect(a).place(ask(13n * PENNY, 1000n, start + 9));
      await clear(market, start + 1);
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 9));
      await market.connect(c).place(ask(13n * PENNY, 1000n, start + 9));
      await market.connect(e).place(ask(20n * PENNY, 1000n, start + 9));
      const [, asks] = await lens.book(market, start + 2);
      expect(
        asks.map(({ pile, priceRank, timeRank, priority, waitedFrames }) => [
          pile,
          priceRank,
          timeRank,
          priority,
          waitedFrames,
        ]),
      ).to.deep.equal([
        [2n, 1n, 2n, 12n, 0n],
        [1n, 2n, 1n, 21n, 1n],
        [3n, 2n, 2n, 22n, 0n],
        [4n, 3n, 2n, 32n, 0n],
      ]);
    });

    it("holds those that take part: not yet begun, expired, suspended and cancelled ones are not in it", async () => {
      const { market, lens, start, a, b, c, e } = await loadFixture(empty);
      await market.connect(a).place(bid(PENNY, 1000n, start + 1));
      await market.connect(b).place(bid(PENNY, 1000n, start + 9));
      await market.connect(c).place(bid(PENNY, 1000n, start + 9));
      await market.setSuspended(c, true);
      await market.connect(e).place(bid(PENNY, 1000n, start + 9));
      await market.connect(e).cancel();
      const piles = async (frame: number) => (await lens.book(market, frame))[0].map(({ pile }) => pile);
      expect(await piles(start)).to.deep.equal([]);
      expect(await piles(start + 1)).to.deep.equal([1n, 2n]);
      expect(await piles(start + 2)).to.deep.equal([2n]);
      expect(await piles(start + 10)).to.deep.equal([]);
    });

    it("is empty for an empty market", async () => {
      const { market, lens, start } = await loadFixture(empty);
      expect(await lens.book(market, start + 1)).to.deep.equal([[], []]);
    });
  });

  describe("preview", () => {
    it("gives the trades of the worked example", async () => {
      const { market, lens, start } = await loadFixture(example);
      const [words, loadW] = await lens.preview(market, start + 1);
      expect(words.map(decodeFill)).to.deep.equal([fill(3, 2, 1000n, 140_000n), fill(4, 2, 1000n, 155_000n)]);
      expect(loadW).to.equal(33_000n);
    });

    it("is what clearing then does, over a day of random books", async () => {
      const d = await deployDirect(8, { ratedW: 9000, capacityW: 37_000n, maxWaitFrames: 2, wheelingCapPerKwh: PENNY });
      const { market, lens, parameters, piles } = d;
      const random = new Random(20_240_229).stream("preview");
      const start = await freshFrame(market, parameters, { wheelingPricePerKwh: PENNY });
      let fills = 0;
      let fromGrid = 0;
      for (let frame = start + 1; frame <= start + 14; frame++) {
        await time.increaseTo((frame - 1) * F + 60);
        const [live] = await liveStates(market);
        for (const [i, pile] of piles.entries()) {
          if (!random.chance(0.4)) continue;
          const price = BigInt(random.integer(8, 30)) * PENNY;
          const side = random.chance(0.6) ? bid : ask;
          const request = side(
            price,
            BigInt(random.integer(1, 7000)),
            Number(await nextFirstFrame(market)) + random.integer(0, 5),
            BigInt(random.pick([0, 0, 300, 1500])),
          );
          if (live.includes(BigInt(i + 1))) await market.connect(pile).replace(request);
          else await market.connect(pile).place(request);
        }
        await time.increaseTo(frame * F - 590);
        const [words, loadW] = await lens.preview(market, frame);
        const cleared = await clear(market, frame, { offset: -300 });
        expect([...words]).to.deep.equal(cleared.words);
        expect(loadW).to.equal(cleared.loadW);
        fills += cleared.fills.length;
        fromGrid += cleared.fills.filter(({ sell }) => sell === 0).length;
      }
      // The days were not idle.
      expect(fills).to.be.greaterThan(30);
      expect(fromGrid).to.be.greaterThan(5);
      expect(fromGrid).to.be.lessThan(fills);
    });

    it("is empty where nobody ordered, and the load is the base load", async () => {
      const { market, lens, start } = await loadFixture(empty);
      const [words, loadW] = await lens.preview(market, start + 1);
      expect([[...words], loadW]).to.deep.equal([[], 33_000n]);
    });

    it("asks nothing of the grid where the frame is unpublished", async () => {
      const { market, lens, start, a } = await loadFixture(empty);
      await market.connect(a).place(bid(30n * PENNY, 1000n, start + 97));
      const [words, loadW] = await lens.preview(market, start + 90);
      expect([[...words], loadW]).to.deep.equal([[], 0n]);
    });
  });

  describe("explain", () => {
    it("Filled and PartlyFilled, with the energy: by piles, by the grid, by both", async () => {
      const { market, start, a, b, c, e, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(25n * PENNY, 1000n, start + 9));
      await market.connect(b).place(bid(24n * PENNY, 3000n, start + 9));
      await market.connect(c).place(ask(23n * PENNY, 1200n, start + 9));
      await market.connect(e).place(ask(24n * PENNY, 1000n, start + 9, 300n));
      expect(await explain(a)).to.deep.equal(["Filled", 1000n]);
      // 200 from c, 300 of e's tranche, 1500 from the grid.
      expect(await explain(b)).to.deep.equal(["PartlyFilled", 2000n]);
      expect(await explain(c)).to.deep.equal(["Filled", 1200n]);
      expect(await explain(e)).to.deep.equal(["Filled", 300n]);
    });

    it("NoOrder: no pile, none placed, cancelled, dead", async () => {
      const { market, start, a, b, c, explain } = await loadFixture(empty);
      await market.connect(b).place(bid(25n * PENNY, 1000n, start + 9));
      await market.connect(b).cancel();
      await market.connect(c).place(bid(PENNY, 1000n, start + 1));
      await time.increaseTo((start + 1) * F);
      for (const account of [await stranger(), a, b, c]) expect(await explain(account)).to.deep.equal(["NoOrder", 0n]);
    });

    it("NotYet, Expired and Suspended", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(25n * PENNY, 1000n, start + 3));
      expect(await explain(a, start)).to.deep.equal(["NotYet", 0n]);
      expect(await explain(a, start + 1)).to.deep.equal(["Filled", 1000n]);
      expect(await explain(a, start + 3)).to.deep.equal(["Filled", 1000n]);
      expect(await explain(a, start + 4)).to.deep.equal(["Expired", 0n]);
      await market.connect(b).place(bid(25n * PENNY, 1000n, start + 3));
      await market.setSuspended(b, true);
      expect(await explain(b)).to.deep.equal(["Suspended", 0n]);
      expect(await explain(b, start + 9)).to.deep.equal(["Suspended", 0n]);
    });

    it("NoCounterparty and PriceDoesNotCross: of asks, which the grid never takes", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(ask(15n * PENNY, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["NoCounterparty", 0n]);
      await market.connect(b).place(bid(15n * PENNY - 1n, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["PriceDoesNotCross", 0n]);
      await market.connect(b).replace(bid(15n * PENNY, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["Filled", 1000n]);
    });

    it("BehindOthers: asks and bids whose price would do", async () => {
      const { market, start, a, b, c, e, explain } = await loadFixture(empty);
      await market.connect(a).place(ask(12n * PENNY, 1000n, start + 9));
      await market.connect(b).place(bid(15n * PENNY, 1000n, start + 9));
      await market.connect(c).place(ask(13n * PENNY, 1000n, start + 9));
      await market.connect(e).place(bid(14n * PENNY, 1000n, start + 9));
      expect(await explain(c)).to.deep.equal(["Filled", 1000n]);
      await market.connect(a).replace(ask(12n * PENNY, 2000n, start + 9));
      expect(await explain(c)).to.deep.equal(["BehindOthers", 0n]);
      await market.connect(a).cancel();
      await market.connect(c).replace(ask(13n * PENNY, 900n, start + 9));
      expect(await explain(b)).to.deep.equal(["PartlyFilled", 900n]);
      expect(await explain(e)).to.deep.equal(["BehindOthers", 0n]);
    });

    it("LeftToRound: icebergs that pay the tariff, with time for a round, and while one is open", async () => {
      const s = await setting();
      const { market, lens, frame } = s;
      const iceberg = nth(s.piles, 0);
      await market.connect(iceberg).place(bid(30n * PENNY, 6_000n, frame + 4));
      const explain = async () => VERDICTS[Number((await lens.explain(market, iceberg, frame + 1))[0])];
      expect(await explain()).to.equal("LeftToRound");
      await goTo(frame + 1, -600);
      await market.clear(frame + 1);
      // Too late for another round, but this one has it.
      await time.increaseTo((frame + 1) * F - 300);
      expect(await explain()).to.equal("LeftToRound");
    });

    it("Unpublished: bids that piles leave unserved", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(30n * PENNY, 1000n, start + 97));
      expect(await explain(a, start + 90)).to.deep.equal(["Unpublished", 0n]);
      await market.connect(b).place(ask(30n * PENNY, 400n, start + 97));
      expect(await explain(a, start + 90)).to.deep.equal(["PartlyFilled", 400n]);
    });

    it("LimitBelowTariff: bids that cross nobody and pay less than the grid asks, to the tick", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(20n * PENNY - 1n, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["LimitBelowTariff", 0n]);
      await market.connect(b).place(ask(20n * PENNY, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["LimitBelowTariff", 0n]);
      await market.connect(a).replace(bid(20n * PENNY, 1000n, start + 9));
      expect(await explain(a)).to.deep.equal(["Filled", 1000n]);
    });

    it("LeftToRound: an iceberg of a market with benefit rounds, due or not", async () => {
      const { market, lens, parameters, piles } = await deployMarket(1, { settlement: "benefit", maxWaitFrames: 0 });
      const start = await freshFrame(market, parameters);
      await market.connect(nth(piles, 0)).place(bid(30n * PENNY, 9_000n, start + 2));
      const [verdict, filledWh] = await lens.explain(market, nth(piles, 0), start + 1);
      expect([VERDICTS[Number(verdict)], filledWh]).to.deep.equal(["LeftToRound", 0n]);
    });

    it("IcebergWaits: until it waited long enough or has its last frame", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(30n * PENNY, 1500n, start + 9, 500n));
      await market.connect(b).place(bid(30n * PENNY, 1500n, start + 2, 500n));
      expect(await explain(a, start + 1)).to.deep.equal(["IcebergWaits", 0n]);
      expect(await explain(a, start + 2)).to.deep.equal(["IcebergWaits", 0n]);
      expect(await explain(a, start + 3)).to.deep.equal(["Filled", 500n]);
      expect(await explain(b, start + 1)).to.deep.equal(["IcebergWaits", 0n]);
      expect(await explain(b, start + 2)).to.deep.equal(["Filled", 500n]);
    });

    it("CapacityFull: bids that the transformer leaves nothing for", async () => {
      const { market, start, a, b, explain } = await loadFixture(empty);
      await market.connect(a).place(bid(25n * PENNY, 1500n, start + 9));
      await market.connect(b).place(bid(24n * PENNY, 1n, start + 9));
      expect(await explain(a)).to.deep.equal(["Filled", 1500n]);
      expect(await explain(b)).to.deep.equal(["CapacityFull", 0n]);
    });

    it("tells every order of the worked example what clearing then does to it", async () => {
      const { market, lens, start, a, b, c, e } = await loadFixture(example);
      const told: Record<string, unknown> = {};
      for (const [name, pile] of Object.entries({ a, b, c, e })) {
        const [verdict, filledWh] = await lens.explain(market, pile, start + 1);
        told[name] = [VERDICTS[Number(verdict)], filledWh];
      }
      expect(told).to.deep.equal({
        // C would do, but goes to B; D is too dear.
        a: ["BehindOthers", 0n],
        b: ["Filled", 2000n],
        c: ["Filled", 1000n],
        e: ["PartlyFilled", 1000n],
      });
      const { fills } = await clear(market, start + 1);
      const traded = (side: (one: PackedFill) => number, pile: number) =>
        fills.filter((one) => side(one) === pile).reduce((sum, { energyWh }) => sum + energyWh, 0n);
      expect([traded(({ buy }) => buy, 2), traded(({ sell }) => sell, 3), traded(({ sell }) => sell, 4)]).to.deep.equal(
        [2000n, 1000n, 1000n],
      );
    });

    it("knows every verdict of the contract by name and number", async () => {
      const { lens } = await loadFixture(empty);
      const output = lens.interface.getFunction("explain").outputs[0];
      expect(output?.type).to.equal("uint8");
      expect(VERDICTS).to.have.length(15);
    });
  });

  describe("upcomingFrame", () => {
    it("is the frame that is to be cleared next: the one after the running, or, once cleared, the one after that", async () => {
      const { market, lens, start } = await loadFixture(empty);
      expect(await lens.upcomingFrame(market)).to.equal(BigInt(start + 1));
      await time.increaseTo((start + 1) * F - 1);
      expect(await lens.upcomingFrame(market)).to.equal(BigInt(start + 1));
      await time.increaseTo((start + 1) * F);
      expect(await lens.upcomingFrame(market)).to.equal(BigInt(start + 2));
      await clear(market, start + 2);
      expect(await lens.upcomingFrame(market)).to.equal(BigInt(start + 3));
      await time.increaseTo((start + 2) * F);
      expect(await lens.upcomingFrame(market)).to.equal(BigInt(start + 3));
    });
  });

  describe("liveStates and nextFirstFrame", () => {
    it("are what the slots come to, before the gate closes, behind it, after the clearing and at the last frame's end", async () => {
      const { market, lens, start, a } = await loadFixture(example);
      await market.connect(a).cancel();
      await market.connect(a).place(bid(14n * PENNY, 1500n, start + 1));
      const seen: number[] = [];
      const look = async () => {
        expect(await lens.nextFirstFrame(market)).to.equal(await nextFirstFrame(market));
        const [piles, states] = await lens.liveStates(market);
        expect([[...piles], [...states]]).to.deep.equal(await liveStates(market));
        seen.push(piles.length);
      };
      await look();
      await time.increaseTo((start + 1) * F - 600);
      await look();
      await clear(market, start + 1, { offset: -500 });
      await look();
      await time.increaseTo((start + 9) * F);
      await look();
      expect(seen).to.deep.equal([4, 4, 2, 0]);
    });
  });

  it("counts an order in its last frame as live while a round may still fill it", async () => {
    const s = await loadFixture(setting);
    const { market, lens, frame } = s;
    await market.connect(nth(s.piles, 0)).place(bid(30n * PENNY, 6_000n, frame + 4));
    await market.connect(nth(s.piles, 1)).place(bid(30n * PENNY, 5_000n, frame + 1));
    await goTo(frame + 1, -600);
    await market.clear(frame + 1);
    const client = await MarketClient.connect(await market.getAddress(), ethers.provider);
    const live = async () => {
      const piles = (await lens.liveStates(market)).piles.map(Number);
      expect((await client.liveStates()).map(({ pile }) => pile)).to.deep.equal(piles);
      return piles;
    };
    expect(await live()).to.deep.equal([1, 2]);
    await time.increaseTo((frame + 1) * F);
    expect(await live()).to.deep.equal([1]);
  });

  describe("history", () => {
    it("tells cleared, missed, unpublished and future frames apart", async () => {
      const { market, lens, start, a, b } = await loadFixture(empty);
      await market.connect(a).place(bid(25n * PENNY, 1000n, start + 9));
      await market.connect(b).place(bid(30n * PENNY, 1500n, start + 9, 1000n));
      const first = await clear(market, start + 1);
      await clear(market, start + 3);
      await settle(market, start + 1, first.words, { offset: 2 * F });
      await goTo(start + 30);
      await clear(market, start + 40);
      const published = {
        published: true,
        baseLoadW: TARIFFS.baseLoadW,
        importPricePerKwh: TARIFFS.importPricePerKwh,
        exportPricePerKwh: TARIFFS.exportPricePerKwh,
        wheelingPricePerKwh: 0n,
      };
      const unpublished = {
        published: false,
        baseLoadW: 0n,
        importPricePerKwh: 0n,
        exportPricePerKwh: 0n,
        wheelingPricePerKwh: 0n,
      };
      const one = async (frame: number) => fields(nth(await lens.history(market, frame, 1), 0));
      const at = (frame: number, rest: object) => ({ frame: BigInt(frame), ...rest });
      expect(await one(start + 1)).to.deep.equal(
        at(start + 1, { ...published, cleared: true, loadW: 35_000n, unsettled: false }),
      );
      expect(await one(start + 2)).to.deep.equal(
        at(start + 2, { ...published, cleared: false, loadW: 33_000n, unsettled: false }),
      );
      expect(await one(start + 3)).to.deep.equal(
        at(start + 3, { ...published, cleared: true, loadW: 35_000n, unsettled: true }),
      );
      expect(await one(start + 39)).to.deep.equal(
        at(start + 39, { ...unpublished, cleared: false, loadW: 0n, unsettled: false }),
      );
      expect(await one(start + 40)).to.deep.equal(
        at(start + 40, { ...unpublished, cleared: true, loadW: 0n, unsettled: false }),
      );
      const all = await lens.history(market, start, 42);
      expect(all.map(({ frame }) => Number(frame))).to.deep.equal(Array.from({ length: 42 }, (_, i) => start + i));
      expect(all.filter(({ cleared }) => cleared).map(({ frame }) => Number(frame) - start)).to.deep.equal([1, 3, 40]);
      expect(await lens.history(market, start, 0)).to.deep.equal([]);
    });

    it("shows tariffs in money, not ticks, and negative loads", async () => {
      const { market, lens, parameters } = await deployDirect(0, { tickSize: 100n, wheelingCapPerKwh: PENNY });
      const start = await freshFrame(market, parameters);
      await publish(market, start + 30, 1, { baseLoadW: -5000n, wheelingPricePerKwh: PENNY });
      const [frame] = await lens.history(market, start + 30, 1);
      expect(fields(frame)).to.deep.include({
        baseLoadW: -5000n,
        importPricePerKwh: 20n * PENNY,
        exportPricePerKwh: 5n * PENNY,
        wheelingPricePerKwh: PENNY,
        loadW: -5000n,
      });
    });
  });
});
