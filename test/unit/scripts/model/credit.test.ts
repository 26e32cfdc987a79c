import { expect } from "chai";
import fc from "fast-check";

import type { MarketModel } from "../../../../scripts/model/model";
import { type Credit, creditAfter, MAX_CREDIT_BASIS_WH } from "../../../../scripts/model/credit";
import { creditWeights, ONE_64X64 } from "../../../../scripts/model/creditDraw";
import type { Reading } from "../../../../scripts/core/settlement";
import type { MarketParameters } from "../../../../scripts/core/types";
import { ask, at, bid, expectRefusal, inWindow, market } from "./fixtures";
import { cases } from "../../../helpers/cases";

const SEED = 6_12;

/** 50 points on 100 kWh: what a pile begins with unless told otherwise. */
const NEWCOMER: Credit = { hundredths: 5_000n, basisWh: 100_000n };

const kept = (credit: Credit, agreedWh: bigint) => creditAfter(credit, { agreedWh, creditedWh: agreedWh });

/** Trades of `energyWh` between S and A in every other frame, each read as given. */
function trading(model: MarketModel, energyWh: bigint, readings: readonly [consumedWh: bigint, producedWh: bigint][]) {
  readings.forEach(([consumedWh, producedWh], index) => {
    const frame = 7 + 2 * index;
    model.place("A", bid(140_000n, energyWh, frame), at(frame - 1));
    model.place("B", ask(100_000n, energyWh, frame), at(frame - 1));
    model.clear(frame, inWindow(frame));
    const of = new Map<string, Reading>([
      ["A", { consumedWh, producedWh: 0n }],
      ["B", { consumedWh: 0n, producedWh }],
    ]);
    model.settle(frame, at(frame + 1), of);
  });
  return [model.credit("A").hundredths, model.credit("B").hundredths];
}

const meteredMarket = (overrides: Partial<MarketParameters> = {}, piles?: readonly string[]) =>
  market({ readingSeconds: 3600, ...overrides }, piles);

