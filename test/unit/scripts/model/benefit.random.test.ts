import { expect } from "chai";
import fc from "fast-check";

import { MarketModel, MarketRefusal } from "../../../../scripts/model/model";
import {
  compareScores,
  decide,
  followPlan,
  type FrozenBook,
  projectFallback,
  scoreCourse,
  servableWh,
} from "../../../../scripts/model/benefit";
import type { FrameOutcome, GridFill, MarketParameters, OrderRequest } from "../../../../scripts/core/types";
import { at, expectConserved, inWindow, PARAMETERS } from "./fixtures";
import { planOf, shares } from "./randomPlans";
import { cases, whereAllCases } from "../../../helpers/cases";

const SEED = 5_23;
const PILES = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
const FIRST = 10;

const parameters = fc.record({
  settlement: fc.constant("benefit" as const),
  icebergThresholdWh: fc.bigInt({ min: 0n, max: 4000n }),
  icebergPeakWh: fc.bigInt({ min: 500n, max: 4000n }),
  maxWaitFrames: fc.integer({ min: 0, max: 4 }),
  maxHorizon: fc.integer({ min: 1, max: 6 }),
  allotment: fc.constantFrom("expiry", "laxity"),
  capacityW: fc.bigInt({ min: 33_000n, max: 60_000n }),
  lossAllowanceW: fc.bigInt({ min: 0n, max: 500n }),
  bondPricePerKwh: fc.bigInt({ min: 0n, max: 5_003n }),
  chargeEfficiencyBps: fc.bigInt({ min: 9_000n, max: 12_000n }),
  dischargeEfficiencyBps: fc.bigInt({ min: 8_000n, max: 10_000n }),
});
const publication = fc.record({
  baseLoadW: fc.bigInt({ min: -10_000n, max: 40_000n }),
  importPricePerKwh: fc.bigInt({ min: 180_000n, max: 220_000n }),
  exportPricePerKwh: fc.bigInt({ min: 0n, max: 60_000n }),
  wheelingPricePerKwh: fc.constant(0n),
});
const expectedLoad = fc.record({
  loadW: fc.bigInt({ min: -30_000n, max: 30_000n }),
  lagFrames: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 10, maxLength: 10 }),
});
const expecting = fc.tuple(publication, expectedLoad).map(([one, load]) => ({ ...one, expectedLoad: load }));
const published = fc.array(fc.option(fc.oneof(publication, expecting), { nil: undefined, freq: 8 }), {
  minLength: 24,
  maxLength: 24,
});
const placement = fc.record({
  pile: fc.integer({ min: 0, max: PILES.length - 1 }),
  charge: fc.boolean(),
  price: fc.bigInt({ min: 1n, max: 60_000n }),
  energyWh: fc.bigInt({ min: 1n, max: 9_000n }),
  peakWh: fc.bigInt({ min: 0n, max: 5_000n }),
  life: fc.integer({ min: 1, max: 7 }),
});
type Placement = typeof placement extends fc.Arbitrary<infer T> ? T : never;
const frame = fc.record({
  placements: fc.array(placement, { maxLength: 6 }),
  plans: fc.array(shares, { maxLength: 3 }),
  finalise: fc.constantFrom("winner", "fallback", "nobody"),
});
const days = fc.array(frame, { minLength: 4, maxLength: 9 });

/** Conditions on every round's fills. */
function expectSound(book: FrozenBook, fills: readonly GridFill[], loadW: bigint, market: MarketParameters): void {
  const { importPricePerKwh, exportPricePerKwh, baseLoadW } = book.publications[0]!;
  const orders = new Map([...book.bids, ...book.asks].map((order) => [order.pile, order]));
  for (const { pile, side, price, energyWh } of fills) {
    const order = orders.get(pile)!;
    expect(order.side).to.equal(side);
    expect(price).to.equal(side === "charge" ? importPricePerKwh : exportPricePerKwh);
    expect(side === "charge" ? order.price >= price : order.price <= price).to.equal(true);
    expect(energyWh > 0n && energyWh <= order.displayedWh && energyWh <= order.remainingWh).to.equal(true);
  }
  expect(new Set(fills.map(({ pile }) => pile)).size).to.equal(fills.length);
  const drawsLast = fills.findIndex(({ side }) => side === "discharge");
  expect(drawsLast >= 0 && fills.slice(drawsLast).some(({ side }) => side === "charge")).to.equal(false);
  const net = loadW < 0n ? -loadW : loadW;
  const homes = baseLoadW < 0n ? -baseLoadW : baseLoadW;
  expect(net + market.lossAllowanceW <= market.capacityW || net <= homes || fills.length === 0).to.equal(true);
}

