import { expect } from "chai";

import {
  benefit,
  checkPlan,
  compareScores,
  decide,
  followPlan,
  type FlexibleOrder,
  type FrozenBook,
  type Plan,
  projectFallback,
  scoreCourse,
  scorePlan,
} from "../../../../scripts/model/benefit";
import { expectedLoadsW } from "../../../../scripts/model/benefit/frozenBook";
import type { Publication } from "../../../../scripts/core/types";
import { expectRefusal, PUBLICATION } from "./fixtures";

function order(pile: string, overrides: Partial<FlexibleOrder> = {}): FlexibleOrder {
  return {
    ...{ pile, side: "charge", price: 250_000n, remainingWh: 5000n, displayedWh: 2000n, peakWh: 2000n },
    ...{ expiryFrame: 12, waitedFrames: 0 },
    ...overrides,
  };
}

function seller(pile: string, overrides: Partial<FlexibleOrder> = {}): FlexibleOrder {
  return order(pile, { side: "discharge", price: 40_000n, ...overrides });
}

/** Three frames from frame 10 on, 30 kW of homes in each and before; a frame moves 1 Wh with 2 W. */
function book(overrides: Partial<FrozenBook> = {}): FrozenBook {
  return {
    ...{ frame: 10, horizon: 3, bids: [], asks: [], previousLoadW: 30_000n, matchedGridWh: 0n },
    ...{ exportBudgetTicks: 10n ** 9n, tickSize: 1n },
    ...{ publications: published(30_000n, 30_000n, 30_000n), expectedLoadsW: [0n, 0n, 0n] },
    ...{ capacityW: 50_000n, lossAllowanceW: 0n, frameSeconds: 1800, maxWaitFrames: 12, allotment: "expiry" },
    ...{ chargeEfficiencyBps: 10_000n, dischargeEfficiencyBps: 10_000n },
    ...overrides,
  };
}

function published(...baseLoadsW: (bigint | undefined)[]): (Publication | undefined)[] {
  return baseLoadsW.map((baseLoadW) => (baseLoadW === undefined ? undefined : { ...PUBLICATION, baseLoadW }));
}

function plan(drawWh: bigint[], dischargeWh: bigint[] = drawWh.map(() => 0n)): Plan {
  return { drawWh, dischargeWh };
}

/** Who moves what in the first frame: `[["A", 2000n]]`. */
function first(frozen: FrozenBook, of: Plan): [string, bigint][] {
  return followPlan(frozen, of).first.map(({ order: { pile }, energyWh }) => [pile, energyWh]);
}

/** A plan of levels, in frames. */
function levels(draw: number[], discharge: number[] = draw.map(() => 0)): Plan {
  const scaled = (frames: number[]) => frames.map((of) => BigInt(Math.round(of * 2 ** 17)));
  return { drawLevel: scaled(draw), dischargeLevel: scaled(discharge) };
}

