import { expect } from "chai";
import fc from "fast-check";

import { MarketModel, MarketRefusal } from "../../../../scripts/model/model";
import { followPlan } from "../../../../scripts/model/benefit";
import { partiesOf } from "../../../../scripts/model/delivery";
import type { PileSettlement, Reading } from "../../../../scripts/core/settlement";
import type {
  FrameOutcome,
  GridFill,
  MarketParameters,
  OrderRequest,
  Publication,
} from "../../../../scripts/core/types";
import { at, expectConserved, inWindow, PARAMETERS } from "./fixtures";
import { planOf, shares } from "./randomPlans";
import { cases, whereAllCases } from "../../../helpers/cases";

const SEED = 5_24;
const PILES = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
/** Of the first piles, money units: enough for an order and its margins at times only. */
const BALANCES = [10_500_000n, 12_000_000n, 13_000_000n];
/** Two piles, whose credit moves, and somebody without one. */
const PROPOSERS = ["A", "B", "P"] as const;
const RATED_W = 22_000n;
/** Most energy that a pile moves in a frame, Wh. */
const REACH_WH = 11_000n;
const FIRST = 10;
const MAX_FRAMES = 9;
/** The energy that credit rests on has 26 bits. */
const MAX_BASIS_WH = 2n ** 26n - 1n;

const parameters = fc
  .record({
    settlement: fc.constant("benefit" as const),
    icebergThresholdWh: fc.bigInt({ min: 0n, max: 4_000n }),
    icebergPeakWh: fc.bigInt({ min: 500n, max: 4_000n }),
    maxWaitFrames: fc.integer({ min: 0, max: 4 }),
    maxHorizon: fc.integer({ min: 1, max: 6 }),
    capacityW: fc.bigInt({ min: 33_000n, max: 60_000n }),
    moreBond: fc.bigInt({ min: 0n, max: 3n }),
    importCapPerKwh: fc.constant(220_000n),
    keeperReward: fc.constantFrom(0n, 700n),
    wheelingCapPerKwh: fc.constant(10_000n),
    chargeEfficiencyBps: fc.bigInt({ min: 9_000n, max: 12_000n }),
    dischargeEfficiencyBps: fc.bigInt({ min: 8_000n, max: 10_000n }),
    // With 1 300 s silence begins to count in the middle of the rounds over the second frame that follows.
    readingSeconds: fc.constantFrom(600, 1_300, 1_800),
    breach: fc.constantFrom("defaulter" as const, "counterparty" as const),
    toleranceBps: fc.constantFrom(0n, 1_000n),
    initialCredit: fc.bigInt({ min: 4_000n, max: 10_000n }),
    creditPriorWh: fc.constantFrom(0n, 1_000n, 100_000n),
    minCredit: fc.constantFrom(0n, 0n, 4_000n),
    matching: fc.constantFrom("adbev" as const, "credit" as const),
  })
  .map(({ moreBond, ...some }) => {
    const bondPricePerKwh = some.breach === "defaulter" ? some.importCapPerKwh + moreBond : moreBond * 10_000n;
    // Some begin with little more than they need.
    return { ...some, bondPricePerKwh, minCredit: some.minCredit < some.initialCredit ? some.minCredit : 0n };
  });
const publication: fc.Arbitrary<Publication> = fc.record({
  baseLoadW: fc.bigInt({ min: -10_000n, max: 40_000n }),
  importPricePerKwh: fc.bigInt({ min: 180_000n, max: 220_000n }),
  exportPricePerKwh: fc.bigInt({ min: 0n, max: 60_000n }),
  wheelingPricePerKwh: fc.bigInt({ min: 0n, max: 10_000n }),
});
const published = fc.array(fc.option(publication, { nil: undefined, freq: 8 }), {
  minLength: MAX_FRAMES + 7,
  maxLength: MAX_FRAMES + 7,
});
const placement = fc.record({
  pile: fc.integer({ min: 0, max: PILES.length - 1 }),
  // More asks than bids, so that matching leaves asks for the rounds.
  charge: fc.integer({ min: 0, max: 9 }).map((digit) => digit < 4),
  price: fc.bigInt({ min: 1n, max: 60_000n }),
  energyWh: fc.bigInt({ min: 1n, max: 9_000n }),
  peakWh: fc.bigInt({ min: 0n, max: 5_000n }),
  life: fc.integer({ min: 1, max: 7 }),
  cancels: fc.integer({ min: 0, max: 5 }).map((digit) => digit === 0),
});
/** Energy that a pile moves of the agreed, 1/1000, and beyond it, Wh; undefined where its meter is silent. */
const deviation = fc.option(
  fc.record({
    share: fc.oneof(fc.constant(1_000n), fc.bigInt({ min: 0n, max: 1_000n })),
    moreWh: fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, fc.bigInt({ min: 0n, max: 9_000n })),
    idleWh: fc.bigInt({ min: 0n, max: 100n }),
  }),
  { nil: undefined, freq: 6 },
);
const frame = fc.record({
  placements: fc.array(placement, { maxLength: 6 }),
  plans: fc.array(fc.record({ proposer: fc.constantFrom(...PROPOSERS), of: shares }), { maxLength: 4 }),
  finalise: fc.constantFrom("winner", "winner", "fallback", "nobody"),
  deviations: fc.array(deviation, { minLength: PILES.length, maxLength: PILES.length }),
});
type Frame = typeof frame extends fc.Arbitrary<infer T> ? T : never;
const days = fc.array(frame, { minLength: 4, maxLength: MAX_FRAMES });
const fund = fc.oneof({ weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 30_000n }) }, fc.constant(10n ** 9n));