/** A market with its piles registered, its operator's account funded and its days published. */
class Played {
  readonly model: MarketModel;
  private readonly moved = new Set<number>();

  constructor(
    market: Partial<MarketParameters>,
    publications: readonly (Parameters<MarketModel["publish"]>[1] | undefined)[],
    prefund: bigint,
  ) {
    this.model = new MarketModel({ ...PARAMETERS, ...market });
    for (const id of PILES) this.model.registerPile(id, 22_000n, { balance: 10n ** 12n });
    this.model.depositGrid(prefund);
    publications.forEach((given, index) => {
      if (given !== undefined) this.model.publish(FIRST - 1 + index, given, 0);
    });
  }

  /** Settles the frame before `now`, if it moved anything, and places orders. */
  begin(now: number, placements: readonly Placement[]): void {
    if (this.moved.delete(now - 1)) this.model.settle(now - 1, at(now));
    for (const { pile, charge, price, energyWh, peakWh, life } of placements) {
      const side = charge ? "charge" : "discharge";
      // Around the tariffs, so that limits matter; buyers rarely meet sellers.
      const limit = charge ? 170_000n + price : price;
      const request: OrderRequest = { side, price: limit, energyWh, peakWh, expiryFrame: now + life };
      try {
        this.model.place(PILES[pile]!, request, at(now));
      } catch (error) {
        if (!(error instanceof MarketRefusal)) throw error;
      }
    }
  }

  /** A frame came to this. */
  decided({ frame: t, trades, grid }: FrameOutcome): void {
    if (trades.length + grid.length > 0) this.moved.add(t);
  }
}