describe("credit", () => {
  it("is the mean of the scores weighted by energy, to 1/100 point, halves up", () => {
    expect(creditAfter(NEWCOMER, { agreedWh: 100_000n, creditedWh: 100_000n })).to.deep.equal({
      hundredths: 7_500n,
      basisWh: 200_000n,
    });
    expect(creditAfter({ hundredths: 10_000n, basisWh: 3n }, { agreedWh: 1n, creditedWh: 0n }).hundredths).to.equal(
      7_500n,
    );
    // 0 and 1 of 20 000 are 0.5 hundredths; 0 and 1 of 20 001 are less.
    const nothing = (basisWh: bigint) => ({ hundredths: 0n, basisWh });
    expect(creditAfter(nothing(19_999n), { agreedWh: 1n, creditedWh: 1n }).hundredths).to.equal(1n);
    expect(creditAfter(nothing(20_000n), { agreedWh: 1n, creditedWh: 1n }).hundredths).to.equal(0n);
    expect(creditAfter(nothing(0n), { agreedWh: 5n, creditedWh: 5n }).hundredths).to.equal(10_000n);
  });

  it("remembers 2^26 - 1 Wh", () => {
    const old = { hundredths: 9_000n, basisWh: MAX_CREDIT_BASIS_WH - 10n };
    expect(kept(old, 20n).basisWh).to.equal(MAX_CREDIT_BASIS_WH);
  });

  it("lies between the old credit and the score of the frame", () => {
    const credit = fc.record({
      hundredths: fc.bigInt({ min: 0n, max: 10_000n }),
      basisWh: fc.bigInt({ min: 0n, max: MAX_CREDIT_BASIS_WH }),
    });
    fc.assert(
      fc.property(
        credit,
        fc.bigInt({ min: 1n, max: 2n ** 24n }),
        fc.nat({ max: 1_000_000 }),
        (before, agreedWh, ppm) => {
          const creditedWh = (agreedWh * BigInt(ppm)) / 1_000_000n;
          const { hundredths } = creditAfter(before, { agreedWh, creditedWh });
          const score = Number(10_000n * creditedWh) / Number(agreedWh);
          expect(Number(hundredths)).to.be.within(
            Math.min(Number(before.hundredths), Math.floor(score)),
            Math.max(Number(before.hundredths), Math.ceil(score)),
          );
        },
      ),
      { seed: SEED },
    );
  });

  describe("what earns it", () => {
    it("a party earns by what it moved of the agreed, and no more by moving more", () => {
      expect(trading(meteredMarket(), 2_000n, [[2_000n, 1_000n]])).to.deep.equal([5_098n, 5_000n]);
      expect(trading(meteredMarket(), 2_000n, [[9_000n, 9_000n]])).to.deep.equal([5_098n, 5_098n]);
      expect(trading(meteredMarket(), 2_000n, [[0n, 0n]])).to.deep.equal([4_902n, 4_902n]);
    });

    it("a producer behind weather earns 1 + a times as much, up to all of it, `leadFrames` after the next", () => {
      const model = meteredMarket();
      model.setWeather("B", 2_500n, at(4));
      // 1 000 · 1.25 of 2 000; then 1 800 · 1.25 are more than all.
      expect(trading(model, 2_000n, [[2_000n, 1_000n]])[1]).to.equal(5_025n);
      const late = meteredMarket();
      late.setWeather("B", 2_500n, at(4));
      expect(trading(late, 2_000n, [[2_000n, 1_800n]])[1]).to.equal(5_098n);

      const tooLate = meteredMarket();
      // The window of frame 5 is open.
      tooLate.setWeather("B", 2_500n, inWindow(5));
      tooLate.place("A", bid(140_000n, 2_000n, 7), at(6));
      tooLate.place("B", ask(100_000n, 2_000n, 7), at(6));
      tooLate.clear(7, inWindow(7));
      const read: [string, Reading][] = [
        ["A", { consumedWh: 2_000n, producedWh: 0n }],
        ["B", { consumedWh: 0n, producedWh: 1_000n }],
      ];
      tooLate.settle(7, at(8), new Map(read));
      expect(tooLate.credit("B").hundredths).to.equal(5_000n);
      expect(() => tooLate.setWeather("B", 3_000n, at(8))).to.throw(RangeError);
    });

    it("a silent producer behind weather earns nothing all the same", () => {
      const model = meteredMarket();
      model.setWeather("B", 2_999n, at(4));
      model.place("A", bid(140_000n, 2_000n, 7), at(6));
      model.place("B", ask(100_000n, 2_000n, 7), at(6));
      model.clear(7, inWindow(7));
      model.settle(7, at(8) + 3_600);
      expect(model.credit("B")).to.deep.equal({ hundredths: 4_902n, basisWh: 102_000n });
      expect(model.credit("A")).to.deep.equal({ hundredths: 4_902n, basisWh: 102_000n });
    });

    it("trades of one operator with itself earn and cost none, and are not remembered", () => {
      for (const reading of [2_000n, 0n]) {
        const model = market({ readingSeconds: 3600 }, ["C"]);
        model.registerPile("A", 22_000n, { balance: 10n ** 9n, operator: "wash" });
        model.registerPile("B", 22_000n, { balance: 10n ** 9n, operator: "wash" });
        trading(model, 2_000n, Array<[bigint, bigint]>(20).fill([reading, reading]));
        expect(model.credit("A")).to.deep.equal(NEWCOMER);
        expect(model.credit("B")).to.deep.equal(NEWCOMER);
      }
    });

    it("trades of two operators, and of piles without one, count", () => {
      const model = market({ readingSeconds: 3600 }, ["B"]);
      model.registerPile("A", 22_000n, { balance: 10n ** 9n, operator: "one" });
      expect(trading(model, 2_000n, [[2_000n, 2_000n]])).to.deep.equal([5_098n, 5_098n]);
    });
  });

  describe("what cannot be had cheaply", () => {
    it("dust earns nothing at all", () => {
      const credit = fc.record({
        hundredths: fc.bigInt({ min: 0n, max: 9_999n }),
        basisWh: fc.bigInt({ min: 20_000n, max: MAX_CREDIT_BASIS_WH }),
      });
      fc.assert(
        fc.property(credit, fc.bigInt({ min: 1n, max: 5_000n }), (before, energyWh) => {
          // Less than half a hundredth: 2 (10 000 - C) E < W + E.
          fc.pre(2n * (10_000n - before.hundredths) * energyWh < before.basisWh + energyWh);
          expect(kept(before, energyWh).hundredths).to.equal(before.hundredths);
        }),
        { seed: SEED },
      );
      let patient = NEWCOMER;
      for (let fill = 0; fill < 5_000; fill++) patient = kept(patient, 9n);
      expect(patient.hundredths).to.equal(5_000n);
    });

    it("energy cut to fit the rounding earns at most as the same energy twice over", () => {
      // Rounding gives up to twice what is due; so what is missing to 100 falls with the square at most.
      const bound = (energyWh: number) => 10_000 - 5_000 * (100_000 / (100_000 + energyWh)) ** 2;
      let cut = NEWCOMER;
      let energy = 0n;
      while (energy < 1_000_000n) {
        const rest = 2n * (10_000n - cut.hundredths);
        const least = rest <= 1n ? 2_000n : (cut.basisWh + rest - 2n) / (rest - 1n);
        cut = kept(cut, least);
        energy += least;
        expect(Number(cut.hundredths)).to.be.at.most(bound(Number(energy)) + 1);
      }
      fc.assert(
        fc.property(fc.array(fc.bigInt({ min: 1n, max: 20_000n }), { maxLength: 200 }), (fills) => {
          const after = fills.reduce(kept, NEWCOMER);
          const sum = fills.reduce((total, fill) => total + fill, 0n);
          expect(Number(after.hundredths)).to.be.at.most(bound(Number(sum)) + 1);
        }),
        { seed: SEED },
      );
    });

    it("a newcomer never stands above who has kept every agreement, nor does a part of a history above the whole", () => {
      fc.assert(
        fc.property(fc.bigInt({ min: 1n, max: 20_000n }), fc.integer({ min: 1, max: 400 }), (energyWh, frames) => {
          // Frames alike, divided among any number of identities: each has a beginning of the one's own history.
          let before = NEWCOMER;
          for (let frame = 0; frame < frames; frame++) {
            const after = kept(before, energyWh);
            expect(after.hundredths >= before.hundredths && after.hundredths >= 5_000n).to.equal(true);
            before = after;
          }
        }),
        { seed: SEED, numRuns: cases(50) },
      );
    });

    it("a market full of newcomers has next to no weight in a draw against one honest history", () => {
      let honest = NEWCOMER;
      for (let day = 0; day < 10; day++) honest = kept(honest, 10_000n);
      expect(honest.hundredths).to.equal(7_500n);
      const [ofHonest, ...ofNewcomers] = creditWeights([7_500, ...Array<number>(1_000).fill(5_000)]);
      expect(ofHonest).to.equal(ONE_64X64);
      const together = ofNewcomers.reduce((sum, weight) => sum + weight, 0n);
      expect(together * 10_000_000n < ofHonest!).to.equal(true);
    });
  });

  describe("what it is for", () => {
    it("keeps those below minCredit from placing and replacing", () => {
      const model = meteredMarket({ minCredit: 5_000n });
      model.place("A", bid(140_000n, 2_000n, 7), at(6));
      model.place("B", ask(100_000n, 2_000n, 7), at(6));
      model.clear(7, inWindow(7));
      model.place("B", ask(100_000n, 2_000n, 12), at(7));
      model.settle(7, at(8) + 3_600);
      expectRefusal("CreditTooLow", () => model.place("A", bid(140_000n, 2_000n, 12), at(10)));
      expectRefusal("CreditTooLow", () => model.replace("B", ask(100_000n, 2_000n, 12), at(10)));
      model.cancel("B", at(10));
    });

    it("ranks by the weights of Table 1 where the market says so", () => {
      const model = meteredMarket({ ranking: "credit", icebergThresholdWh: 4_000n }, []);
      model.registerPile("plain", 22_000n, { balance: 10n ** 9n });
      model.registerPile("green", 22_000n, { balance: 10n ** 9n, attributes: { renewable: 1_000, stability: 500 } });
      model.registerPile("near", 22_000n, { balance: 10n ** 9n, attributes: { capacity: 1_000, position: 1_000 } });
      model.place("plain", ask(100_000n, 4_000n, 20), at(6));
      model.place("green", ask(120_000n, 2_000n, 20), at(6));
      model.place("near", ask(130_000n, 1_000n, 20), at(6));
      const lines = model.book(7).asks.map(({ pile, priority }) => [pile, priority]);
      // 8 · 500 of credit each; price 5 · 1000, 667, 334; energy 6 · 1000, 500, 250; then attributes.
      expect(lines).to.deep.equal([
        ["green", 4_000 + 5 * 667 + 6 * 500 + 5 * 1_000 + 6 * 500],
        ["near", 4_000 + 5 * 334 + 6 * 250 + 6 * 1_000 + 4 * 1_000],
        ["plain", 4_000 + 5 * 1_000 + 6 * 1_000],
      ]);
      model.setAttributes("plain", { stability: 1_000 });
      model.setAttributes("green", { position: 1_000 });
      expect(model.book(7).asks.map(({ pile }) => pile)).to.deep.equal(["green", "plain", "near"]);
      expect(() => model.setAttributes("plain", { capacity: 1_001 })).to.throw(RangeError);
    });

    it("breaks ties by placement", () => {
      const model = meteredMarket({ ranking: "credit" });
      model.place("D", ask(100_000n, 1_000n, 20), at(6));
      model.place("A", ask(100_000n, 1_000n, 20), at(6));
      expect(model.book(7).asks.map(({ pile }) => pile)).to.deep.equal(["D", "A"]);
    });
  });
});
