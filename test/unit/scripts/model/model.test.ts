import { expect } from "chai";

import { MarketModel } from "../../../../scripts/model/model";
import { withDefaults } from "../../../../scripts/core/parameters";
import type { MarketParameters, Publication } from "../../../../scripts/core/types";
import { ask, at, bid, expectConserved, expectRefusal, inWindow, market, PARAMETERS, PUBLICATION } from "./fixtures";

const MAX_24 = 2n ** 24n - 1n;

/** Above the tariff of the fixtures. */
const DEAR = 300_000n;

describe("MarketModel", () => {
  describe("the worked example of SPEC 3", () => {
    function example(): MarketModel {
      const model = market();
      model.place("A", bid(140_000n, 1500n, 20), at(6));
      model.place("B", bid(160_000n, 6000n, 20, 2000n), at(6));
      model.place("C", ask(120_000n, 1000n, 20), at(6));
      model.place("D", ask(150_000n, 3000n, 20), at(6));
      return model;
    }

    it("ranks B first and shows its peak", () => {
      const { bids, asks } = example().book(7);
      expect(bids).to.deep.equal([
        {
          pile: "B",
          side: "charge",
          price: 160_000n,
          displayedWh: 2000n,
          hiddenWh: 4000n,
          waitedFrames: 0,
          priceRank: 1,
          timeRank: 1,
          priority: 11,
        },
        {
          pile: "A",
          side: "charge",
          price: 140_000n,
          displayedWh: 1500n,
          hiddenWh: 0n,
          waitedFrames: 0,
          priceRank: 2,
          timeRank: 1,
          priority: 21,
        },
      ]);
      expect(asks.map(({ pile, priority }) => [pile, priority])).to.deep.equal([
        ["C", 11],
        ["D", 21],
      ]);
    });

    it("makes two trades, lets A wait and fills nothing from the grid", () => {
      const model = example();
      expect(model.clear(7, inWindow(7))).to.deep.equal({
        frame: 7,
        trades: [
          { sell: "C", buy: "B", price: 140_000n, energyWh: 1000n },
          { sell: "D", buy: "B", price: 155_000n, energyWh: 1000n },
        ],
        grid: [],
        loadW: 33_000n,
        pflW: 0n,
      });
      const left = ["A", "B", "C", "D"].map((id) => model.order(id, inWindow(7))?.remainingWh);
      expect(left).to.deep.equal([1500n, 4000n, undefined, 2000n]);
    });

    it("moves the money of the two trades and pays it out after delivery", () => {
      const model = example();
      model.clear(7, inWindow(7));
      expect(model.inDelivery).to.equal(140_000n + 155_000n);
      expect(model.lockedBalance("B", inWindow(7))).to.equal(640_000n);
      const before = model.freeBalance("D", inWindow(7));
      model.settle(7, at(8));
      expect(model.freeBalance("D", at(8)) - before).to.equal(155_000n);
      expect(model.inDelivery).to.equal(0n);
      expect(model.gridBalance).to.equal(0n);
      expectConserved(model, at(8));
    });
  });

  describe("parameters", () => {
    it("refuses what is no market", () => {
      for (const wrong of [
        { auctionSeconds: 1800 },
        { auctionSeconds: 0 },
        { tickSize: 0n },
        { minEnergyWh: 0n },
        { icebergPeakWh: 0n },
        { priceWeight: -1 },
        { maxWaitFrames: 1.5 },
        { capacityW: -1n },
        { importCapPerKwh: -1n },
        { cancelPricePerKwh: -1n },
        { keeperReward: -1n },
      ]) {
        expect(() => new MarketModel({ ...PARAMETERS, ...wrong }), Object.keys(wrong)[0]).to.throw(RangeError);
      }
    });

    it("refuses what would be useless or unsafe, and says which and why", () => {
      const rounds = { settlement: "benefit" } as const;
      const cases: [Partial<MarketParameters>, Partial<MarketParameters>, string][] = [
        [{ leadFrames: 0 }, { leadFrames: 1 }, "leadFrames must be a whole number of at least 1"],
        [{ ...rounds, finaliseSeconds: 0 }, { finaliseSeconds: 0 }, "no winner could be executed"],
        [{ ...rounds, roundSeconds: 241 }, { ...rounds, roundSeconds: 240 }, "602 s, more than the auctionSeconds 600"],
        [{ minCredit: 5_001n }, { minCredit: 5_000n }, "nobody can begin"],
        [
          { matching: "credit" },
          { matching: "credit", readingSeconds: 1, breach: "counterparty" },
          "needs readingSeconds",
        ],
        [
          { readingSeconds: 1, bondPricePerKwh: 999_999n },
          { readingSeconds: 1, bondPricePerKwh: 1_000_000n },
          "bondPricePerKwh 999999 must be at least importCapPerKwh 1000000",
        ],
        [{ readingSeconds: 1 }, { readingSeconds: 1, importCapPerKwh: 0n }, "so that bonds cover any breach"],
      ];
      for (const [wrong, right, reason] of cases) {
        expect(() => new MarketModel({ ...PARAMETERS, ...wrong })).to.throw(RangeError, reason);
        expect(() => new MarketModel({ ...PARAMETERS, ...right })).not.to.throw();
      }
    });

    it("gives the default market a bond where it needs one", () => {
      expect(withDefaults().bondPricePerKwh).to.equal(0n);
      expect(withDefaults({ readingSeconds: 600 }).bondPricePerKwh).to.equal(1_000_000n);
      expect(withDefaults({ readingSeconds: 600, importCapPerKwh: 7n })).to.include({
        bondPricePerKwh: 7n,
        frameSeconds: 1800,
      });
      expect(withDefaults({ readingSeconds: 600, breach: "counterparty" }).bondPricePerKwh).to.equal(0n);
      expect(withDefaults({ readingSeconds: 600, bondPricePerKwh: 5n }).bondPricePerKwh).to.equal(5n);
      expect(() => new MarketModel(withDefaults({ readingSeconds: 600, settlement: "benefit" }))).not.to.throw();
    });

    it("does not let the clock run back", () => {
      const model = market();
      model.place("A", bid(1n, 1n, 10), at(6));
      expect(() => model.cancel("A", at(6) - 1)).to.throw(RangeError, "cannot run back");
      expect(() => model.cancel("A", at(6) + 0.5)).to.throw(RangeError);
    });
  });

  describe("piles and balances", () => {
    it("registers once", () => {
      expectRefusal("AlreadyRegistered", () => market().registerPile("A", 1n));
    });

    it("knows nobody unregistered", () => {
      const model = market();
      for (const call of [
        () => model.deposit("X", 1n),
        () => model.withdraw("X", 1n),
        () => model.setSuspended("X", true),
        () => model.place("X", bid(0n, 0n, 0), at(6)),
        () => model.replace("X", bid(0n, 0n, 0), at(6)),
        () => model.cancel("X", at(6)),
        () => model.order("X", at(6)),
        () => model.freeBalance("X", at(6)),
        () => model.lockedBalance("X"),
      ]) {
        expectRefusal("NotRegistered", call);
      }
    });

    it("pays out what is free and no more", () => {
      const model = market({}, []);
      model.registerPile("A", 22_000n, { balance: 100n });
      model.deposit("A", 50n);
      model.place("A", bid(1001n, 100n, 10), at(6)); // locks ceil(100.1)
      expect(model.lockedBalance("A")).to.equal(101n);
      const refusal = expectRefusal("InsufficientBalance", () => model.withdraw("A", 50n, at(6)));
      expect(refusal.details).to.deep.equal({ pile: "A", needed: 50n, free: 49n });
      expect(refusal.message).to.equal("InsufficientBalance: pile A, needed 50, free 49");
      model.withdraw("A", 49n, at(6));
      expect(model.freeBalance("A", at(6))).to.equal(0n);
      expectConserved(model, at(6));
    });

    it("frees the lock of an expired order without anyone's help", () => {
      const model = market({}, []);
      model.registerPile("A", 22_000n, { balance: 100n });
      model.place("A", bid(1000n, 100n, 7), at(6));
      expect([model.freeBalance("A", at(7) - 1), model.lockedBalance("A", at(7) - 1)]).to.deep.equal([0n, 100n]);
      expect([model.freeBalance("A", at(7)), model.lockedBalance("A", at(7))]).to.deep.equal([100n, 0n]);
      expectConserved(model, at(7));
      model.withdraw("A", 100n, at(7));
      expectConserved(model, at(7));
    });

    it("refuses negative amounts as misuse", () => {
      expect(() => market().deposit("A", -1n)).to.throw(RangeError);
      expect(() => market().withdraw("A", -1n)).to.throw(RangeError);
    });
  });

  describe("publication", () => {
    const bare = () =>
      new MarketModel({ ...PARAMETERS, tickSize: 10n, wheelingCapPerKwh: 100n, importCapPerKwh: 10n ** 9n });
    const tariffs = (overrides: Partial<Publication> = {}): Publication => ({ ...PUBLICATION, ...overrides });

    it("is accepted until leadFrames before the window opens", () => {
      bare().publish(10, tariffs(), inWindow(8));
      expectRefusal("PublishedTooLate", () => bare().publish(10, tariffs(), inWindow(8, 1)));
    });

    it("is made once", () => {
      const model = bare();
      model.publish(10, tariffs(), at(6));
      expectRefusal("FrameAlreadyPublished", () => model.publish(10, tariffs(), at(6)));
      // Also where it would be too late anyhow.
      expectRefusal("FrameAlreadyPublished", () => model.publish(10, tariffs(), at(12)));
    });

    it("is made at most 96 frames ahead", () => {
      bare().publish(102, tariffs(), at(6, 1799));
      expectRefusal("PublishedTooEarly", () => bare().publish(103, tariffs(), at(6, 1799)));
    });

    it("keeps the import tariff under its cap, and the export tariff under the import tariff", () => {
      const capped = () => new MarketModel({ ...PARAMETERS, importCapPerKwh: 200_000n, wheelingCapPerKwh: 100n });
      capped().publish(10, tariffs({ importPricePerKwh: 200_000n, exportPricePerKwh: 200_000n }), at(6));
      const above = tariffs({ importPricePerKwh: 200_001n, exportPricePerKwh: 200_002n });
      expectRefusal("WheelingAboveCap", () => capped().publish(10, { ...above, wheelingPricePerKwh: 101n }, at(6)));
      expectRefusal("ImportAboveCap", () => capped().publish(10, above, at(6)));
      expectRefusal("ExportAboveImport", () => capped().publish(10, tariffs({ exportPricePerKwh: 200_001n }), at(6)));
      const free = new MarketModel({ ...PARAMETERS, importCapPerKwh: 0n });
      free.publish(10, tariffs({ importPricePerKwh: 0n, exportPricePerKwh: 0n }), at(6));
    });

    it("keeps to tick, cap and range", () => {
      for (const tariff of ["importPricePerKwh", "exportPricePerKwh", "wheelingPricePerKwh"]) {
        expectRefusal("TariffOffTick", () =>
          bare().publish(10, tariffs({ exportPricePerKwh: 0n, [tariff]: 15n }), at(6)),
        );
      }
      expectRefusal("WheelingAboveCap", () => bare().publish(10, tariffs({ wheelingPricePerKwh: 110n }), at(6)));
      bare().publish(
        10,
        tariffs({ importPricePerKwh: MAX_24 * 10n, exportPricePerKwh: 0n, wheelingPricePerKwh: 100n }),
        at(6),
      );
      const tooMuch = (MAX_24 + 1n) * 10n;
      expectRefusal("TariffOutOfRange", () => bare().publish(10, tariffs({ importPricePerKwh: tooMuch }), at(6)));
      expectRefusal("TariffOutOfRange", () =>
        bare().publish(10, tariffs({ importPricePerKwh: tooMuch, exportPricePerKwh: tooMuch }), at(6)),
      );
    });
  });

  describe("placing", () => {
    it("is checked in a fixed order", () => {
      const overrides = { tickSize: 10n, minEnergyWh: 100n };
      const model = market(overrides, ["A"], () => undefined);
      model.registerPile("poor", 22_000n);
      const late = at(6) + 600;
      const max = MAX_24 * 10n;
      model.setSuspended("A", true);
      expectRefusal("PileSuspended", () => model.place("A", bid(0n, 0n, 0), late));
      model.setSuspended("A", false);
      expectRefusal("PriceOutOfRange", () => model.place("A", bid(0n, 0n, 0), late));
      expectRefusal("PriceOutOfRange", () => model.place("A", bid(max + 10n, 0n, 0), late));
      expectRefusal("PriceOffTick", () => model.place("A", bid(max - 1n, 0n, 0), late));
      expectRefusal("EnergyBelowMinimum", () => model.place("A", bid(max, 99n, 0), late));
      expectRefusal("EnergyAboveMaximum", () => model.place("A", bid(max, MAX_24 + 1n, 0), late));
      expectRefusal("ExpiryOutOfRange", () => model.place("A", bid(max, MAX_24, 6), late));
      model.place("A", ask(max, MAX_24, 7), late);
      expectRefusal("LiveOrderExists", () => model.place("A", bid(max, MAX_24, 7), late));
      expectRefusal("InsufficientBalance", () => model.place("poor", bid(max, MAX_24, 7), late));
    });

    it("joins the next window that has not opened", () => {
      const firstFrame = (seconds: number) => {
        const model = market();
        model.place("A", bid(1n, 1n, 20), seconds);
        return model.order("A", seconds)?.firstFrame;
      };
      expect(firstFrame(at(6))).to.equal(7);
      expect(firstFrame(inWindow(7, -1))).to.equal(7);
      expect(firstFrame(inWindow(7))).to.equal(8);
      expect(firstFrame(at(7, -1))).to.equal(8);
    });

    it("may last until 96 frames after its first", () => {
      market().place("A", bid(1n, 1n, 7), at(6));
      market().place("A", bid(1n, 1n, 103), at(6));
      expectRefusal("ExpiryOutOfRange", () => market().place("A", bid(1n, 1n, 104), at(6)));
      expectRefusal("ExpiryOutOfRange", () => market().place("A", bid(1n, 1n, 7), inWindow(7)));
      market().place("A", bid(1n, 1n, 104), inWindow(7));
    });

    it("locks for limit and wheeling cap, or a bond, rounded up", () => {
      const model = market({ wheelingCapPerKwh: 3n, bondPricePerKwh: 7n });
      model.place("A", bid(998n, 1501n, 20), at(6));
      model.place("B", ask(998n, 1501n, 20), at(6));
      expect(model.lockedBalance("A")).to.equal(1503n); // 1001 * 1501 / 1000 = 1502.501
      expect(model.lockedBalance("B")).to.equal(11n); // 7 * 1501 / 1000 = 10.507
    });

    it("numbers placements throughout the market, refused ones not", () => {
      const model = market();
      model.place("B", bid(1n, 1n, 20), at(6));
      expectRefusal("LiveOrderExists", () => model.place("B", bid(1n, 1n, 20), at(6)));
      model.place("A", ask(1n, 1n, 20), at(6));
      expect(model.order("A", at(6))!.sequence - model.order("B", at(6))!.sequence).to.equal(1n);
    });
  });

  describe("kinds of order", () => {
    const kind = (energyWh: bigint, peakWh: bigint, ratedW = 22_000n, overrides = {}) => {
      const model = new MarketModel({ ...PARAMETERS, icebergPeakWh: 2000n, ...overrides });
      model.registerPile("A", ratedW);
      model.place("A", ask(100n, energyWh, 20, peakWh), at(6));
      const { iceberg, peakWh: peak } = model.order("A", at(6))!;
      return [iceberg, peak];
    };

    it("is normal up to the threshold, shown whole", () => {
      expect(kind(4000n, 0n)).to.deep.equal([false, 4000n]);
    });
    it("is an iceberg above the threshold, with the market's peak", () => {
      expect(kind(4001n, 0n)).to.deep.equal([true, 2000n]);
    });
    it("is an iceberg if the pile cannot move it in a frame, with what it can", () => {
      expect(kind(1851n, 0n, 3_701n)).to.deep.equal([true, 1850n]);
      expect(kind(1850n, 0n, 3_701n)).to.deep.equal([false, 1850n]);
    });
    it("is an iceberg if it names a peak below its quantity", () => {
      expect(kind(1500n, 500n)).to.deep.equal([true, 500n]);
      expect(kind(3500n, 3000n)).to.deep.equal([true, 2000n]);
    });
    it("is normal if the peak it names hides nothing", () => {
      expect(kind(1500n, 1500n)).to.deep.equal([false, 1500n]);
      expect(kind(1500n, 1501n)).to.deep.equal([false, 1500n]);
    });
    it("is normal without patience, and shows what an iceberg would", () => {
      const model = market({ icebergPeakWh: 2000n });
      model.place("A", bid(DEAR, 9000n, 7), at(6));
      model.place("B", bid(DEAR, 9000n, 7, 700n), at(6));
      model.place("C", bid(DEAR, 3000n, 7), at(6));
      model.place("D", bid(DEAR, 9000n, 8), at(6));
      const seen = ["A", "B", "C", "D"].map((id) => model.order(id, at(6))!).map((o) => [o.iceberg, o.peakWh]);
      expect(seen).to.deep.equal([
        [false, 2000n],
        [false, 700n],
        [false, 3000n],
        [true, 2000n],
      ]);
      const shown = model.book(7).bids.map(({ displayedWh, hiddenWh }) => [displayedWh, hiddenWh]);
      expect(shown).to.deep.equal([
        [2000n, 7000n],
        [700n, 8300n],
        [3000n, 0n],
        [2000n, 7000n],
      ]);
      // D waits for a seller; the others have no other frame.
      expect(model.clear(7, inWindow(7)).grid.map(({ pile, energyWh }) => [pile, energyWh])).to.deep.equal([
        ["A", 2000n],
        ["B", 700n],
        ["C", 3000n],
      ]);
    });
    it("takes the smallest of the three peaks", () => {
      expect(kind(9000n, 700n, 1_000n)).to.deep.equal([true, 500n]);
      expect(kind(9000n, 9500n)).to.deep.equal([true, 2000n]);
    });
    it("keeps its kind when little is left", () => {
      const model = market({ icebergPeakWh: 2000n });
      model.place("A", bid(100n, 5000n, 20), at(6));
      model.place("B", ask(100n, 2000n, 20), at(6));
      model.clear(7, inWindow(7));
      expect(model.order("A", inWindow(7))).to.include({ iceberg: true, peakWh: 2000n, remainingWh: 3000n });
      model.place("B", ask(100n, 2000n, 20), at(7));
      model.clear(8, inWindow(8));
      expect(model.book(9).bids[0]).to.include({ displayedWh: 1000n, hiddenWh: 0n });
      // Normal by now it would be filled from the grid at once, had it not stayed an iceberg.
      expect(model.clear(9, inWindow(9)).grid).to.deep.equal([]);
    });
  });

  describe("ranking [T 4.14]", () => {
    it("ranks densely, the highest bid and the lowest ask first", () => {
      const model = market({}, ["A", "B", "C", "D", "E", "F"]);
      model.place("A", bid(100n, 1n, 20), at(6));
      model.place("B", bid(300n, 1n, 20), at(6));
      model.place("C", bid(300n, 1n, 20), at(6));
      model.place("D", ask(900n, 1n, 20), at(6));
      model.place("E", ask(700n, 1n, 20), at(6));
      model.place("F", ask(800n, 1n, 20), at(6));
      const ranks = (side: "bids" | "asks") => model.book(7)[side].map(({ pile, priceRank }) => `${pile}${priceRank}`);
      expect(ranks("bids")).to.deep.equal(["B1", "C1", "A2"]);
      expect(ranks("asks")).to.deep.equal(["E1", "F2", "D3"]);
    });

    it("ranks waiting densely, whatever the gaps, and weighs it by timeWeight", () => {
      const model = market({ priceWeight: 1, timeWeight: 1 });
      model.place("A", bid(100n, 1n, 40), at(6));
      model.place("B", bid(200n, 1n, 40), at(7));
      model.place("C", bid(300n, 1n, 40), at(19));
      model.place("D", bid(300n, 1n, 40), at(19));
      const lines = model.book(21).bids.map((e) => [e.pile, e.waitedFrames, e.priceRank, e.timeRank, e.priority]);
      expect(lines).to.deep.equal([
        ["A", 14, 3, 1, 4],
        ["B", 13, 2, 2, 4],
        ["C", 1, 1, 3, 4],
        ["D", 1, 1, 3, 4],
      ]);
    });

    it("lets a long wait outweigh a price only where timeWeight says so", () => {
      const first = (priceWeight: number, timeWeight: number) => {
        const model = market({ priceWeight, timeWeight });
        model.place("A", bid(100n, 1n, 40), at(6));
        model.place("B", bid(200n, 1n, 40), at(8));
        return model.book(9).bids[0]?.pile;
      };
      expect(first(10, 1)).to.equal("B");
      expect(first(1, 10)).to.equal("A");
      expect(first(2, 3)).to.equal("A");
      expect(first(1, 1)).to.equal("A"); // a tie, by placement
    });

    it("breaks ties by placement, which a replacement renews", () => {
      const model = market();
      model.place("A", bid(100n, 1n, 40), at(6));
      model.place("B", bid(100n, 1n, 40), at(6));
      model.replace("A", bid(100n, 1n, 40), at(6));
      expect(model.book(7).bids.map(({ pile }) => pile)).to.deep.equal(["B", "A"]);
    });

    it("leaves out what has not begun, has expired or is suspended, also from the ranks", () => {
      const model = market();
      model.place("A", bid(400n, 1n, 7), at(6));
      model.place("B", bid(300n, 1n, 40), at(6));
      model.place("C", bid(200n, 1n, 40), inWindow(7));
      model.place("D", bid(100n, 1n, 40), inWindow(7));
      model.setSuspended("B", true);
      const book = (frame: number) => model.book(frame).bids.map(({ pile, priceRank }) => `${pile}${priceRank}`);
      expect(book(7)).to.deep.equal(["A1"]);
      expect(book(8)).to.deep.equal(["C1", "D2"]);
    });
  });

  describe("matching [T Table 4-B]", () => {
    it("trades at the midpoint, rounded down", () => {
      const model = market();
      model.place("A", bid(104n, 10n, 20), at(6));
      model.place("B", ask(101n, 10n, 20), at(6));
      expect(model.clear(7, inWindow(7)).trades).to.deep.equal([{ sell: "B", buy: "A", price: 102n, energyWh: 10n }]);
    });

    it("trades at equal prices and not below", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 20), at(6));
      model.place("B", ask(100n, 3n, 20), at(6));
      model.place("C", ask(101n, 9n, 20), at(6));
      expect(model.clear(7, inWindow(7)).trades).to.deep.equal([{ sell: "B", buy: "A", price: 100n, energyWh: 3n }]);
    });

    it("follows priority, not price alone", () => {
      const model = market({ priceWeight: 1, timeWeight: 10 });
      model.place("A", bid(100n, 5n, 40), at(6));
      model.place("B", bid(200n, 5n, 40), at(8));
      model.place("C", ask(100n, 7n, 40), at(8));
      expect(model.clear(9, inWindow(9)).trades).to.deep.equal([
        { sell: "C", buy: "A", price: 100n, energyWh: 5n },
        { sell: "C", buy: "B", price: 150n, energyWh: 2n },
      ]);
    });

    it("shows icebergs on both sides tranche by tranche, a tranche a frame", () => {
      const model = market({ icebergPeakWh: 2000n });
      model.place("A", bid(100n, 5000n, 40), at(6));
      model.place("B", ask(100n, 9000n, 40, 1500n), at(6));
      const traded = [7, 8, 9, 10].map((frame) => model.clear(frame, inWindow(frame)).trades.map((t) => t.energyWh));
      expect(traded).to.deep.equal([[1500n], [1500n], [1500n], [500n]]);
      expect(model.order("A", inWindow(10))).to.equal(undefined);
      expect(model.order("B", inWindow(10))?.remainingWh).to.equal(4000n);
    });

    it("never trades a pile with itself, as it has one order, and not an order placed in the window", () => {
      const model = market();
      model.place("A", bid(100n, 5n, 40), at(6));
      model.place("B", ask(100n, 5n, 40), inWindow(7));
      expect(model.clear(7, inWindow(7)).trades).to.deep.equal([]);
      expect(model.clear(8, inWindow(8)).trades).to.have.length(1);
    });
  });

  describe("shortage", () => {
    it("fills the rest of a normal bid at the tariff", () => {
      const model = market();
      model.place("A", bid(DEAR, 3000n, 20), at(6));
      model.place("B", ask(100_000n, 1000n, 20), at(6));
      const outcome = model.clear(7, inWindow(7));
      expect(outcome.trades).to.deep.equal([{ sell: "B", buy: "A", price: 200_000n, energyWh: 1000n }]);
      expect(outcome.grid).to.deep.equal([{ pile: "A", side: "charge", price: 200_000n, energyWh: 2000n }]);
      expect(outcome.loadW).to.equal(37_000n);
      expect(model.order("A", inWindow(7))).to.equal(undefined);
    });

    it("fills at a limit equal to the tariff and never above the limit", () => {
      const model = market();
      model.place("A", bid(200_000n, 10n, 20), at(6));
      model.place("B", bid(199_999n, 10n, 20), at(6));
      expect(model.clear(7, inWindow(7)).grid.map(({ pile }) => pile)).to.deep.equal(["A"]);
      expect(model.order("B", inWindow(7))?.remainingWh).to.equal(10n);
    });

    it("lets an iceberg wait WT_max frames, then fills a tranche a frame", () => {
      const model = market({ icebergPeakWh: 2000n, maxWaitFrames: 2 });
      model.place("A", bid(DEAR, 5000n, 40), at(6));
      const filled = [7, 8, 9, 10, 11, 12].map((f) => model.clear(f, inWindow(f)).grid.map((g) => g.energyWh));
      expect(filled).to.deep.equal([[], [], [2000n], [2000n], [1000n], []]);
    });

    it("counts frames waited, cleared or not", () => {
      const model = market({ maxWaitFrames: 2 });
      model.place("A", bid(DEAR, 5000n, 40), at(6));
      expect(model.clear(9, inWindow(9)).grid).to.have.length(1);
    });

    it("fills an iceberg's tranche in its last frame, and drops the rest", () => {
      const model = market({ icebergPeakWh: 2000n });
      model.place("A", bid(DEAR, 5000n, 8), at(6));
      expect(model.clear(7, inWindow(7)).grid).to.deep.equal([]);
      expect(model.clear(8, inWindow(8)).grid.map((g) => g.energyWh)).to.deep.equal([2000n]);
      expect(model.order("A", inWindow(8))).to.equal(undefined);
      expect(model.lockedBalance("A", inWindow(8))).to.equal(0n);
      expectConserved(model, inWindow(8));
    });

    it("does not wait where WT_max is 0", () => {
      const model = market({ icebergPeakWh: 2000n, maxWaitFrames: 0 });
      model.place("A", bid(DEAR, 5000n, 40), at(6));
      expect(model.clear(7, inWindow(7)).grid.map((g) => g.energyWh)).to.deep.equal([2000n]);
    });

    it("fills what fits under capacity in order of f, the next order tried with what is left", () => {
      // (40 000 - 1 000 - 33 000) W for half an hour is 3000 Wh.
      const model = market({ capacityW: 40_000n, lossAllowanceW: 1_000n });
      model.place("A", bid(DEAR, 2000n, 20), at(6));
      model.place("B", bid(DEAR + 1n, 1600n, 20), at(6));
      model.place("C", bid(DEAR, 10n, 20), at(6));
      const outcome = model.clear(7, inWindow(7));
      expect(outcome.grid.map((g) => [g.pile, g.energyWh])).to.deep.equal([
        ["B", 1600n],
        ["A", 1400n],
      ]);
      expect(outcome.loadW).to.equal(39_000n);
      expect(model.order("A", inWindow(7))?.remainingWh).to.equal(600n);
    });

    it("fills nothing where the homes alone exceed capacity, and more where they feed in", () => {
      const filled = (baseLoadW: bigint) => {
        const model = market({ capacityW: 1_001n, icebergThresholdWh: 100_000n }, ["A"], { ...PUBLICATION, baseLoadW });
        model.place("A", bid(DEAR, 10_000n, 20), at(6));
        return model.clear(7, inWindow(7));
      };
      expect(filled(1_002n).grid).to.deep.equal([]);
      expect(filled(1_002n).loadW).to.equal(1_002n);
      expect(filled(1_000n).grid).to.deep.equal([]); // 1 W for half an hour is half a Wh
      expect(filled(0n).grid.map((g) => g.energyWh)).to.deep.equal([500n]);
      expect(filled(-1_000n).grid.map((g) => g.energyWh)).to.deep.equal([1000n]);
      expect(filled(-1_000n).loadW).to.equal(1_000n);
    });

    it("rounds power away from zero", () => {
      const model = market({ frameSeconds: 1700 });
      model.publish(65, PUBLICATION, 0);
      model.place("A", bid(DEAR, 1n, 65), 64 * 1700);
      expect(model.clear(65, 65 * 1700 - 1).loadW).to.equal(33_003n); // 3600 / 1700 = 2.1
    });

    it("fills nothing from the grid without publication, but matches", () => {
      const model = market({}, ["A", "B"], () => undefined);
      model.place("A", bid(DEAR, 1500n, 20), at(6));
      model.place("B", ask(100_000n, 1000n, 20), at(6));
      const outcome = model.clear(7, inWindow(7));
      expect(outcome.trades).to.have.length(1);
      expect(outcome.grid).to.deep.equal([]);
      expect([outcome.loadW, outcome.pflW]).to.deep.equal([0n, 0n]);
    });

    it("leaves unmatched asks with their waiting time", () => {
      const model = market();
      model.place("A", ask(100n, 1000n, 20), at(6));
      model.clear(7, inWindow(7));
      model.clear(8, inWindow(8));
      expect(model.book(9).asks[0]).to.include({ pile: "A", waitedFrames: 2, displayedWh: 1000n });
    });
  });

  describe("expiry and suspension", () => {
    it("an order dies as its last frame is cleared", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 8), at(6));
      model.clear(7, inWindow(7));
      expect(model.order("A", inWindow(8) - 1)).not.to.equal(undefined);
      model.clear(8, inWindow(8));
      expect(model.order("A", inWindow(8))).to.equal(undefined);
      model.place("A", bid(100n, 10n, 9), inWindow(8));
    });

    it("an order dies as its last frame begins, if nobody clears it", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 8), at(6));
      expect(model.order("A", at(8) - 1)).not.to.equal(undefined);
      expect(model.order("A", at(8))).to.equal(undefined);
      expectRefusal("NoLiveOrder", () => model.cancel("A", at(8)));
      expectRefusal("NoLiveOrder", () => model.replace("A", bid(100n, 10n, 20), at(8)));
      model.place("A", bid(100n, 10n, 20), at(8));
      expectConserved(model, at(8));
    });

    it("a suspended pile places nothing, and its order leaves at the clearing without taking part", () => {
      const model = market();
      model.place("A", bid(DEAR, 10n, 20), at(6));
      model.place("B", bid(DEAR, 10n, 20), inWindow(7)); // for frame 8
      model.setSuspended("A", true);
      model.setSuspended("B", true);
      expect(model.order("A", inWindow(7))).not.to.equal(undefined);
      expectRefusal("PileSuspended", () => model.replace("B", bid(1n, 1n, 20), inWindow(7)));
      expect(model.clear(7, inWindow(7)).grid).to.deep.equal([]);
      for (const id of ["A", "B"]) {
        expect(model.order(id, inWindow(7))).to.equal(undefined);
        expect(model.lockedBalance(id)).to.equal(0n);
      }
      expectRefusal("PileSuspended", () => model.place("A", bid(1n, 1n, 20), inWindow(7)));
      model.setSuspended("A", false);
      model.place("A", bid(1n, 1n, 20), inWindow(7));
    });

    it("a suspended pile may cancel; readmitted in time it takes part", () => {
      const model = market();
      model.place("A", bid(DEAR, 10n, 20), at(6));
      model.place("B", bid(DEAR, 10n, 20), at(6));
      model.setSuspended("A", true);
      model.setSuspended("B", true);
      model.cancel("A", at(6));
      model.setSuspended("B", false);
      expect(model.clear(7, inWindow(7)).grid.map(({ pile }) => pile)).to.deep.equal(["B"]);
    });
  });

  describe("gate closure", () => {
    it("holds what takes part from the opening of the window until it is cleared", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 20), at(6));
      model.place("B", bid(100n, 10n, 20), at(6));
      model.cancel("B", inWindow(7) - 1);
      for (const seconds of [inWindow(7), at(7) - 1]) {
        expectRefusal("GateClosed", () => model.cancel("A", seconds));
        expectRefusal("GateClosed", () => model.replace("A", bid(0n, 0n, 0), seconds));
      }
      model.clear(7, at(7) - 1);
      model.cancel("A", at(7) - 1);
    });

    it("opens as the frame begins, cleared or not", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 20), at(6));
      model.cancel("A", at(7));
    });

    it("does not hold what waits for the next window", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 20), inWindow(7));
      model.replace("A", bid(200n, 10n, 20), inWindow(7));
      model.cancel("A", at(7) - 1);
    });
  });

  describe("replacing", () => {
    it("starts anew", () => {
      const model = market();
      model.place("A", bid(100n, 10n, 20), at(6));
      const before = model.order("A", at(6))!;
      model.replace("A", ask(50n, 20n, 30), at(7));
      const after = model.order("A", at(7))!;
      expect(after).to.include({ side: "discharge", price: 50n, remainingWh: 20n, firstFrame: 8, expiryFrame: 30 });
      expect(after.sequence > before.sequence).to.equal(true);
    });

    it("counts the old lock as free, and refused leaves everything as it was", () => {
      const model = market({}, []);
      model.registerPile("A", 22_000n, { balance: 100n });
      model.place("A", bid(1000n, 80n, 20), at(6));
      const before = model.order("A", at(6));
      expectRefusal("InsufficientBalance", () => model.replace("A", bid(1000n, 101n, 20), at(6)));
      expectRefusal("PriceOutOfRange", () => model.replace("A", bid(0n, 80n, 20), at(6)));
      expect(model.order("A", at(6))).to.deep.equal(before);
      expect(model.lockedBalance("A")).to.equal(80n);
      model.replace("A", bid(1000n, 100n, 20), at(6));
      expect(model.freeBalance("A", at(6))).to.equal(0n);
      expectConserved(model, at(6));
    });
  });

  describe("clearing", () => {
    it("happens in the window, once", () => {
      const model = market();
      expectRefusal("FrameWindowNotOpen", () => model.clear(7, inWindow(7) - 1));
      model.clear(7, inWindow(7));
      expectRefusal("FrameAlreadyCleared", () => model.clear(7, at(7) - 1));
      expectRefusal("FrameWindowClosed", () => model.clear(7, at(7)));
      expectRefusal("FrameWindowClosed", () => model.clear(8, at(8)));
    });
  });

  describe("power-load fluctuation [T 4.4]", () => {
    const wave = (frame: number): Publication => ({ ...PUBLICATION, baseLoadW: BigInt(frame % 3) * 1000n });

    it("sums absolute steps, the first from the base load of the frame before", () => {
      const model = market({}, ["A"], wave); // 6: 0, 7: 1000, 8: 2000, 9: 0
      model.place("A", bid(DEAR, 500n, 20), at(6));
      expect(model.clear(7, inWindow(7)).pflW).to.equal(2000n); // 0 to 1000 + 1000
      expect(model.clear(8, inWindow(8)).pflW).to.equal(2000n); // 2000 to 2000
      expect(model.clear(9, inWindow(9)).pflW).to.equal(4000n);
      expect(model.pflW).to.equal(4000n);
      expect(model.recordedLoad).to.deep.equal({ frame: 9, loadW: 0n, known: true });
    });

    it("counts frames nobody cleared as base load", () => {
      const model = market({}, ["A"], wave);
      model.place("A", bid(DEAR, 500n, 20), at(6));
      model.clear(7, inWindow(7)); // 2000
      // 7: 2000, 8: 2000, 9: 0, 10: 1000
      expect(model.clear(10, inWindow(10)).pflW).to.equal(2000n + 0n + 2000n + 1000n);
    });

    it("counts only the last step if no frame was cleared before", () => {
      expect(market({}, [], wave).clear(20, inWindow(20)).pflW).to.equal(1000n);
    });

    it("skips steps from and to frames that were not published", () => {
      const model = market({}, [], (frame) => (frame === 8 ? undefined : wave(frame)));
      model.clear(7, inWindow(7));
      expect(model.pflW).to.equal(1000n);
      model.clear(8, inWindow(8));
      model.clear(9, inWindow(9));
      expect(model.pflW).to.equal(1000n);
      expect(model.clear(10, inWindow(10)).pflW).to.equal(2000n);
      // In a gap as well.
      const gap = market({}, [], (frame) => (frame === 8 ? undefined : wave(frame)));
      gap.clear(7, inWindow(7));
      expect(gap.clear(10, inWindow(10)).pflW).to.equal(2000n);
    });

    it("remembers 128 frames of base load", () => {
      const published = (frames: number) => {
        const model = new MarketModel(PARAMETERS);
        const last = 10 + frames;
        for (let frame = 9; frame <= last; frame++) {
          const baseLoadW = frame % 2 === 0 ? 1n : 0n;
          model.publish(frame, { ...PUBLICATION, baseLoadW }, frame <= 96 ? 0 : at(Math.max(10, frame - 96)));
          if (frame === 96) model.clear(10, inWindow(10));
        }
        return model.clear(last, inWindow(last)).pflW;
      };
      // One step into frame 10 and one for every frame since, but from the oldest of 128 frames on.
      expect(published(100)).to.equal(101n);
      expect(published(127)).to.equal(128n);
      expect(published(128)).to.equal(128n);
      expect(published(200)).to.equal(128n);
    });

    it("counts no step from before the 128 frames that end with the cleared one, be it published or not", () => {
      const model = new MarketModel(PARAMETERS);
      for (let frame = 9; frame <= 137; frame++) {
        const baseLoadW = frame % 2 === 0 ? 1n : 0n;
        model.publish(frame, { ...PUBLICATION, baseLoadW }, frame <= 96 ? 0 : at(Math.max(10, frame - 96)));
        if (frame === 96) model.clear(10, inWindow(10)); // one step
      }
      // Frame 138 is not published, frame 10 is still remembered: the steps are those of frames 11 to 137.
      expect(model.clear(138, inWindow(138)).pflW).to.equal(1n + 126n);
    });
  });

  describe("money of a frame", () => {
    it("takes price, wheeling and bond from the locks, frees the rest, and settles once the frame is over", () => {
      const model = market({ wheelingCapPerKwh: 20_000n, bondPricePerKwh: 3_333n }, ["A", "B"], {
        ...PUBLICATION,
        wheelingPricePerKwh: 10_001n,
      });
      const start = model.freeBalance("A", 0);
      model.place("A", bid(300_000n, 1501n, 20), at(6));
      model.place("B", ask(100_001n, 777n, 20), at(6));
      expect(model.lockedBalance("A")).to.equal(480_320n);
      expect(model.lockedBalance("B")).to.equal(2_590n); // 2589.741
      model.clear(7, inWindow(7));
      const paid = (200_000n * 777n) / 1000n;
      const wheeling = 7_770n; // 7770.777
      const bond = 2_589n;
      const fill = (200_000n * 724n) / 1000n;
      expect(model.inDelivery).to.equal(paid + wheeling + bond + fill);
      expect(model.freeBalance("A", inWindow(7))).to.equal(start - paid - wheeling - fill);
      expect(model.freeBalance("B", inWindow(7))).to.equal(start - bond);
      expectConserved(model, inWindow(7));
      expectRefusal("FrameNotOver", () => model.settle(7, at(8) - 1));
      model.settle(7, at(8));
      expect(model.freeBalance("B", at(8))).to.equal(start + paid);
      expect(model.gridBalance).to.equal(wheeling + fill);
      expect(model.inDelivery).to.equal(0n);
      expectRefusal("NothingToSettle", () => model.settle(7, at(8)));
      expectConserved(model, at(8));
    });

    it("has nothing to settle where nothing moved or nobody cleared", () => {
      const model = market();
      model.clear(7, inWindow(7));
      expectRefusal("NothingToSettle", () => model.settle(7, at(8)));
      expectRefusal("NothingToSettle", () => model.settle(8, at(9)));
      expectRefusal("FrameNotOver", () => model.settle(9, at(9)));
    });

    it("settles grid fills without trades", () => {
      const model = market();
      model.place("A", bid(DEAR, 1000n, 20), at(6));
      model.clear(7, inWindow(7));
      model.settle(7, at(9));
      expect(model.gridBalance).to.equal(200_000n);
    });

    it("charges no wheeling on trades of an unpublished frame", () => {
      const model = market({ wheelingCapPerKwh: 20_000n }, ["A", "B"], () => undefined);
      model.place("A", bid(100_000n, 1000n, 20), at(6));
      model.place("B", ask(100_000n, 1000n, 20), at(6));
      model.clear(7, inWindow(7));
      expect(model.inDelivery).to.equal(100_000n);
    });
  });
});