const amount = (price: bigint, energyWh: bigint) => (price * energyWh) / 1000n;
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** A frame that moved energy and is not settled. */
interface Unsettled {
  outcome: FrameOutcome;
  /** As published; of a frame that was not, nothing is due to or from the grid. */
  exportPricePerKwh: bigint;
  readings: Map<string, Reading>;
  /** Piles of the parts that are settled. */
  settled: Set<string>;
}

/** A benefit market with meters, looked at after every step. */
class Market {
  readonly model: MarketModel;
  readonly seen = {
    ...{ rounds: 0, wins: 0, exports: 0, exported: 0, withTrades: 0, silentExports: 0 },
    ...{ amidRounds: 0, parts: 0, claims: 0, collected: 0, fees: 0, keepers: 0, withoutMargin: 0 },
  };
  readonly refusals = new Set<string>();

  private unsettled: Unsettled[] = [];

  constructor(
    market: Partial<MarketParameters>,
    private readonly publications: readonly (Publication | undefined)[],
    prefund: bigint,
  ) {
    this.model = new MarketModel({ ...PARAMETERS, ...market });
    for (const [i, id] of PILES.entries()) {
      this.model.registerPile(id, RATED_W, { balance: BALANCES[i] ?? 10n ** 12n });
    }
    this.model.depositGrid(prefund);
    publications.forEach((given, index) => {
      if (given !== undefined) this.model.publish(FIRST - 1 + index, given, 0);
    });
    this.look(0);
  }

  /** Plays frame `t - 1` up to the end of the round over frame `t`. */
  play(t: number, { placements, plans, finalise, deviations }: Frame): void {
    this.settleDue(at(t - 1));
    for (const id of [...PILES, "K"]) {
      if (this.model.claim(id) === 0n) continue;
      this.attempt(at(t - 1), () => (this.seen.collected += Number(this.model.collectClaim(id, at(t - 1)) > 0n)));
    }
    for (const { pile, charge, price, energyWh, peakWh, life, cancels } of placements) {
      const before = this.model.gridBalance;
      if (cancels) this.attempt(at(t - 1), () => this.model.cancel(PILES[pile]!, at(t - 1)));
      this.seen.fees += Number(this.model.gridBalance > before);
      const side = charge ? "charge" : "discharge";
      // Around the tariffs, so that limits matter.
      const limit = charge ? 170_000n + price : price;
      const request: OrderRequest = { side, price: limit, energyWh, peakWh, expiryFrame: t - 1 + life };
      this.attempt(at(t - 1), () => this.model.place(PILES[pile]!, request, at(t - 1)));
    }
    const takingPart = new Set([...this.model.book(t).bids, ...this.model.book(t).asks].map(({ pile }) => pile));
    for (const id of PILES) {
      const order = this.model.order(id, inWindow(t));
      const missing = this.model.freeBalance(id, inWindow(t)) < 2n * this.model.margin(id, t);
      if (order === undefined || order.firstFrame > t) continue;
      expect(takingPart.has(id), `${id} takes part in ${t}`).to.equal(!missing);
      this.seen.withoutMargin += Number(missing);
    }
    const matched = this.model.clear(t, inWindow(t), "K");
    this.look(inWindow(t));
    const outcome = this.model.openRound() === undefined ? matched : this.holdRound(matched, plans, finalise);
    this.await(outcome, deviations);
  }

