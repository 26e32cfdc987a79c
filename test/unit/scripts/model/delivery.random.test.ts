import { expect } from "chai";
import fc from "fast-check";

import { MarketModel, MarketRefusal } from "../../../../scripts/model/model";
import type { Reading } from "../../../../scripts/core/settlement";
import type { FrameOutcome, MarketParameters, OrderRequest, Publication } from "../../../../scripts/core/types";
import { at, expectConserved, inWindow, PARAMETERS } from "./fixtures";
import { cases } from "../../../helpers/cases";

const SEED = 5_02;
const FIRST = 7;

/** One pile of a random frame: its order, what its meter will say, and what it has. */
interface Party {
  bid: boolean;
  ticks: bigint;
  energyWh: bigint;
  ratedW: bigint;
  /** Energy that it moves of its reach, 1/1000; and energy that it meters of the wrong kind. */
  moved: bigint;
  idle: bigint;
  reports: boolean;
  /** Beyond what its order locks and its margin, money units. */
  spare: bigint;
  operator: string | undefined;
  weatherBps: bigint;
}

interface RandomFrame {
  market: MarketParameters;
  /** Undefined where the frame is not published. */
  tariffs: Publication | undefined;
  operatorAccount: bigint;
  parties: Party[];
}

const MOST_TICKS = 2n ** 24n - 1n;
/** Ordinary figures mostly, and those at the ends of what there can be. */
const ticks = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 1n, max: 300n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: MOST_TICKS }) },
  { weight: 1, arbitrary: fc.constantFrom(1n, MOST_TICKS) },
);
const party: fc.Arbitrary<Party> = fc.record({
  bid: fc.boolean(),
  ticks,
  energyWh: fc.oneof(fc.bigInt({ min: 1n, max: 6_000n }), fc.bigInt({ min: 1n, max: 30n })),
  ratedW: fc.oneof(
    { weight: 4, arbitrary: fc.constant(22_000n) },
    { weight: 4, arbitrary: fc.bigInt({ min: 2n, max: 22_001n }) },
    { weight: 1, arbitrary: fc.constantFrom(2n ** 25n - 2n, 2n ** 25n, 2n ** 32n - 1n) },
  ),
  moved: fc.oneof(fc.bigInt({ min: 0n, max: 1_000n }), fc.constantFrom(0n, 1_000n)),
  idle: fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, fc.bigInt({ min: 0n, max: 1_000n })),
  reports: fc.integer({ min: 0, max: 4 }).map((digit) => digit > 0),
  spare: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 500_000n })),
  operator: fc.constantFrom(undefined, undefined, "one", "two"),
  weatherBps: fc.constantFrom(0n, 0n, 1_500n, 2_999n),
});
const randomFrame: fc.Arbitrary<RandomFrame> = fc
  .record({
    tickSize: fc.constantFrom(1n, 7n, 1_000n, 10_007n),
    breach: fc.constantFrom("defaulter" as const, "counterparty" as const),
    toleranceBps: fc.constantFrom(0n, 0n, 1_000n, 3_333n, 10_000n),
    initialCredit: fc.bigInt({ min: 0n, max: 10_000n }),
    creditPriorWh: fc.constantFrom(0n, 1_000n, 100_000n),
    matching: fc.constantFrom("adbev" as const, "credit" as const),
    icebergThresholdWh: fc.constantFrom(0n, 4_000n),
    maxWaitFrames: fc.constantFrom(0, 12),
    keeperReward: fc.constantFrom(0n, 1_000n),
    r: ticks,
    x: fc.oneof({ weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 1_000n }) }, fc.constantFrom(0n, 1_000n)),
    w: fc.oneof(fc.bigInt({ min: 0n, max: 20n }), ticks),
    published: fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0),
    moreBond: fc.bigInt({ min: 0n, max: 5n }),
    operatorAccount: fc.constantFrom(0n, 50_000n, 10n ** 12n),
    parties: fc.array(party, { minLength: 2, maxLength: 10 }),
  })
  .map(({ r, x, w, published, moreBond, operatorAccount, parties, ...some }): RandomFrame => {
    const { tickSize, breach } = some;
    const importPricePerKwh = r * tickSize;
    const market: MarketParameters = {
      ...PARAMETERS,
      ...some,
      readingSeconds: 3600,
      capacityW: 10n ** 6n,
      importCapPerKwh: importPricePerKwh,
      bondPricePerKwh: breach === "defaulter" ? importPricePerKwh + moreBond : moreBond * 10_000n,
      wheelingCapPerKwh: w * tickSize,
    };
    const exportPricePerKwh = ((r * x) / 1_000n) * tickSize;
    const tariffs = { baseLoadW: 30_000n, importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh: w * tickSize };
    return { market, tariffs: published ? tariffs : undefined, operatorAccount, parties };
  });