describe("Benefit-scored plans", () => {
  describe("by laxity", () => {
    /** Frames 10 to 13, of which the last is the step after the last order. */
    const lax = (overrides: Partial<FrozenBook> = {}) =>
      book({
        allotment: "laxity",
        horizon: 4,
        publications: published(30_000n, 30_000n, 30_000n, 30_000n),
        ...overrides,
      });

    it("moves at one frame what cannot wait, above it most of whoever can wait least, at 0 nothing", () => {
      // Laxities of 0.5, 1 and 2 frames.
      const bids = [
        order("A", { remainingWh: 5000n }),
        order("B", { remainingWh: 4000n }),
        order("C", { remainingWh: 2000n }),
      ];
      expect(first(lax({ bids }), levels([0, 0, 0, 0]))).to.deep.equal([]);
      expect(first(lax({ bids }), levels([1, 0, 0, 0]))).to.deep.equal([["A", 1000n]]);
      expect(first(lax({ bids }), levels([1.25, 0, 0, 0]))).to.deep.equal([
        ["A", 1500n],
        ["B", 500n],
      ]);
      expect(first(lax({ bids }), levels([127, 0, 0, 0]))).to.deep.equal([
        ["A", 2000n],
        ["B", 2000n],
        ["C", 2000n],
      ]);
    });

    it("decides anew in every frame by what is left, and leaves nobody unserved at one frame", () => {
      const frozen = lax({ bids: [order("A"), order("B", { expiryFrame: 11, remainingWh: 1500n })] });
      const { drawWh, leftWh } = followPlan(frozen, levels([1, 1, 1, 1]));
      // A begins with what is above two tranches, B in its last frame.
      expect(drawWh).to.deep.equal([1000n, 3500n, 2000n, 0n]);
      expect([...leftWh.values()]).to.deep.equal([0n, 0n]);
    });

    it("shares out what there is where not everybody can be served", () => {
      const frozen = lax({ bids: ["A", "B", "C"].map((name) => order(name, { remainingWh: 6000n })) });
      const { drawWh, leftWh } = followPlan(frozen, levels([0.5, 0.5, 0.25, 0]));
      // Of 5000 Wh left in the second frame two tranches can still be given, so half a frame is 1000 Wh again.
      expect(drawWh).to.deep.equal([3000n, 3000n, 1500n, 0n]);
      expect([...leftWh.values()]).to.deep.equal([3500n, 3500n, 3500n]);
    });

    it("rounds down to the Wh, keeps limits and frames that are not published, and refuses no level", () => {
      const third = { drawLevel: [2n ** 17n / 3n, 0n, 0n, 0n], dischargeLevel: [0n, 0n, 0n, 0n] };
      // 5000 - 2000 * (3 - 43690 / 2^17) = -333.4; a tranche of three frames: 6000 - 5333.4.
      expect(first(lax({ bids: [order("A", { remainingWh: 6000n })] }), third)).to.deep.equal([["A", 666n]]);
      const cheap = lax({ bids: [order("A", { price: PUBLICATION.importPricePerKwh - 1n })] });
      expect(followPlan(cheap, levels([9, 9, 9, 9])).drawWh).to.deep.equal([0n, 0n, 0n, 0n]);
      const gap = lax({ bids: [order("A")], publications: published(30_000n, undefined, 30_000n, 30_000n) });
      expect(followPlan(gap, levels([9, 9, 9, 9])).drawWh).to.deep.equal([2000n, 0n, 2000n, 0n]);
    });

    it("counts what moves against capacity and export budget, and what can no longer be given as unserved", () => {
      const bids = [order("A", { remainingWh: 5000n })];
      expectRefusal("PlanOverCapacity", () => checkPlan(lax({ bids, capacityW: 33_999n }), levels([9, 0, 0, 0])));
      const asks = [seller("S")];
      const cost = { exportBudgetTicks: (PUBLICATION.exportPricePerKwh * 2000n) / 1000n - 1n };
      expectRefusal("PlanExportsUnfunded", () => checkPlan(lax({ asks, ...cost }), levels([0, 0, 0, 0], [9, 0, 0, 0])));
      const short = lax({ bids, horizon: 1, publications: published(30_000n) });
      // Two more frames give 4000 at most.
      expect(scorePlan(short, levels([0])).unservedWh).to.equal(1000n);
      expect(scorePlan(short, levels([1])).unservedWh).to.equal(0n);
    });

    it("takes levels and no totals, elsewhere totals and no levels", () => {
      expect(() => checkPlan(lax(), plan([0n, 0n, 0n, 0n]))).to.throw(RangeError, "plans of this round are levels");
      expect(() => checkPlan(book(), levels([0, 0, 0]))).to.throw(RangeError, "plans of this round are totals in Wh");
      expectRefusal("WrongHorizon", () => checkPlan(lax(), levels([0])));
    });
  });

  describe("allotment", () => {
    it("serves the earliest last frame first, then priority, each at most its tranche and what is left", () => {
      const bids = [order("late"), order("first", { expiryFrame: 11 }), order("second", { expiryFrame: 11 })];
      expect(first(book({ bids }), plan([4500n, 0n, 0n]))).to.deep.equal([
        ["first", 2000n],
        ["second", 2000n],
        ["late", 500n],
      ]);
    });

    it("shows what the match left of a tranche in the first frame and the peak later", () => {
      const frozen = book({ bids: [order("A", { displayedWh: 300n, remainingWh: 3300n })] });
      expect(() => checkPlan(frozen, plan([300n, 2000n, 1000n]))).not.to.throw();
      expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([301n, 0n, 0n])));
    });

    it("names the frame, the side and what could be allotted of a total that is too large", () => {
      const frozen = book({ bids: [order("A")], asks: [seller("S", { remainingWh: 900n })] });
      const drawn = expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([2000n, 2000n, 1001n])));
      expect(drawn.details).to.deep.equal({ offset: 2, side: "charge", totalWh: 1001n, allottedWh: 1000n });
      const fed = expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([0n, 0n, 0n], [0n, 901n, 0n])));
      expect(fed.details).to.deep.equal({ offset: 1, side: "discharge", totalWh: 901n, allottedWh: 900n });
    });

    it("leaves out who is beyond the last frame or whose limit the tariff of the frame does not meet", () => {
      const bids = [order("gone", { expiryFrame: 10 }), order("cheap", { price: 199_999n }), order("A")];
      const asks = [seller("dear", { price: 50_001n }), seller("S", { price: 50_000n })];
      const frozen = book({ bids, asks });
      expect(first(frozen, plan([4000n, 0n, 0n], [2000n, 0n, 0n]))).to.deep.equal([
        ["gone", 2000n],
        ["A", 2000n],
        ["S", 2000n],
      ]);
      expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([0n, 2001n, 0n])));
      expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([0n, 0n, 0n], [0n, 2001n, 0n])));
    });

    it("lets nothing flow in an unpublished frame", () => {
      const frozen = book({ bids: [order("A")], publications: published(30_000n, undefined, 30_000n) });
      const refusal = expectRefusal("PlanNotAllottable", () => checkPlan(frozen, plan([0n, 1n, 0n])));
      expect(refusal.details).to.include({ offset: 1, allottedWh: 0n });
    });

    it("wants a figure for each frame of the horizon, of 24 bits", () => {
      expectRefusal("WrongHorizon", () => checkPlan(book(), plan([0n, 0n])));
      expectRefusal("WrongHorizon", () => checkPlan(book(), plan([0n, 0n, 0n], [0n, 0n, 0n, 0n])));
      expect(() => checkPlan(book(), plan([2n ** 24n, 0n, 0n]))).to.throw(RangeError);
      expect(() => checkPlan(book(), plan([-1n, 0n, 0n]))).to.throw(RangeError);
    });
  });

  describe("capacity", () => {
    const bids = ["A", "B", "C", "D", "E", "F"].map((pile) => order(pile));
    const asks = [seller("S", { displayedWh: 20_000n, remainingWh: 60_000n, peakWh: 20_000n })];

    it("is kept to the watt, what normal bids drew included", () => {
      // 20 kW are left: 10 000 Wh; 1 000 of them are gone in the first frame.
      const frozen = book({ bids, matchedGridWh: 1000n });
      expect(() => checkPlan(frozen, plan([9000n, 10_000n, 0n]))).not.to.throw();
      const refusal = expectRefusal("PlanOverCapacity", () => checkPlan(frozen, plan([9001n, 0n, 0n])));
      expect(refusal.details).to.deep.equal({ offset: 0, loadW: 50_002n });
      expectRefusal("PlanOverCapacity", () => checkPlan(frozen, plan([9000n, 10_001n, 0n])));
      expectRefusal("PlanOverCapacity", () => checkPlan({ ...frozen, lossAllowanceW: 1n }, plan([9000n, 0n, 0n])));
    });

    it("may stay exceeded where a plan takes the load no further from zero", () => {
      const frozen = book({ bids, asks, publications: published(-60_000n, 60_000n, 60_000n) });
      // Drawing brings -60 kW nearer to zero; feeding in brings 60 kW nearer.
      expect(() => checkPlan(frozen, plan([1000n, 0n, 0n], [0n, 1000n, 0n]))).not.to.throw();
      expectRefusal("PlanOverCapacity", () => checkPlan(frozen, plan([0n, 1n, 0n])));
      expectRefusal("PlanOverCapacity", () => checkPlan(frozen, plan([0n, 0n, 0n], [1n, 0n, 0n])));
    });

    it("counts the load with its efficiencies, rounded away from zero", () => {
      const charge = book({ bids, chargeEfficiencyBps: 11_111n });
      // 1 Wh is 2.2222 W.
      expect(followPlan(charge, plan([1n, 0n, 0n])).loadsW[0]).to.equal(30_003n);
      const feed = book({ asks, publications: published(0n, 0n, 0n), dischargeEfficiencyBps: 9_999n });
      expect(followPlan(feed, plan([0n, 0n, 0n], [1n, 0n, 0n])).loadsW[0]).to.equal(-2n);
    });
  });

  describe("fallback", () => {
    it("fills who has waited, who is in its last frame, and nobody else", () => {
      const bids = [
        order("patient"),
        order("waited", { waitedFrames: 11, expiryFrame: 20 }),
        order("last", { expiryFrame: 10, remainingWh: 2500n }),
      ];
      const { drawWh, dischargeWh, loadsW } = projectFallback(book({ bids, asks: [seller("S")] }));
      // Frame 10: "last". Frame 11: "waited" has waited 12. Frame 12: "waited", and "patient" is in its last frame.
      expect({ drawWh, dischargeWh }).to.deep.equal(plan([2000n, 2000n, 4000n]));
      expect(loadsW).to.deep.equal([34_000n, 34_000n, 38_000n]);
    });

    it("keeps to the room in order of priority, not of last frames", () => {
      const bids = [
        order("A", { waitedFrames: 12, expiryFrame: 30 }),
        order("B", { waitedFrames: 12, expiryFrame: 10 }),
      ];
      const frozen = book({
        bids,
        horizon: 1,
        publications: published(30_000n),
        capacityW: 36_000n,
        matchedGridWh: 500n,
      });
      const fallback = projectFallback(frozen);
      expect(fallback.first.map(({ order: { pile }, energyWh }) => [pile, energyWh])).to.deep.equal([
        ["A", 2000n],
        ["B", 500n],
      ]);
      // B could be served 2 000 Wh at all, in its one frame, and got 500.
      expect(scoreCourse(frozen, fallback).unservedWh).to.equal(1500n);
    });
  });

  describe("score", () => {
    it("is what is left unserved of bids whose last frame is within the horizon, then the squared steps", () => {
      const bids = [order("A"), order("beyond", { expiryFrame: 13 })];
      const frozen = book({ bids, publications: published(30_000n, 31_000n, 29_000n) });
      // Loads 32, 31, 29 kW.
      expect(scorePlan(frozen, plan([1000n, 0n, 0n]))).to.deep.equal({
        unservedWh: 4000n,
        squaredStepsW2: 2000n ** 2n + 1000n ** 2n + 2000n ** 2n,
      });
    });

    it("counts no step with an unpublished end, nor one from an unknown load", () => {
      const publications = published(30_000n, undefined, 40_000n);
      expect(scorePlan(book({ publications }), plan([0n, 0n, 0n])).squaredStepsW2).to.equal(0n);
      const unknown = book({ previousLoadW: undefined, publications: published(30_000n, 31_000n, 31_000n) });
      expect(scorePlan(unknown, plan([0n, 0n, 0n])).squaredStepsW2).to.equal(1000n ** 2n);
    });

    it("counts what orders to come are expected to bring, in the steps alone", () => {
      const expecting = book({ expectedLoadsW: [0n, 700n, -300n], capacityW: 30_000n });
      const idle = plan([0n, 0n, 0n]);
      expect(scorePlan(expecting, idle).squaredStepsW2).to.equal(700n ** 2n + 1_000n ** 2n);
      expect(decide(expecting, []).score.squaredStepsW2).to.equal(700n ** 2n + 1_000n ** 2n);
      // At the capacity already: the expected load neither takes room nor gives any.
      const full = book({ ...expecting, bids: [order("A")], expectedLoadsW: [0n, -5_000n, -5_000n] });
      expectRefusal("PlanOverCapacity", () => scorePlan(full, plan([0n, 1n, 0n])));
      expect(followPlan(full, idle).loadsW).to.deep.equal([30_000n, 30_000n, 30_000n]);
    });

    it("expects of a published load the tenths that come after the round's frame", () => {
      const lagFrames = [0, 0, 1, 1, 1, 2, 3, 255, 255, 255];
      const of = (loadW: bigint) => ({ ...PUBLICATION, expectedLoad: { loadW, lagFrames } });
      const publications = [of(1_000n), of(1_000n), of(-1_009n), undefined, of(1_000n), PUBLICATION];
      expect(expectedLoadsW(publications)).to.deep.equal([0n, 200n, -504n, 0n, 700n, 0n]);
    });

    it("compares unserved energy first", () => {
      const of = (unservedWh: bigint, squaredStepsW2: bigint) => ({ unservedWh, squaredStepsW2 });
      expect(compareScores(of(1n, 9n), of(2n, 0n))).to.be.below(0);
      expect(compareScores(of(1n, 9n), of(1n, 8n))).to.be.above(0);
      expect(compareScores(of(1n, 9n), of(1n, 9n))).to.equal(0);
    });

    it("shows the benefit", () => {
      expect(benefit({ unservedWh: 7n, squaredStepsW2: 0n })).to.equal(10n ** 18n);
      expect(benefit({ unservedWh: 0n, squaredStepsW2: 2n })).to.equal(333_333_333_333_333_333n);
    });
  });

  describe("decision", () => {
    // One bid of 6 000 Wh that the fallback serves with only 2 000, in its last frame.
    const frozen = book({ bids: [order("A", { remainingWh: 6000n })] });
    const flat = plan([2000n, 2000n, 2000n]);

    it("takes the best that is strictly better than the fallback, and says why others are refused", () => {
      const { winner, refused, score } = decide(frozen, [
        { proposer: "P1", plan: plan([2000n, 0n, 0n]) },
        { proposer: "P2", plan: flat },
        { proposer: "P3", plan: plan([9999n, 0n, 0n]) },
        { proposer: "P4", plan: plan([1n]) },
        { proposer: "P5", plan: flat },
      ]);
      expect(winner?.proposer).to.equal("P2");
      expect(score).to.deep.equal({ unservedWh: 0n, squaredStepsW2: 16_000_000n });
      expect(refused.map(({ proposer, refusal }) => [proposer, refusal.code])).to.deep.equal([
        ["P3", "PlanNotAllottable"],
        ["P4", "WrongHorizon"],
      ]);
    });

    it("leaves it to the fallback where a plan is only as good", () => {
      const { drawWh } = projectFallback(frozen);
      const { winner, score } = decide(frozen, [{ proposer: "P1", plan: plan([...drawWh]) }]);
      expect(winner).to.equal(undefined);
      expect(score.unservedWh).to.equal(4000n);
    });
  });
});
