import { expect } from "chai";
import fc from "fast-check";

import level from "../../../../docs/examples/level";
import {
  compareScores,
  type FlexibleOrder,
  followPlan,
  type FrozenBook,
  projectFallback,
  type Score,
  scoreCourse,
  scorePlan,
} from "../../../../scripts/model/benefit";
import {
  asapPlanner,
  type BookPlanner,
  epob,
  epobFactor,
  highsPlanner,
  pob,
} from "../../../../scripts/planners/book/planners";
import { planFor } from "../../../../scripts/planners/book/levels";
import { Random } from "../../../../scripts/core/random";
import type { TotalsPlan } from "../../../../scripts/core/rounds";
import { cases } from "../../../helpers/cases";

const SEED = 6_4;
const FRAME = 100;
const TARIFFS = { importPricePerKwh: 200_000n, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };

/** A book with the base load given, in W, and orders that look `life` frames ahead. */
function book(baseLoadsW: (number | undefined)[], overrides: Partial<FrozenBook> = {}): FrozenBook {
  return {
    ...{ frame: FRAME, horizon: baseLoadsW.length, bids: [], asks: [], previousLoadW: 30_000n, matchedGridWh: 0n },
    ...{ exportBudgetTicks: 10n ** 9n, tickSize: 1n },
    publications: baseLoadsW.map((watts) =>
      watts === undefined ? undefined : { ...TARIFFS, baseLoadW: BigInt(watts) },
    ),
    expectedLoadsW: baseLoadsW.map(() => 0n),
    ...{ capacityW: 250_000n, lossAllowanceW: 0n, frameSeconds: 1800, maxWaitFrames: 12, allotment: "expiry" },
    ...{ chargeEfficiencyBps: 10_000n, dischargeEfficiencyBps: 10_000n },
    ...overrides,
  };
}

function bid(
  remainingWh: number,
  frames: number,
  peakWh: number,
  overrides: Partial<FlexibleOrder> = {},
): FlexibleOrder {
  const tranche = BigInt(Math.min(remainingWh, peakWh));
  return {
    ...{ pile: "A", side: "charge", price: 200_000n, remainingWh: BigInt(remainingWh), displayedWh: tranche },
    ...{ peakWh: BigInt(peakWh), expiryFrame: FRAME + frames - 1, waitedFrames: 0 },
    ...overrides,
  };
}

const ask = (remainingWh: number, frames: number, peakWh: number): FlexibleOrder =>
  bid(remainingWh, frames, peakWh, { side: "discharge", price: 50_000n });

const numbers = (wh: readonly bigint[]) => wh.map(Number);

/** A planner's plan of totals. */
async function totalsBy(planner: BookPlanner, frozen: FrozenBook): Promise<TotalsPlan> {
  return (await planner.plan(frozen)) as TotalsPlan;
}

const order = fc
  .record({
    remaining: fc.integer({ min: 1, max: 9_000 }),
    matched: fc.integer({ min: 0, max: 1_000 }),
    frames: fc.integer({ min: 1, max: 9 }),
    peak: fc.integer({ min: 200, max: 4_000 }),
    price: fc.bigInt({ min: 170_000n, max: 240_000n }),
    waitedFrames: fc.nat({ max: 5 }),
  })
  .map(({ remaining, matched, frames, peak, price, waitedFrames }) => {
    const displayedWh = BigInt(Math.max(0, Math.min(remaining, peak) - matched));
    return bid(remaining, frames, peak, { price, waitedFrames, displayedWh });
  });
const books = fc
  .record({
    bases: fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -30_000, max: 70_000 }) }), {
      minLength: 1,
      maxLength: 7,
    }),
    hole: fc.integer({ min: 1, max: 20 }),
    bids: fc.array(order, { maxLength: 12 }),
    asks: fc.array(order, { maxLength: 4 }),
    capacityW: fc.bigInt({ min: 30_000n, max: 90_000n }),
    lossAllowanceW: fc.bigInt({ min: 0n, max: 500n }),
    frameSeconds: fc.constantFrom(900, 1700, 1800),
    chargeEfficiencyBps: fc.bigInt({ min: 9_000n, max: 12_000n }),
    dischargeEfficiencyBps: fc.bigInt({ min: 8_000n, max: 10_000n }),
    matchedGridWh: fc.bigInt({ min: 0n, max: 3_000n }),
    allotment: fc.constantFrom("expiry", "laxity"),
    expected: fc.array(fc.bigInt({ min: -20_000n, max: 60_000n }), { minLength: 7, maxLength: 7 }),
  })
  .map(({ bases, hole, bids, asks, expected, ...rest }) =>
    book(
      bases.map((watts, offset) => (offset === hole ? undefined : watts)),
      {
        ...rest,
        expectedLoadsW: bases.map((_, offset) => (offset === 0 || offset === hole ? 0n : expected[offset]!)),
        bids,
        asks: asks.map((of) => ({ ...of, side: "discharge", price: of.price - 160_000n })),
      },
    ),
  );