const idOf = (index: number) => `P${index}`;
const MOST_WH = 2n ** 24n - 1n;
const reachOf = ({ ratedW }: Party) => (ratedW / 2n < MOST_WH ? ratedW / 2n : MOST_WH);
const ceil = (price: bigint, energyWh: bigint) => (price * energyWh + 999n) / 1000n;

/** SPEC 2, written down once more. */
function marginOf({ market, tariffs }: RandomFrame, one: Party): bigint {
  if (tariffs === undefined) return 0n;
  const { importPricePerKwh: r, exportPricePerKwh: x, wheelingPricePerKwh: w } = tariffs;
  return ceil(market.breach === "defaulter" ? 2n * r - x : r, reachOf(one)) + ceil(w, reachOf(one));
}

/** Frame 7 cleared; nothing is settled. */
function cleared(frame: RandomFrame): { model: MarketModel; outcome: FrameOutcome } {
  const { market, tariffs, operatorAccount, parties } = frame;
  const model = new MarketModel(market);
  if (tariffs !== undefined) model.publish(FIRST, tariffs, 0);
  model.depositGrid(operatorAccount);
  parties.forEach((one, index) => {
    const { bid, ticks: inTicks, energyWh, ratedW, spare, operator, weatherBps } = one;
    const price = inTicks * market.tickSize;
    const balance =
      ceil(bid ? price + market.wheelingCapPerKwh : market.bondPricePerKwh, energyWh) + marginOf(frame, one) + spare;
    model.registerPile(idOf(index), ratedW, { balance, weatherBps, ...(operator === undefined ? {} : { operator }) });
    const order: OrderRequest = {
      ...{ side: bid ? "charge" : "discharge", price, energyWh, peakWh: 0n },
      expiryFrame: FIRST + (index % 2),
    };
    model.place(idOf(index), order, at(FIRST - 1));
  });
  return { model, outcome: model.clear(FIRST, inWindow(FIRST)) };
}

function meterOf(one: Party): Reading {
  const movedWh = (reachOf(one) * one.moved) / 1_000n;
  const idleWh = (reachOf(one) * one.idle) / 1_000n;
  return one.bid ? { consumedWh: movedWh, producedWh: idleWh } : { consumedWh: idleWh, producedWh: movedWh };
}

function readingsOf(parties: readonly Party[]): Map<string, Reading> {
  return new Map(parties.flatMap((one, index) => (one.reports ? [[idOf(index), meterOf(one)] as const] : [])));
}

const DEADLINE = at(FIRST + 1) + 3_600;

/** A pile's balance and claim. */
const worth = (model: MarketModel, id: string) => model.freeBalance(id, DEADLINE) + model.claim(id);