describe("Benefit-scored rounds on random markets", () => {
  it("conserve money, keep capacity, limits and tranches, and execute what was decided", () => {
    const seen = { rounds: 0, wins: 0, draws: 0, exports: 0, refusals: new Set<string>() };
    fc.assert(
      fc.property(parameters, published, days, fc.bigInt({ min: 0n, max: 200_000n }), (market, given, frames, fund) => {
        const played = new Played(market, given, fund);
        const { model } = played;
        for (const [index, { placements, plans, finalise }] of frames.entries()) {
          const t = FIRST + index;
          played.begin(t - 1, placements);
          const matched = model.clear(t, inWindow(t));
          expectConserved(model, inWindow(t));
          const round = model.openRound();
          let outcome: FrameOutcome = matched;
          if (round !== undefined) {
            seen.rounds++;
            const { book } = round;
            const proposals = plans.map((of, n) => ({ proposer: `P${n}`, plan: planOf(book, of) }));
            for (const { proposer, plan } of proposals) {
              try {
                model.propose(t, proposer, plan, inWindow(t, 130));
              } catch (error) {
                if (!(error instanceof MarketRefusal)) throw error;
                seen.refusals.add(error.code);
              }
            }
            const { winner, score } = decide(book, proposals);
            expect(model.openRound()!.best?.proposer).to.equal(winner?.proposer);
            expect(compareScores(score, round.fallback) <= (winner === undefined ? 0 : -1)).to.equal(true);
            const won = winner !== undefined && finalise === "winner";
            if (finalise !== "nobody") {
              const when = inWindow(t, won || winner === undefined ? 240 : 360);
              outcome = model.executePlan(t, won ? winner.plan : "fallback", when);
              const fills = outcome.grid.slice(matched.grid.length);
              const course = won ? followPlan(book, winner.plan) : projectFallback(book);
              expectSound(book, fills, outcome.loadW, model.parameters);
              // The whole decision is executed, and so never worse than the fallback.
              expect(fills.map(({ pile, side, energyWh }) => [pile, side, energyWh])).to.deep.equal(
                course.first.map(({ order: { pile, side }, energyWh }) => [pile, side, energyWh]),
              );
              expect(outcome.loadW).to.equal(course.loadsW[0]);
              expect(compareScores(scoreCourse(book, course), round.fallback) <= (won ? -1 : 0)).to.equal(true);
              const draws = fills.filter(({ side }) => side === "charge").length;
              seen.draws += draws;
              seen.exports += fills.length - draws;
              if (won) seen.wins++;
            }
            expectConserved(model, inWindow(t, 360));
          }
          expect(model.recordedLoad).to.deep.include({ frame: t, loadW: outcome.loadW });
          played.decided(outcome);
        }
      }),
      { seed: SEED, numRuns: cases(120) },
    );
    whereAllCases(() => {
      expect(seen.rounds).to.be.above(150);
      expect(seen.wins).to.be.above(20);
      expect(seen.draws).to.be.above(50);
      expect(seen.exports).to.be.above(2);
      expect([...seen.refusals]).to.include.members(["PlanNotAllottable", "PlanOverCapacity", "PlanExportsUnfunded"]);
    });
  }).timeout(60_000);

  it("with the fallback do what an adbev market does in step 3, in every frame", () => {
    let fills = 0;
    const allIcebergs = fc.constant({ icebergThresholdWh: 0n });
    // With normal orders about, room must not bind: a round's normal bids are filled first.
    const ample = fc.constant({ capacityW: 10n ** 6n });
    fc.assert(
      fc.property(parameters, fc.oneof(allIcebergs, ample), published, days, (market, special, given, frames) => {
        const play = (settlement: MarketParameters["settlement"]) => {
          const played = new Played({ ...market, ...special, settlement }, given, 10n ** 12n);
          const { model } = played;
          const outcomes = frames.map(({ placements }, index) => {
            const t = FIRST + index;
            played.begin(t - 1, placements);
            const matched = model.clear(t, inWindow(t));
            const round = model.openRound();
            const outcome = round === undefined ? matched : model.executePlan(t, "fallback", inWindow(t, 240));
            const { trades, grid, loadW, pflW } = outcome;
            fills += grid.length;
            played.decided(outcome);
            return { trades, loadW, pflW, grid: [...grid].sort((a, b) => (a.pile < b.pile ? -1 : 1)) };
          });
          const now = at(FIRST + frames.length);
          const balances = PILES.map((id) => [model.freeBalance(id, now), model.order(id, now)]);
          return { outcomes, balances, gridBalance: model.gridBalance };
        };
        expect(play("benefit")).to.deep.equal(play("adbev"));
      }),
      { seed: SEED, numRuns: cases(200) },
    );
    expect(fills).to.be.above(cases(200));
  }).timeout(60_000);

  it("plan one frame alone where the horizon is one [T 5.2]", () => {
    let wins = 0;
    fc.assert(
      fc.property(parameters, published, days, (market, given, frames) => {
        const played = new Played({ ...market, maxHorizon: 1, allotment: "expiry" }, given, 10n ** 12n);
        const { model } = played;
        for (const [index, { placements, plans }] of frames.entries()) {
          const t = FIRST + index;
          played.begin(t - 1, placements);
          model.clear(t, inWindow(t));
          const round = model.openRound();
          if (round === undefined) continue;
          const { book } = round;
          expect(book.horizon).to.equal(1);
          const { winner } = decide(
            book,
            plans.map((of, n) => ({ proposer: `P${n}`, plan: planOf(book, of) })),
          );
          if (winner === undefined) continue;
          wins++;
          const { loadsW, leftWh } = followPlan(book, winner.plan);
          const due = book.bids.filter(({ expiryFrame }) => expiryFrame === t);
          const unservedWh = due.reduce((sum, order) => sum + leftWh.get(order)!, 0n);
          const squaredStepsW2 = book.previousLoadW === undefined ? 0n : (loadsW[0]! - book.previousLoadW) ** 2n;
          expect(winner.score).to.deep.equal({ unservedWh, squaredStepsW2 });
        }
      }),
      { seed: SEED, numRuns: cases(60) },
    );
    expect(wins).to.be.above(cases(20, 0));
  }).timeout(60_000);

  it("allot every total in full and nothing beyond it, and leave the rest", () => {
    fc.assert(
      fc.property(parameters, published, days, (market, given, frames) => {
        const played = new Played(market, given, 0n);
        for (const [index, { placements, plans }] of frames.entries()) {
          const t = FIRST + index;
          played.begin(t - 1, placements);
          played.model.clear(t, inWindow(t));
          const book = played.model.openRound()?.book;
          if (book === undefined) continue;
          for (const of of plans) {
            const plan = planOf(book, of);
            const { winner, refused } = decide(book, [{ proposer: "P", plan }]);
            if (refused.length > 0 || winner === undefined) continue;
            const course = followPlan(book, plan);
            for (const [orders, totals] of [
              [book.bids, course.drawWh],
              [book.asks, course.dischargeWh],
            ] as const) {
              const wanted = orders.reduce((sum, order) => sum + servableWh(book, order), 0n);
              const left = orders.reduce((sum, order) => sum + course.leftWh.get(order)!, 0n);
              expect(wanted - left).to.equal(totals.reduce((sum, wh) => sum + wh, 0n));
            }
            expect(scoreCourse(book, course)).to.deep.equal(winner.score);
          }
        }
      }),
      { seed: SEED, numRuns: cases(60) },
    );
  }).timeout(60_000);
});
