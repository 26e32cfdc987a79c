import { expect } from "chai";
import fc from "fast-check";

import { type Book, MarketModel, MarketRefusal } from "../../../../scripts/model/model";
import type { FrameOutcome, MarketParameters, OrderRequest } from "../../../../scripts/core/types";
import { expectConserved, PARAMETERS } from "./fixtures";
import { cases, whereAllCases } from "../../../helpers/cases";

const PILES = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
/** Of the first piles, money units: too little for some orders, or for what comes after them. */
const BALANCES = [50_000n, 200_000n, 400_000n];
const SEED = 4_14;

const parameters: fc.Arbitrary<MarketParameters> = fc
  .record({
    frameSeconds: fc.constantFrom(900, 1700, 1800),
    auctionSeconds: fc.constantFrom(60, 600, 899),
    leadFrames: fc.integer({ min: 1, max: 3 }),
    priceWeight: fc.integer({ min: 0, max: 20 }),
    timeWeight: fc.integer({ min: 0, max: 20 }),
    icebergThresholdWh: fc.bigInt({ min: 0n, max: 6000n }),
    icebergPeakWh: fc.bigInt({ min: 1n, max: 4000n }),
    minEnergyWh: fc.bigInt({ min: 1n, max: 100n }),
    maxWaitFrames: fc.integer({ min: 0, max: 4 }),
    capacityW: fc.bigInt({ min: 10_000n, max: 60_000n }),
    lossAllowanceW: fc.bigInt({ min: 0n, max: 500n }),
    tickSize: fc.constantFrom(1n, 7n),
    bondPricePerKwh: fc.bigInt({ min: 0n, max: 5_003n }),
    wheelingCapPerKwh: fc.bigInt({ min: 0n, max: 20_000n }),
    importCapPerKwh: fc.constant(160_000n),
    cancelPricePerKwh: fc.constantFrom(0n, 150_000n),
    keeperReward: fc.constantFrom(0n, 1_000n),
    settlement: fc.constant("adbev"),
    roundSeconds: fc.constant(120),
    finaliseSeconds: fc.constant(120),
    maxHorizon: fc.constant(24),
    allotment: fc.constant("expiry"),
    chargeEfficiencyBps: fc.constant(10_000n),
    dischargeEfficiencyBps: fc.constant(10_000n),
    readingSeconds: fc.constantFrom(0, 0, 1, 600),
    breach: fc.constantFrom("defaulter", "counterparty"),
    toleranceBps: fc.constantFrom(0n, 0n, 10_000n),
    initialCredit: fc.constant(5_000n),
    creditPriorWh: fc.constant(1_000n),
    minCredit: fc.constantFrom(0n, 0n, 4_000n),
    matching: fc.constantFrom("adbev", "adbev", "credit", "congestion"),
    congestionFromW: fc.constantFrom(0n, 20_000n),
    congestionPricePerKwhPerKw: fc.constantFrom(0n, 1n, 5_000n),
  })
  .map((some): MarketParameters => {
    const metered = some.readingSeconds > 0;
    const bondPricePerKwh =
      metered && some.breach === "defaulter" ? some.importCapPerKwh + some.bondPricePerKwh : some.bondPricePerKwh;
    const suits = {
      credit: metered,
      congestion: some.settlement === "adbev" && (!metered || some.breach === "defaulter"),
    };
    const matching = some.matching === "adbev" || suits[some.matching] ? some.matching : "adbev";
    return { ...some, bondPricePerKwh, matching, thetaBps: 5_000n };
  });

type Step =
  | {
      do: "place" | "replace";
      pile: number;
      request: { bid: boolean; ticks: bigint; wh: bigint; peak: bigint; life: number };
    }
  | { do: "cancel" | "suspend" | "readmit"; pile: number }
  | { do: "deposit" | "withdraw"; pile: number; amount: bigint }
  | { do: "withdrawGrid"; amount: bigint }
  | { do: "collect"; pile: number }
  | { do: "publish"; ahead: number; base: bigint; ticks: [bigint, bigint, bigint] }
  | { do: "clear"; ahead: number }
  | { do: "settle"; ahead: number; movedWh: (bigint | undefined)[] }
  | { do: "wait" | "open"; seconds: number }
  | { do: "next" };