/** The table of SPEC 5, written down once more: what each pile owes, and what is due to it. */
function byTheRule({ market, tariffs, parties }: RandomFrame, { trades, grid }: FrameOutcome) {
  const readings = new Map(
    parties.map((one, index) => {
      const silent = { consumedWh: reachOf(one), producedWh: 0n };
      return [idOf(index), one.reports ? meterOf(one) : silent];
    }),
  );
  const left = new Map(
    parties.map((one, index) => {
      const { consumedWh, producedWh } = readings.get(idOf(index))!;
      return [idOf(index), one.bid ? consumedWh : producedWh];
    }),
  );
  const fillsOf = (id: string) => [
    ...trades.filter(({ buy, sell }) => buy === id || sell === id),
    ...grid.filter(({ pile }) => pile === id),
  ];
  const take = (id: string, fill: object, agreedWh: bigint) => {
    const rest = left.get(id)!;
    const taken = fillsOf(id).at(-1) === fill || rest < agreedWh ? rest : agreedWh;
    left.set(id, rest - taken);
    return taken;
  };
  const least = (...values: bigint[]) => values.reduce((a, b) => (a < b ? a : b));
  const most = (a: bigint, b: bigint) => (a > b ? a : b);
  const {
    importPricePerKwh: r,
    exportPricePerKwh: x,
    wheelingPricePerKwh: w,
  } = tariffs ?? {
    ...{ importPricePerKwh: 0n, exportPricePerKwh: 0n, wheelingPricePerKwh: 0n },
  };
  const owed = new Map<string, bigint>();
  const due = new Map<string, bigint>();
  const add = (to: Map<string, bigint>, id: string, amount: bigint) => to.set(id, (to.get(id) ?? 0n) + amount);
  for (const trade of trades) {
    const { buy, sell, price: p, energyWh: e } = trade;
    const c = take(buy, trade, e);
    const g = take(sell, trade, e);
    const m = p > r ? least(c, g, e) : least(c, g, (e * (10_000n + market.toleranceBps)) / 10_000n);
    add(owed, buy, (m * p) / 1000n + ((c - m) * r) / 1000n + (m * w) / 1000n);
    add(due, sell, (m * p) / 1000n + ((g - m) * x) / 1000n);
    if (market.breach === "counterparty") continue;
    if (g < least(c, e)) {
      const compensation = (most(0n, r - p) * (least(c, e) - m)) / 1000n;
      add(owed, sell, compensation + (most(0n, r - x - most(0n, r - p)) * (least(c, e) - m)) / 1000n);
      add(due, buy, compensation);
    }
    if (c < least(g, e)) {
      const compensation = (most(0n, p - x) * (least(g, e) - m)) / 1000n;
      add(owed, buy, compensation + (most(0n, r - x - most(0n, p - x)) * (least(g, e) - m)) / 1000n);
      add(due, sell, compensation);
    }
    if (c > most(e, m)) add(owed, buy, ((r - x) * (c - most(e, m))) / 1000n);
  }
  for (const fill of grid) {
    const c = take(fill.pile, fill, fill.energyWh);
    add(owed, fill.pile, (c * r) / 1000n);
    const off = c < fill.energyWh ? fill.energyWh - c : c - fill.energyWh;
    if (market.breach === "defaulter") add(owed, fill.pile, ((r - x) * off) / 1000n);
  }
  for (const sell of new Set(trades.map((trade) => trade.sell))) {
    const { consumedWh } = readings.get(sell)!;
    add(owed, sell, (consumedWh * r) / 1000n);
    if (market.breach === "defaulter") add(owed, sell, (consumedWh * (r - x)) / 1000n);
  }
  return { owed, due };
}

