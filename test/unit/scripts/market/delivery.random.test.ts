import { expect } from "chai";
import fc from "fast-check";

import { MarketModel, MarketRefusal } from "../../../../scripts/market/model";
import type { PileSettlement, Reading } from "../../../../scripts/market/settlement";
import type { FrameOutcome, MarketParameters, OrderRequest, Publication } from "../../../../scripts/market/types";
import { at, expectConserved, inWindow, PARAMETERS } from "./fixtures";
import { cases } from "../../../helpers/cases";

const SEED = 5_02;
const FIRST = 7;

/** One pile of a random frame: its order, what its meter will say, and what it has. */
interface Party {
  bid: boolean;
  price: bigint;
  energyWh: bigint;
  /** What it moves; what it meters of the wrong kind is of no account. */
  movedWh: bigint;
  idleWh: bigint;
  reports: boolean;
  /** Beyond what its order locks, money units. */
  spare: bigint;
  operator: string | undefined;
  weatherBps: bigint;
}

interface RandomFrame {
  market: MarketParameters;
  tariffs: Publication;
  operatorAccount: bigint;
  parties: Party[];
}

const wh = fc.bigInt({ min: 1n, max: 6_000n });
const party: fc.Arbitrary<Party> = fc.record({
  bid: fc.boolean(),
  price: fc.bigInt({ min: 1n, max: 300_000n }),
  energyWh: wh,
  movedWh: fc.bigInt({ min: 0n, max: 11_000n }),
  idleWh: fc.bigInt({ min: 0n, max: 100n }),
  reports: fc.integer({ min: 0, max: 4 }).map((digit) => digit > 0),
  spare: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 500_000n }), fc.constant(10n ** 9n)),
  operator: fc.constantFrom(undefined, undefined, "one", "two"),
  weatherBps: fc.constantFrom(0n, 0n, 1_500n, 2_999n),
});
const tariff = fc.bigInt({ min: 0n, max: 300_000n });
const randomFrame: fc.Arbitrary<RandomFrame> = fc.record({
  market: fc
    .record({
      breach: fc.constantFrom("defaulter" as const, "counterparty" as const),
      overBps: fc.constantFrom(0n, 0n, 1_000n, 10_000n),
      bondPrice: fc.constantFrom(0n, 30_001n),
      initialCredit: fc.bigInt({ min: 0n, max: 10_000n }),
      creditPriorWh: fc.constantFrom(0n, 1_000n, 100_000n),
      ranking: fc.constantFrom("priority" as const, "credit" as const),
    })
    .map((some) => ({ ...PARAMETERS, readingSeconds: 3600, wheelingCap: 20_000n, ...some })),
  tariffs: fc.record({
    baseLoadW: fc.constant(30_000n),
    importPrice: tariff,
    exportPrice: tariff,
    wheelingPrice: fc.bigInt({ min: 0n, max: 20_000n }),
  }),
  operatorAccount: fc.constantFrom(0n, 50_000n, 10n ** 9n),
  parties: fc.array(party, { minLength: 2, maxLength: 8 }),
});

const idOf = (index: number) => `P${index}`;

/** Frame 7 cleared; nothing is settled. */
function cleared({ market, tariffs, operatorAccount, parties }: RandomFrame): {
  model: MarketModel;
  outcome: FrameOutcome;
} {
  const model = new MarketModel(market);
  model.publish(FIRST, tariffs, 0);
  model.depositGrid(operatorAccount);
  parties.forEach(({ bid, price, energyWh, spare, operator, weatherBps }, index) => {
    const perKWh = bid ? price + market.wheelingCap : market.bondPrice;
    const balance = (perKWh * energyWh + 999n) / 1000n + spare;
    model.registerPile(idOf(index), 22_000n, { balance, weatherBps, ...(operator === undefined ? {} : { operator }) });
    const order: OrderRequest = {
      ...{ side: bid ? "charge" : "discharge", price, energyWh, peakWh: 0n },
      expiryFrame: FIRST,
    };
    model.place(idOf(index), order, at(FIRST - 1));
  });
  return { model, outcome: model.clear(FIRST, inWindow(FIRST)) };
}

const meterOf = ({ bid, movedWh, idleWh }: Party): Reading => ({
  consumedWh: bid ? movedWh : idleWh,
  producedWh: bid ? idleWh : movedWh,
});