const pile = fc.integer({ min: 0, max: PILES.length - 1 });
const price = fc.oneof(fc.constantFrom(20_000n, 20_001n), fc.bigInt({ min: 0n, max: 40_000n }));
const request = fc.record({
  bid: fc.boolean(),
  ticks: price,
  wh: fc.bigInt({ min: 0n, max: 9_000n }),
  peak: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 5_000n })),
  life: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) }),
});
const kind = <T extends string>(...names: T[]) => fc.constantFrom(...names);

/** Of the first pile 1 W, W. */
const ratedW = (index: number) => BigInt(1 + index * 3_700);

/**
 * Energy that each pile moves, either way, 1/1000 of its reach, sometimes more; undefined where its meter is silent.
 */
const movedWh = fc.array(fc.option(fc.bigInt({ min: 0n, max: 1_010n }), { nil: undefined, freq: 5 }), {
  minLength: PILES.length,
  maxLength: PILES.length,
});

const act: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: kind("place", "place", "replace"), pile, request }) },
  { weight: 3, arbitrary: fc.record({ do: kind("cancel", "suspend", "readmit", "readmit"), pile }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: kind("deposit", "withdraw"), pile, amount: fc.bigInt({ min: 0n, max: 9_000_000n }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind("withdrawGrid"), amount: fc.bigInt({ min: 0n, max: 40_000n }) }) },
  { weight: 1, arbitrary: fc.record({ do: kind("collect"), pile }) },
  { weight: 1, arbitrary: fc.record({ do: kind("clear"), ahead: fc.integer({ min: -4, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: kind("settle"), ahead: fc.integer({ min: -4, max: 2 }), movedWh }) },
  { weight: 1, arbitrary: fc.record({ do: kind("wait"), seconds: fc.integer({ min: 0, max: 300 }) }) },
);
const publish: fc.Arbitrary<Step> = fc.record({
  do: kind("publish"),
  ahead: fc.constantFrom(1, 2, 3, 4, 4, 4),
  base: fc.bigInt({ min: -30_000n, max: 40_000n }),
  ticks: fc.tuple(
    fc.bigInt({ min: 5_000n, max: 25_000n }),
    fc.oneof({ weight: 9, arbitrary: fc.bigInt({ min: 0n, max: 15_000n }) }, { weight: 1, arbitrary: price }),
    fc.bigInt({ min: 0n, max: 3_000n }),
  ),
});

/** Most frames go their ordinary way: published, something happens, the window opens, it is cleared, it is over. */
const frameSteps: fc.Arbitrary<Step[]> = fc
  .record({
    publishes: fc.array(publish, { minLength: 1, maxLength: 2 }),
    before: fc.array(act, { maxLength: 8 }),
    openFor: fc.integer({ min: 0, max: 59 }),
    within: fc.array(act, { maxLength: 2 }),
    cleared: fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0),
    settled: fc.option(movedWh, { nil: undefined }),
    after: fc.array(act, { maxLength: 2 }),
  })
  .map(({ publishes, before, openFor, within, cleared, settled, after }): Step[] => [
    ...publishes,
    ...before,
    { do: "open", seconds: openFor },
    ...within,
    ...(cleared ? [{ do: "clear", ahead: 1 } as const] : []),
    ...after,
    { do: "next" },
    ...(settled === undefined ? [] : [-1, -2].map((ahead) => ({ do: "settle", ahead, movedWh: settled }) as const)),
  ]);
const sequences = fc.array(frameSteps, { minLength: 6, maxLength: 14 }).map((frames) => frames.flat());