const QUICK: readonly BookPlanner[] = [epob(), epobFactor(), pob(), asapPlanner(), level];

describe("planners over a frozen book", () => {
  it("bring plans that no book refuses", async () => {
    await fc.assert(
      fc.asyncProperty(books, async (frozen) => {
        for (const planner of QUICK) followPlan(frozen, planFor(frozen, await planner.plan(frozen)));
      }),
      { seed: SEED, numRuns: cases(300) },
    );
  }).timeout(60_000);

  it("leave nobody unserved who can be served, where the capacity is ample", async () => {
    await fc.assert(
      fc.asyncProperty(books, async (frozen) => {
        const ample: FrozenBook = { ...frozen, capacityW: 10n ** 7n };
        const asap = scorePlan(ample, await asapPlanner().plan(ample)).unservedWh;
        for (const planner of QUICK) {
          const { unservedWh } = scorePlan(ample, planFor(ample, await planner.plan(ample)));
          expect(unservedWh, planner.name).to.equal(asap);
        }
      }),
      { seed: SEED, numRuns: cases(200) },
    );
  }).timeout(60_000);

  it("ePoB: leaves no more unserved than drawing everything at once does, however little the feeder carries", async () => {
    await fc.assert(
      fc.asyncProperty(books, async (frozen) => {
        const { unservedWh } = scorePlan(frozen, await asapPlanner().plan(frozen));
        const own = scorePlan(frozen, await epob().plan(frozen));
        expect(own.unservedWh <= unservedWh, `${own.unservedWh} instead of ${unservedWh}`).to.equal(true);
      }),
      { seed: SEED, numRuns: cases(300) },
    );
  }).timeout(60_000);

  it("ePoB: spreads a need evenly where the load is flat, up to its end", async () => {
    const frozen = book([30_000, 30_000, 30_000, 30_000], { bids: [bid(4000, 4, 2000)] });
    const { drawWh, dischargeWh } = await totalsBy(epob(), frozen);
    // The step back to the homes alone is beyond the horizon: the load may rise towards its end.
    expect(numbers(drawWh)).to.deep.equal([533, 933, 1200, 1334]);
    expect(numbers(dischargeWh)).to.deep.equal([0, 0, 0, 0]);
  });

  it("ePoB: shaves a peak with what sellers offer the grid", async () => {
    const frozen = book([30_000, 36_000, 30_000], { asks: [ask(9000, 3, 4000)] });
    const { dischargeWh } = await totalsBy(epob(), frozen);
    expect(numbers(dischargeWh)[1]).to.be.within(2_990, 3_010);
    expect(scorePlan(frozen, await epob().plan(frozen)).squaredStepsW2 < 10_000n).to.equal(true);
  });

  it("ePoB: starts in time what stands late in the contract's order and can wait least", async () => {
    // B must draw its tranche in every frame but one; A is served before it, and could wait.
    const bids = [bid(6000, 4, 2000, { pile: "A" }), bid(8000, 5, 2000, { pile: "B" })];
    const frozen = book(new Array<number>(5).fill(30_000), { bids });
    const plan = await epob().plan(frozen);
    expect(scorePlan(frozen, plan).unservedWh).to.equal(0n);
  });

  it("by laxity: come as near to their totals as a level can, from below", async () => {
    const bids = [bid(6000, 4, 2000, { pile: "A" }), bid(2000, 6, 3000, { pile: "B" })];
    const frozen = book(new Array<number>(7).fill(30_000), { bids, allotment: "laxity" });
    const totals: TotalsPlan = {
      drawWh: [2500n, 2000n, 0n, 0n, 0n, 0n, 0n],
      dischargeWh: [0n, 0n, 0n, 0n, 0n, 0n, 0n],
    };
    const { drawWh } = followPlan(frozen, planFor(frozen, totals));
    // A cannot do without more than one frame, B without five and a third.
    expect(drawWh[0]! <= 2500n && drawWh[0]! > 1995n).to.equal(true);
    const own = await epob().plan(frozen);
    expect(planFor(frozen, own)).to.equal(own);
    const [steady, rushed] = [scorePlan(frozen, own), scorePlan(frozen, await asapPlanner().plan(frozen))];
    expect(steady.unservedWh).to.equal(0n);
    expect(compareScores(steady, rushed)).to.be.below(0);
  });

  it("PoB: holds the load where it was, but draws what could not be drawn later", async () => {
    const bids = [bid(3000, 3, 2000, { pile: "A" })];
    const held = await totalsBy(pob(), book([28_000, 30_000, 30_000], { bids }));
    expect(numbers(held.drawWh)).to.deep.equal([1000, 0, 2000]);
  });

  it("as soon as possible: everything at once within the capacity", async () => {
    const bids = [bid(3000, 3, 2000, { pile: "A" }), bid(3000, 3, 2000, { pile: "B" })];
    const { drawWh } = await totalsBy(asapPlanner(), book([30_000, 30_000, 30_000], { bids, capacityW: 37_000n }));
    expect(numbers(drawWh)).to.deep.equal([3499, 2501, 0]);
  });

  it("c: draws more at first, as far as the tranches go [T Table 6-A]", async () => {
    const frozen = book([30_000, 30_000, 30_000, 30_000], { bids: [bid(4000, 4, 2000)] });
    const { drawWh } = await totalsBy(epobFactor(2), frozen);
    expect(Number(drawWh[0])).to.equal(1067);
    expect(numbers(drawWh).reduce((sum, wh) => sum + wh, 0)).to.equal(4000);
    expect(numbers((await totalsBy(epobFactor(9), frozen)).drawWh)[0]).to.equal(2000);
  });

  it("ePoB comes near to the reference and beats the fallback", async () => {
    const random = new Random(SEED);
    for (let round = 0; round < 3; round++) {
      const expected = Array.from({ length: 8 }, (_, k) => (k === 0 ? 0n : BigInt(2_000 * round * k)));
      const frozen = { ...randomBook(random.stream(String(round)), 12, 8), expectedLoadsW: expected };
      const own = scorePlan(frozen, await epob().plan(frozen));
      const reference = scorePlan(frozen, await highsPlanner().plan(frozen));
      expect(own.unservedWh).to.equal(reference.unservedWh);
      expect(Number(own.squaredStepsW2)).to.be.below(1.05 * Number(reference.squaredStepsW2) + 10_000);
      const fallback: Score = scoreCourse(frozen, projectFallback(frozen));
      expect(compareScores(own, fallback)).to.be.below(0);
    }
  }).timeout(60_000);

  it("ePoB leaves the valley to those who are expected to fill it", async () => {
    const bases = [40_000, 40_000, 30_000, 30_000, 40_000];
    const bids = [bid(6_000, 5, 4_000)];
    const alone = book(bases, { bids, previousLoadW: 40_000n });
    const shared = { ...alone, expectedLoadsW: [0n, 0n, 10_000n, 10_000n, 0n] };
    const [first, later] = [
      (await totalsBy(epob(), alone)).drawWh.map(Number),
      (await totalsBy(epob(), shared)).drawWh.map(Number),
    ];
    expect(first[2]! + first[3]!).to.be.above(5_000);
    expect(later[0]! + later[1]!).to.be.above(2 * (first[0]! + first[1]!));
    const planned = await epob().plan(shared);
    expect(compareScores(scorePlan(shared, planned), scorePlan(shared, await epob().plan(alone)))).to.be.below(0);
  });

  it("ePoB prepares for no step where publications end", async () => {
    const bids = (frames: number) =>
      Array.from({ length: 10 }, (_, index) => bid(12_000, frames, 4_000, { pile: `EV${index}` }));
    const expected = Array.from({ length: 12 }, (_, offset) => (offset === 0 ? 0n : 30_000n));
    const published = new Array<number>(12).fill(30_000);
    const short = book(published, { bids: bids(12), expectedLoadsW: expected });
    const long = book([...published, undefined], { bids: bids(13), expectedLoadsW: [...expected, 0n] });
    const { drawWh, dischargeWh } = await totalsBy(epob(), short);
    const extended = { drawWh: [...drawWh, 0n], dischargeWh: [...dischargeWh, 0n] };
    const [own, same] = [scorePlan(long, await epob().plan(long)), scorePlan(long, extended)];
    expect(own.unservedWh).to.equal(same.unservedWh);
    expect(Number(own.squaredStepsW2)).to.be.below(1.08 * Number(same.squaredStepsW2));
  });

  it("plan 100 orders over 24 frames in a fraction of a second", async () => {
    const random = new Random(SEED);
    const planner = epob();
    const frozen = Array.from({ length: 6 }, (_, round) => randomBook(random.stream(`large ${round}`), 100, 24));
    await planner.plan(frozen[0]!);
    // Processor time: other tests share the machine.
    const begun = process.cpuUsage();
    for (const large of frozen.slice(1)) await planner.plan(large);
    expect(process.cpuUsage(begun).user / 1000 / 5).to.be.below(250);
  }).timeout(20_000);
});

/** A book of bids that come and go as EVs do, on a hilly base load. */
function randomBook(random: Random, orders: number, frames: number): FrozenBook {
  const bids = Array.from({ length: orders }, (_, index) => {
    const stay = Math.round(random.stream(`stay ${index}`).uniform(1, frames));
    const peakWh = random.stream(`peak ${index}`).uniform(0, 1) < 0.8 ? 1500 : 4000;
    const share = random.stream(`share ${index}`).uniform(0.1, 0.9);
    return bid(Math.max(1, Math.round(share * stay * peakWh)), stay, peakWh, { pile: `EV${index}` });
  });
  const bases = Array.from({ length: frames }, (_, k) => Math.round(40_000 + 15_000 * Math.sin(k / 4)));
  return book(bases, { bids, capacityW: 10n ** 6n });
}