function readingsOf(parties: readonly Party[]): Map<string, Reading> {
  return new Map(parties.flatMap((one, index) => (one.reports ? [[idOf(index), meterOf(one)] as const] : [])));
}

/** What a pile has and owes, together. */
const worth = (model: MarketModel, id: string) => model.freeBalance(id, at(FIRST + 3)) - model.debt(id);

/** The table of SPEC 5, written down once more: what each pile owes, and the most that anybody may owe it. */
function byTheRule({ market, tariffs, parties }: RandomFrame, { trades, grid }: FrameOutcome) {
  const left = new Map(
    parties.map((one, index) => {
      const silentWh = one.bid ? 11_000n : 0n;
      return [idOf(index), one.reports ? one.movedWh : silentWh];
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
  const { importPrice: r, exportPrice: x, wheelingPrice: w } = tariffs;
  const owed = new Map<string, bigint>();
  const due = new Map<string, bigint>();
  const add = (to: Map<string, bigint>, id: string, amount: bigint) => to.set(id, (to.get(id) ?? 0n) + amount);
  for (const trade of trades) {
    const { buy, sell, price: p, energyWh: e } = trade;
    const c = take(buy, trade, e);
    const g = take(sell, trade, e);
    const m = least(c, g, (e * (10_000n + market.overBps)) / 10_000n);
    add(owed, buy, (m * p) / 1000n + ((c - m) * r) / 1000n + (m * w) / 1000n);
    add(due, sell, (m * p) / 1000n + ((g - m) * x) / 1000n);
    if (market.breach === "counterparty") continue;
    if (g < least(c, e)) {
      const compensation = (most(0n, r - p) * (least(c, e) - m)) / 1000n;
      add(owed, sell, compensation);
      add(due, buy, compensation);
    }
    if (c < least(g, e)) {
      const compensation = (most(0n, p - x) * (least(g, e) - m)) / 1000n;
      add(owed, buy, compensation);
      add(due, sell, compensation);
    }
  }
  for (const fill of grid) add(owed, fill.pile, (take(fill.pile, fill, fill.energyWh) * r) / 1000n);
  return { owed, due };
}

describe("metered settlement of random frames", () => {
  it("conserves money, charges what the rule says and pays nobody more", () => {
    const seen = { trades: 0, fills: 0, silent: 0, unpaid: 0, forgone: 0, compensated: 0 };
    fc.assert(
      fc.property(randomFrame, (frame) => {
        const { model, outcome } = cleared(frame);
        expectConserved(model, at(FIRST));
        fc.pre(outcome.trades.length + outcome.grid.length > 0);
        seen.trades += outcome.trades.length;
        seen.fills += outcome.grid.length;
        const worthBefore = new Map(model.pileIds.map((id) => [id, worth(model, id)]));
        const inDelivery = model.inDelivery;
        const gridBefore = model.gridBalance;
        const settlement = model.settle(FIRST, at(FIRST + 1) + 3_600, readingsOf(frame.parties));
        expectConserved(model, at(FIRST + 3));
        expect(model.inDelivery).to.equal(0n);
        expect(settlement.grid).to.equal(model.gridBalance - gridBefore);

        const { owed, due } = byTheRule(frame, outcome);
        let net = settlement.grid;
        for (const one of settlement.piles) {
          expect(one.owed).to.equal(owed.get(one.pile) ?? 0n);
          expect(one.earned + one.forgone <= (due.get(one.pile) ?? 0n), `${one.pile} is paid more`).to.equal(true);
          expect(one.unpaid <= one.owed && one.unpaid >= 0n && one.forgone >= 0n).to.equal(true);
          expect(model.debt(one.pile) === 0n || model.freeBalance(one.pile, at(FIRST + 3)) === 0n).to.equal(true);
          seen.silent += Number(one.silent);
          seen.unpaid += Number(one.unpaid > 0n);
          seen.forgone += Number(one.forgone > 0n);
          seen.compensated += Number(one.side === "charge" && one.earned > 0n);
          net += one.earned - one.owed + one.unpaid - repaid(model, one);
        }
        expect(net, "the sums of piles and grid").to.equal(0n);
        // Nobody gains or loses outside of what the settlement reports.
        for (const one of settlement.piles) {
          const setAside = worth(model, one.pile) - worthBefore.get(one.pile)! - one.earned + one.owed;
          expect(setAside >= 0n && setAside <= inDelivery).to.equal(true);
        }
        for (const cost of Object.values(settlement.imbalance)) expect(cost >= 0n).to.equal(true);
      }),
      { seed: SEED, numRuns: cases(400) },
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.above(cases(20, 0));
  }).timeout(120_000);

  it("does not depend on the order in which readings come in", () => {
    fc.assert(
      fc.property(randomFrame, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (frame, keys) => {
        const readings = [...readingsOf(frame.parties)];
        const shuffled = readings.map((entry, i) => [keys[i]!, entry] as const).sort(([a], [b]) => a - b);
        const settle = (in_: readonly (readonly [string, Reading])[]) => {
          const { model, outcome } = cleared(frame);
          if (outcome.trades.length + outcome.grid.length === 0) return undefined;
          return model.settle(FIRST, at(FIRST + 1) + 3_600, new Map(in_));
        };
        expect(settle(shuffled.map(([, entry]) => entry))).to.deep.equal(settle(readings));
      }),
      { seed: SEED, numRuns: cases(60) },
    );
  }).timeout(60_000);

  it("changes nothing while readings are missing", () => {
    fc.assert(
      fc.property(randomFrame, (frame) => {
        const { model, outcome } = cleared(frame);
        const readings = readingsOf(frame.parties);
        const parties = [...outcome.trades.flatMap(({ buy, sell }) => [buy, sell]), ...outcome.grid.map((f) => f.pile)];
        fc.pre(parties.some((id) => !readings.has(id)));
        const visible = () => [
          model.pileIds.map((id) => [model.freeBalance(id, at(FIRST + 1)), model.debt(id), model.credit(id)]),
          model.inDelivery,
          model.gridBalance,
        ];
        model.setWeather(idOf(0), 0n, at(FIRST + 1));
        const before = visible();
        expect(() => model.settle(FIRST, at(FIRST + 1), readings)).to.throw(MarketRefusal, "ReadingsAwaited");
        expect(visible()).to.deep.equal(before);
      }),
      { seed: SEED, numRuns: cases(60) },
    );
  }).timeout(60_000);

  /**
   * The claim: whatever the others report, a pile that stays silent ends with no more credit, and with no more money
   * less debt but for rounding (up to four money units a fill), than with any reading that its meter could have given: a
   * buyer any consumption up to what its rated power moves in a frame, a seller any production at all.
   */
  it("silence never pays", () => {
    let worse = 0;
    fc.assert(
      fc.property(randomFrame, fc.nat(), fc.bigInt({ min: 0n, max: 20_000n }), (frame, pick, anyWh) => {
        const index = pick % frame.parties.length;
        const id = idOf(index);
        const play = (reports: boolean) => {
          const parties = frame.parties.map((one, i) => {
            if (i !== index) return one;
            return { ...one, reports, movedWh: one.bid && anyWh > 11_000n ? 11_000n : anyWh };
          });
          const { model, outcome } = cleared({ ...frame, parties });
          const { trades, grid } = outcome;
          const fills =
            trades.filter(({ buy, sell }) => buy === id || sell === id).length +
            grid.filter(({ pile }) => pile === id).length;
          if (fills === 0) return undefined;
          model.settle(FIRST, at(FIRST + 1) + 3_600, readingsOf(parties));
          return { worth: worth(model, id), credit: model.credit(id).hundredths, fills };
        };
        const silent = play(false);
        const honest = play(true);
        fc.pre(silent !== undefined && honest !== undefined);
        expect(silent.worth <= honest.worth + 4n * BigInt(honest.fills)).to.equal(true);
        expect(silent.credit <= honest.credit).to.equal(true);
        worse += Number(silent.worth < honest.worth);
      }),
      { seed: SEED, numRuns: cases(500) },
    );
    expect(worse).to.be.above(cases(100));
  }).timeout(120_000);
});

/** What of a pile's earnings went on to its debt of this frame: it had none before. */
function repaid(model: MarketModel, { pile, unpaid }: PileSettlement): bigint {
  return unpaid - model.debt(pile);
}