/** All that can be seen of the model. */
function visible(model: MarketModel, nowSeconds: number, frame: number): unknown {
  return {
    piles: PILES.map((id) => [
      model.order(id, nowSeconds),
      model.freeBalance(id, nowSeconds),
      model.lockedBalance(id, nowSeconds),
      model.claim(id),
      model.credit(id),
    ]),
    totals: [model.inDelivery, model.gridBalance, model.deposited, model.withdrawn, model.pflW, model.recordedLoad],
    book: model.book(frame),
  };
}

/** Conditions on every outcome, whatever the book. */
function expectSound(outcome: FrameOutcome, book: Book, market: MarketParameters): void {
  const entries = new Map([...book.bids, ...book.asks].map((entry) => [entry.pile, entry]));
  const left = new Map([...entries].map(([id, { displayedWh }]) => [id, displayedWh]));
  const take = (id: string, energyWh: bigint) => {
    expect(energyWh > 0n).to.equal(true);
    left.set(id, left.get(id)! - energyWh);
    expect(left.get(id)! >= 0n, `${id} moves more than it shows`).to.equal(true);
  };
  for (const { buy, sell, price: agreed, energyWh } of outcome.trades) {
    expect(entries.get(buy)!.price >= agreed && agreed >= entries.get(sell)!.price).to.equal(true);
    take(buy, energyWh);
    take(sell, energyWh);
  }
  for (const { pile: id, price: tariff, energyWh } of outcome.grid) {
    expect(entries.get(id)!.price >= tariff).to.equal(true);
    take(id, energyWh);
  }
  for (const bid of book.bids) {
    for (const ask of book.asks) {
      const crosses = bid.price >= ask.price && left.get(bid.pile)! > 0n && left.get(ask.pile)! > 0n;
      expect(crosses, `${bid.pile} and ${ask.pile} were left unmatched`).to.equal(false);
    }
  }
  if (outcome.grid.length > 0) expect(outcome.loadW + market.lossAllowanceW <= market.capacityW).to.equal(true);
}