describe("metered settlement of random frames", () => {
  it("conserves money, charges what the rule says, which is always there, and pays or owes everybody what is due", () => {
    const seen = { trades: 0, fills: 0, silent: 0, claimed: 0, compensated: 0, toTheUnit: 0, parts: 0, aboveTariff: 0 };
    fc.assert(
      fc.property(randomFrame, (frame) => {
        const { model, outcome } = cleared(frame);
        expectConserved(model, at(FIRST));
        fc.pre(outcome.trades.length + outcome.grid.length > 0);
        seen.trades += outcome.trades.length;
        seen.fills += outcome.grid.length;
        seen.aboveTariff += outcome.trades.filter(
          ({ price }) => price > (frame.tariffs?.importPricePerKwh ?? 0n),
        ).length;
        const freeBefore = new Map(model.pileIds.map((id) => [id, model.freeBalance(id, DEADLINE)]));
        const gridBefore = model.gridBalance;
        const readings = readingsOf(frame.parties);
        const settlements = [];
        try {
          const first = model.settle(FIRST, at(FIRST + 1), readings, "K");
          settlements.push(first);
          expectConserved(model, at(FIRST + 1));
          expect(first.piles.every(({ silent }) => !silent)).to.equal(true);
        } catch (error) {
          if (!(error instanceof MarketRefusal) || error.code !== "ReadingsAwaited") throw error;
        }
        if (settlements[0]?.complete !== true) settlements.push(model.settle(FIRST, DEADLINE, readings, "K"));
        seen.parts += Number(settlements.length === 2);
        expectConserved(model, DEADLINE);
        expect(model.inDelivery).to.equal(0n);
        expect(settlements.map(({ complete }) => complete)).to.deep.equal([false, true].slice(-settlements.length));
        expect(model.claim("K")).to.equal(frame.market.keeperReward);
        expect(settlements.reduce((sum, { grid }) => sum + grid, 0n)).to.equal(model.gridBalance - gridBefore);

        const { owed, due } = byTheRule(frame, outcome);
        const piles = settlements.flatMap((one) => one.piles);
        expect(new Set(piles.map(({ pile }) => pile)).size).to.equal(piles.length);
        let net = model.gridBalance - gridBefore;
        for (const one of piles) {
          expect(one.owed, one.pile).to.equal(owed.get(one.pile) ?? 0n);
          expect(one.earned + one.claimed, one.pile).to.equal(due.get(one.pile) ?? 0n);
          expect(model.claim(one.pile)).to.equal(one.claimed);
          seen.silent += Number(one.silent);
          seen.claimed += Number(one.claimed > 0n);
          seen.compensated += Number(one.side === "charge" && one.earned > 0n);
          net += one.earned - one.owed;
          // Its set-aside covered its dues, whatever it earned.
          const setAside = model.freeBalance(one.pile, DEADLINE) - freeBefore.get(one.pile)! - one.earned + one.owed;
          expect(one.owed <= setAside, `${one.pile} owes ${one.owed} of ${setAside}`).to.equal(true);
          seen.toTheUnit += Number(one.owed > 0n && setAside - one.owed <= 2n);
        }
        expect(net, "the sums of piles and grid").to.equal(0n);
        for (const { imbalance } of settlements) {
          for (const cost of Object.values(imbalance)) expect(cost >= 0n).to.equal(true);
        }
      }),
      { seed: SEED, numRuns: cases(600) },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.above(cases(20, 0));
  }).timeout(120_000);

  it("takes nothing but what is set aside, though nothing else is there", () => {
    // Everybody consumes all that it can and delivers nothing.
    let owing = 0;
    fc.assert(
      fc.property(randomFrame, (frame) => {
        const worst = frame.parties.map((one) => ({ ...one, reports: false, spare: 0n }));
        const { model, outcome } = cleared({ ...frame, parties: worst });
        fc.pre(outcome.trades.length + outcome.grid.length > 0);
        const { piles } = model.settle(FIRST, DEADLINE);
        for (const id of model.pileIds) expect(model.freeBalance(id, DEADLINE) >= 0n, id).to.equal(true);
        owing += piles.filter(({ owed }) => owed > 0n).length;
      }),
      { seed: SEED, numRuns: cases(400) },
    );
    expect(owing).to.be.above(cases(400));
  }).timeout(60_000);

  it("does not depend on the order in which readings come in", () => {
    fc.assert(
      fc.property(randomFrame, fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), (frame, keys) => {
        const readings = [...readingsOf(frame.parties)];
        const shuffled = readings.map((entry, i) => [keys[i]!, entry] as const).sort(([a], [b]) => a - b);
        const settle = (in_: readonly (readonly [string, Reading])[]) => {
          const { model, outcome } = cleared(frame);
          if (outcome.trades.length + outcome.grid.length === 0) return undefined;
          return model.settle(FIRST, DEADLINE, new Map(in_));
        };
        expect(settle(shuffled.map(([, entry]) => entry))).to.deep.equal(settle(readings));
      }),
      { seed: SEED, numRuns: cases(100) },
    );
  }).timeout(60_000);

  it("changes nothing while every group misses a reading", () => {
    let refused = 0;
    fc.assert(
      fc.property(randomFrame, (frame) => {
        const { model, outcome } = cleared(frame);
        fc.pre(outcome.trades.length + outcome.grid.length > 0);
        // No buyer reports: every group has one.
        const sellers = new Map(
          [...readingsOf(frame.parties)].filter(([id]) => !frame.parties[Number(id.slice(1))]!.bid),
        );
        const visible = () => [
          model.pileIds.map((id) => [model.freeBalance(id, at(FIRST + 1)), model.claim(id), model.credit(id)]),
          model.inDelivery,
          model.gridBalance,
        ];
        model.setSuspended(idOf(0), false);
        model.withdraw(idOf(0), 0n, at(FIRST + 1));
        const before = visible();
        expect(() => model.settle(FIRST, at(FIRST + 1), sellers)).to.throw(MarketRefusal, "ReadingsAwaited");
        expect(visible()).to.deep.equal(before);
        refused++;
      }),
      { seed: SEED, numRuns: cases(60) },
    );
    expect(refused).to.be.above(cases(30, 2));
  }).timeout(60_000);

  /**
   * The claim: whatever the others report, a pile that stays silent ends with no more credit, and with no more money and
   * claims but for rounding (up to five money units a fill), than with any reading that its meter could have given.
   *
   * There is one exception, which SPEC 5 leaves open: silence counts as taking all, so a buyer that is short saves the
   * spread where that is dearer than what it agreed to pay, by (r - x) - p per agreed kWh.
   */
  it("silence never pays", () => {
    let worse = 0;
    let strict = 0;
    const share = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(randomFrame, fc.nat(), share, share, (frame, pick, moved, idle) => {
        const index = pick % frame.parties.length;
        const id = idOf(index);
        const play = (reports: boolean) => {
          const parties = frame.parties.map((one, i) => (i === index ? { ...one, reports, moved, idle } : one));
          const { model, outcome } = cleared({ ...frame, parties });
          const { trades, grid } = outcome;
          const fills =
            trades.filter(({ buy, sell }) => buy === id || sell === id).length +
            grid.filter(({ pile }) => pile === id).length;
          if (fills === 0) return undefined;
          const { importPricePerKwh, exportPricePerKwh } = frame.tariffs ?? {
            importPricePerKwh: 0n,
            exportPricePerKwh: 0n,
          };
          const spread = frame.market.breach === "defaulter" ? importPricePerKwh - exportPricePerKwh : 0n;
          const saved = trades
            .filter(({ buy, price }) => buy === id && price < spread)
            .reduce((sum, { price, energyWh }) => sum + ((spread - price) * energyWh) / 1000n, 0n);
          model.settle(FIRST, DEADLINE, readingsOf(parties));
          return { worth: worth(model, id), credit: model.credit(id).hundredths, fills, saved };
        };
        const silent = play(false);
        const honest = play(true);
        fc.pre(silent !== undefined && honest !== undefined);
        const { fills, saved } = honest;
        expect(silent.worth <= honest.worth + saved + 5n * BigInt(fills)).to.equal(true);
        strict += Number(saved === 0n);
        expect(silent.credit <= honest.credit).to.equal(true);
        worse += Number(silent.worth < honest.worth);
      }),
      { seed: SEED, numRuns: cases(500) },
    );
    expect(worse).to.be.above(cases(100));
    expect(strict).to.be.above(cases(100));
  }).timeout(120_000);
});