  /** Settles what is left once silence counts. */
  end(lastFrame: number): void {
    this.settleDue(at(lastFrame + 1) + this.model.parameters.readingSeconds);
    expect(this.unsettled).to.deep.equal([]);
    expect(this.model.inDelivery).to.equal(0n);
  }

  private holdRound(matched: FrameOutcome, plans: Frame["plans"], finalise: Frame["finalise"]): FrameOutcome {
    const { model, seen } = this;
    const { frame: t } = matched;
    const { book } = model.openRound()!;
    seen.rounds++;
    // Frames before are settled in the middle of the round: balances and credit move under it, its book does not.
    const before = this.unsettled.length;
    this.settleDue(inWindow(t, 130));
    seen.amidRounds += before - this.unsettled.length;
    for (const { proposer, of } of plans) {
      this.attempt(inWindow(t, 130), () => model.propose(t, proposer, planOf(book, of), inWindow(t, 130)));
    }
    const { best, book: after } = model.openRound()!;
    expect(after).to.deep.equal(book);
    if (finalise === "nobody") return matched;
    const won = best !== undefined && finalise === "winner";
    if (won) seen.wins++;
    const now = inWindow(t, won || best === undefined ? 240 : 360);
    const gridBefore = model.gridBalance;
    expect(model.available(now)).to.equal(0n);
    const outcome = model.executePlan(t, won ? best.plan : "fallback", now, "K");
    this.look(now);
    expect(outcome.trades).to.deep.equal(matched.trades);
    expect(outcome.grid.slice(0, matched.grid.length)).to.deep.equal(matched.grid);
    const exports = outcome.grid.filter(({ side }) => side === "discharge");
    expect(gridBefore - model.gridBalance, "set aside for exports").to.equal(
      sum(exports.map(({ price, energyWh }) => amount(price, energyWh))),
    );
    seen.exports += exports.length;
    // The winning plan is the executed one.
    expect(sum(exports.map(({ energyWh }) => energyWh))).to.equal(
      won ? followPlan(book, best.plan).dischargeWh[0]! : 0n,
    );
    return outcome;
  }

  /** Queues a frame, whose fills wait for readings that deviate from the agreed energies. */
  private await(outcome: FrameOutcome, deviations: Frame["deviations"]): void {
    const readings = new Map<string, Reading>();
    for (const [pile, side] of partiesOf(outcome)) {
      const given = deviations[PILES.indexOf(pile as (typeof PILES)[number])];
      if (given === undefined) continue;
      const wantedWh = (agreedOf(outcome, pile) * given.share) / 1000n + given.moreWh;
      const movedWh = wantedWh < REACH_WH ? wantedWh : REACH_WH;
      readings.set(pile, {
        consumedWh: side === "charge" ? movedWh : given.idleWh,
        producedWh: side === "charge" ? given.idleWh : movedWh,
      });
    }
    const exportPricePerKwh = this.publications[outcome.frame - FIRST + 1]?.exportPricePerKwh ?? 0n;
    if (outcome.trades.length + outcome.grid.length > 0) {
      this.unsettled.push({ outcome, exportPricePerKwh, readings, settled: new Set() });
    }
  }

  /** Settles whatever is read or overdue; what is complete is done. */
  private settleDue(now: number): void {
    this.unsettled = this.unsettled.filter((one) => {
      let complete = false;
      this.attempt(now, () => (complete = this.settle(one, now)));
      return !complete;
    });
  }

  /** @returns Whether nothing of the frame is left. */
  private settle(one: Unsettled, now: number): boolean {
    const { model, seen } = this;
    const { outcome, readings, settled } = one;
    const gridBefore = model.gridBalance;
    const claimsBefore = model.claims;
    const { piles, grid, complete } = model.settle(outcome.frame, now, readings, "K");
    const ids = new Set(piles.map(({ pile }) => pile));
    const exports = outcome.grid.filter(({ side, pile }) => side === "discharge" && ids.has(pile));
    const setAside = sum(exports.map(({ price, energyWh }) => amount(price, energyWh)));
    expect(model.gridBalance - gridBefore).to.equal(grid + setAside);
    const parties = [...partiesOf(outcome).keys()];
    expect([...ids]).to.deep.equal(parties.filter((id) => ids.has(id)));
    // A pile and those who trade with it are settled together, and once.
    for (const { buy, sell } of outcome.trades) expect(ids.has(buy)).to.equal(ids.has(sell));
    for (const id of ids) {
      expect(settled.has(id), `${id} is settled twice`).to.equal(false);
      settled.add(id);
    }
    expect(complete).to.equal(settled.size === parties.length);
    const net = sum(piles.map(({ earned, owed }) => earned - owed));
    expect(grid + net, "the sums of piles and grid").to.equal(0n);
    const reward = complete ? model.parameters.keeperReward : 0n;
    expect(model.claims - claimsBefore).to.equal(sum(piles.map(({ claimed }) => claimed)) + reward);
    for (const { pile, agreedWh, silent, claimed, creditBefore, creditAfter } of piles) {
      expect(agreedWh).to.equal(agreedOf(outcome, pile));
      expect(silent).to.equal(!readings.has(pile));
      if (silent) expect(creditAfter <= creditBefore, `${pile} is silent and gains credit`).to.equal(true);
      seen.claims += Number(claimed > 0n);
    }
    seen.parts += Number(!complete);
    seen.keepers += Number(reward > 0n);
    this.expectExportsSettled(one, exports, piles);
    if (complete) expect(() => model.settle(outcome.frame, now, readings)).to.throw(MarketRefusal, "NothingToSettle");
    return complete;
  }