describe("MarketModel on random sequences", () => {
  it("conserves money, changes nothing when it refuses, and clears soundly", () => {
    const seen = {
      trades: 0,
      fills: 0,
      settled: 0,
      silent: 0,
      parts: 0,
      claims: 0,
      collected: 0,
      codes: new Set<string>(),
    };
    fc.assert(
      fc.property(parameters, sequences, (market, steps) => {
        const model = new MarketModel(market);
        for (const [i, id] of PILES.entries()) {
          model.registerPile(id, ratedW(i), { balance: BALANCES[i] ?? 20_000_000n });
        }
        model.depositGrid(100n);
        let now = 20 * market.frameSeconds;
        const current = () => Math.floor(now / market.frameSeconds);
        const order = (r: Extract<Step, { do: "place" | "replace" }>["request"]): OrderRequest => ({
          side: r.bid ? "charge" : "discharge",
          price: r.ticks * market.tickSize,
          energyWh: r.wh,
          peakWh: r.peak,
          expiryFrame: current() + r.life,
        });
        const nextWindow = () => (current() + 1) * market.frameSeconds - market.auctionSeconds;
        const run = (s: Step): void => {
          switch (s.do) {
            case "place":
              return model.place(PILES[s.pile]!, order(s.request), now);
            case "replace":
              return model.replace(PILES[s.pile]!, order(s.request), now);
            case "cancel":
              return model.cancel(PILES[s.pile]!, now);
            case "suspend":
            case "readmit":
              return model.setSuspended(PILES[s.pile]!, s.do === "suspend");
            case "deposit":
              return model.deposit(PILES[s.pile]!, s.amount);
            case "withdraw":
              return model.withdraw(PILES[s.pile]!, s.amount, now);
            case "withdrawGrid":
              return model.withdrawGrid(s.amount, now);
            case "collect":
              seen.collected += Number(model.collectClaim(PILES[s.pile]!, now) > 0n);
              return;
            case "publish": {
              const [importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh] = s.ticks;
              const publication = {
                baseLoadW: s.base,
                importPricePerKwh: importPricePerKwh * market.tickSize,
                exportPricePerKwh: exportPricePerKwh * market.tickSize,
                wheelingPricePerKwh: wheelingPricePerKwh * market.tickSize,
              };
              return model.publish(current() + s.ahead, publication, now);
            }
            case "clear": {
              const frame = current() + s.ahead;
              const book = model.book(frame);
              const outcome = model.clear(frame, now, PILES[0]);
              expectSound(outcome, book, market);
              seen.trades += outcome.trades.length;
              seen.fills += outcome.grid.length;
              return;
            }
            case "settle": {
              const readings = s.movedWh.flatMap((share, i) => {
                if (share === undefined) return [];
                const wh = (ratedW(i) * BigInt(market.frameSeconds) * share) / 3_600_000n;
                // Where everybody consumed as well, the grid would always have an income to pay surplus with.
                return [[PILES[i]!, { consumedWh: share % 2n === 0n ? wh : 0n, producedWh: wh }] as const];
              });
              const { piles, complete } = model.settle(current() + s.ahead, now, new Map(readings), PILES[1]);
              seen.settled++;
              seen.parts += Number(!complete);
              seen.silent += piles.filter(({ silent }) => silent).length;
              seen.claims += piles.filter(({ claimed }) => claimed > 0n).length;
              return;
            }
            case "wait":
              now += s.seconds;
              return;
            case "open":
              now = Math.max(now, nextWindow() + s.seconds);
              return;
            case "next":
              now = (current() + 1) * market.frameSeconds;
              return;
          }
        };
        for (const s of steps) {
          const before = visible(model, now, current() + 1);
          try {
            run(s);
          } catch (error) {
            if (!(error instanceof MarketRefusal)) throw error;
            seen.codes.add(error.code);
            expect(visible(model, now, current() + 1)).to.deep.equal(before);
          }
          expectConserved(model, now);
        }
      }),
      { seed: SEED, numRuns: cases(60) },
    );
    // The sequences reach what they are meant to reach.
    whereAllCases(() => {
      expect(seen.trades).to.be.above(60);
      expect(seen.fills).to.be.above(12);
      expect(seen.settled).to.be.above(40);
      expect(seen.silent).to.be.above(0);
      expect(seen.parts).to.be.above(0);
      expect(seen.claims).to.be.above(0);
      expect(seen.collected).to.be.above(0);
      expect([...seen.codes]).to.include.members([
        "GateClosed",
        "InsufficientBalance",
        "PileSuspended",
        "LiveOrderExists",
        "ReadingsAwaited",
        "ReadingAboveReach",
        "NothingClaimed",
        "ImportAboveCap",
        "ExportAboveImport",
        "CreditTooLow",
      ]);
    });
  }).timeout(600_000);

  it("does not depend on the order of placement where no two prices of a side are equal", () => {
    const orders = fc.uniqueArray(
      fc.record({
        bid: fc.boolean(),
        price: fc.bigInt({ min: 1n, max: 1_000n }),
        wh: fc.bigInt({ min: 1n, max: 4_000n }),
      }),
      { minLength: 2, maxLength: 8, selector: ({ bid, price: p }) => `${bid} ${p}` },
    );
    fc.assert(
      fc.property(orders, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (list, keys) => {
        const clearIn = (sequence: number[]) => {
          const model = new MarketModel(PARAMETERS);
          for (const id of PILES) model.registerPile(id, 22_000n, { balance: 10n ** 9n });
          for (const i of sequence) {
            const { bid, price: p, wh } = list[i]!;
            const side = bid ? "charge" : "discharge";
            model.place(PILES[i]!, { side, price: p, energyWh: wh, peakWh: 0n, expiryFrame: 9 }, 6 * 1800);
          }
          return model.clear(7, 7 * 1800 - 1).trades;
        };
        const inOrder = list.map((_, i) => i);
        const shuffled = [...inOrder].sort((a, b) => keys[a]! - keys[b]!);
        // All prices of a side differ, so nothing is tied.
        expect(clearIn(shuffled)).to.deep.equal(clearIn(inOrder));
      }),
      { seed: SEED, numRuns: cases(60) },
    );
  }).timeout(20_000);
});