  /** A pile's export is its production beyond its trades; up to the agreed energy it is paid whatever happens. */
  private expectExportsSettled(
    { outcome, exportPricePerKwh, readings }: Unsettled,
    exports: readonly GridFill[],
    piles: readonly PileSettlement[],
  ): void {
    for (const { pile, price, energyWh } of exports) {
      const { earned, claimed, creditBefore, creditAfter } = piles.find((one) => one.pile === pile)!;
      expect(price).to.equal(exportPricePerKwh);
      const tradedWh = agreedOf(outcome, pile) - energyWh;
      const producedWh = readings.get(pile)?.producedWh ?? 0n;
      const exportedWh = producedWh > tradedWh ? producedWh - tradedWh : 0n;
      const agreedWh = exportedWh < energyWh ? exportedWh : energyWh;
      if (tradedWh === 0n) {
        expect(earned >= amount(price, agreedWh)).to.equal(true);
        expect(earned + claimed).to.equal(amount(price, exportedWh));
      } else expect(earned + claimed >= amount(price, exportedWh)).to.equal(true);
      if (exportedWh >= energyWh) expect(creditAfter >= creditBefore, `${pile} kept to it`).to.equal(true);
      this.seen.exported += Number(agreedWh > 0n);
      this.seen.withTrades += Number(tradedWh > 0n);
      this.seen.silentExports += Number(!readings.has(pile));
    }
  }

  /** @returns Whether the market took it; what it refuses changes no money. */
  private attempt(now: number, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof MarketRefusal)) throw error;
      this.refusals.add(error.code);
      return false;
    } finally {
      this.look(now);
    }
  }

  /** Checks conditions that hold at every moment. */
  private look(now: number): void {
    expectConserved(this.model, now);
    for (const id of PILES) {
      const { hundredths, basisWh } = this.model.credit(id);
      if (hundredths < 0n || hundredths > 10_000n) expect.fail(`credit of ${id}: ${hundredths}`);
      if (basisWh < 0n || basisWh > MAX_BASIS_WH) expect.fail(`basis of ${id}: ${basisWh}`);
    }
  }
}

/** A pile's agreed energy in a frame, trades and grid fills together, Wh. */
function agreedOf({ trades, grid }: FrameOutcome, id: string): bigint {
  const fills = [
    ...trades.filter(({ buy, sell }) => buy === id || sell === id),
    ...grid.filter(({ pile }) => pile === id),
  ];
  return sum(fills.map(({ energyWh }) => energyWh));
}

describe("A benefit market with meters on random days", () => {
  it("conserves money after every step, settles what it exported, and keeps credit within its range", () => {
    const seen = new Map<string, number>();
    const refusals = new Set<string>();
    fc.assert(
      fc.property(parameters, published, days, fund, (given, publications, frames, prefund) => {
        const market = new Market(given, publications, prefund);
        for (const [index, one] of frames.entries()) market.play(FIRST + index, one);
        market.end(FIRST + frames.length - 1);
        for (const [what, count] of Object.entries(market.seen)) seen.set(what, (seen.get(what) ?? 0) + count);
        for (const code of market.refusals) refusals.add(code);
      }),
      { seed: SEED, numRuns: cases(100) },
    );
    // The days reach what they are meant to reach.
    whereAllCases(() => {
      for (const [what, count] of seen) expect(count, what).to.be.above(3);
      expect([...refusals]).to.include.members([
        "ReadingsAwaited",
        "CreditTooLow",
        "ProposerCreditTooLow",
        "PlanExportsUnfunded",
      ]);
    });
  }).timeout(240_000);
});
