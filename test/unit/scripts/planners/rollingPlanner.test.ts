import { expect } from "chai";

import { allot } from "../../../../scripts/planners/allotment";
import { COMPETITIVE_RATIO, type KnownEv, RollingPlanner } from "../../../../scripts/planners/rollingPlanner";

const ev = (changes: Partial<KnownEv> = {}): KnownEv => ({
  ...({ side: "charge", remainingWh: 4000, frameWh: 2000, lastFrame: 13 } as const),
  ...changes,
});
const view = (evs: KnownEv[], changes = {}) => ({
  ...{ frame: 10, baseWh: [1000, 1000, 1000, 1000, 1000, 1000], previousWh: 1000, limitWh: 100_000, evs },
  ...changes,
});

describe("rolling planner", () => {
  it("plans as far as the last EV stays, and serves it", () => {
    const { drawWh, dischargeWh, firstWh } = new RollingPlanner({ horizonFrames: 48 }).plan(view([ev()]));
    expect(drawWh).to.have.length(4);
    expect(drawWh.reduce((a, b) => a + b)).to.be.closeTo(4000, 2);
    expect(dischargeWh).to.deep.equal([0, 0, 0, 0]);
    expect(firstWh).to.deep.equal([drawWh[0]]);
    // Rising, since no frame after the last is planned: a squared step down does not count.
    expect(drawWh).to.deep.equal([...drawWh].sort((a, b) => a - b));
  });

  it("with a tail the load comes down again before the EV leaves", () => {
    const { drawWh } = new RollingPlanner({ horizonFrames: 48, tailFrames: 1 }).plan(view([ev()]));
    expect(drawWh).to.have.length(5);
    expect(drawWh[3]).to.be.closeTo(drawWh[0]!, 20);
    expect(drawWh[1]).to.be.above(drawWh[3]!);
  });

  it("H = 1: holds the load where it was, but gives what could not be given later", () => {
    const planner = new RollingPlanner({ horizonFrames: 1 });
    expect(planner.plan(view([ev()])).drawWh).to.deep.equal([0]);
    expect(planner.plan(view([ev()], { previousWh: 2500 })).drawWh).to.deep.equal([1500]);
    expect(planner.plan(view([ev({ remainingWh: 7000 })])).drawWh).to.deep.equal([1000]);
    expect(planner.plan(view([ev({ lastFrame: 10 })])).drawWh).to.deep.equal([2000]);
  });

  it("scales the first step by c, capped by the rated power and what is left [T Table 6-A]", () => {
    const plain = new RollingPlanner({ horizonFrames: 48 }).plan(view([ev(), ev({ frameWh: 3000 })]));
    const scaled = new RollingPlanner({ horizonFrames: 48, firstStepFactor: COMPETITIVE_RATIO });
    const { drawWh } = scaled.plan(view([ev(), ev({ frameWh: 3000 })]));
    expect(drawWh[0]).to.be.closeTo(COMPETITIVE_RATIO * plain.drawWh[0]!, 60);
    expect(scaled.plan(view([ev({ lastFrame: 11 })])).drawWh[0]).to.equal(2000);
    expect(scaled.plan(view([ev({ remainingWh: 900, lastFrame: 10 })])).drawWh[0]).to.equal(900);
  });

  it("never draws beyond the feeder's limit", () => {
    for (const firstStepFactor of [1, COMPETITIVE_RATIO]) {
      const planner = new RollingPlanner({ horizonFrames: 48, firstStepFactor });
      const { drawWh } = planner.plan(view([ev({ lastFrame: 11 }), ev({ lastFrame: 11 })], { limitWh: 2500 }));
      expect(drawWh[0]).to.equal(1500);
    }
  });

  it("discharges to lower a step, never more than is offered", () => {
    const offer = ev({ side: "discharge", remainingWh: 600 });
    const { dischargeWh, firstWh } = new RollingPlanner({ horizonFrames: 1 }).plan(view([offer], { previousWh: 0 }));
    expect(dischargeWh).to.deep.equal([600]);
    expect(firstWh).to.deep.equal([600]);
  });

  it("finds the same plan from the last one as from nothing", () => {
    const planner = new RollingPlanner({ horizonFrames: 48, tailFrames: 1, solver: { gapShare: 1e-6 } });
    const evs = [ev(), ev({ lastFrame: 12, remainingWh: 2_500 })];
    const { memory, firstWh } = planner.plan({ ...view(evs), ids: ["a", "b"] });
    const left = evs.map((one, index) => ({ ...one, remainingWh: one.remainingWh - firstWh[index]! }));
    const later = { ...view([...left, ev({ lastFrame: 14 })]), frame: 11, ids: ["a", "b", "c"] };
    const warm = planner.plan({ ...later, memory });
    const cold = planner.plan(later);
    warm.drawWh.forEach((wh, frame) => expect(wh).to.be.closeTo(cold.drawWh[frame]!, 20));
  });

  it("plans nothing for nobody, and refuses what is no plan", () => {
    const planner = new RollingPlanner({ horizonFrames: 4 });
    expect(planner.plan(view([]))).to.deep.include({ drawWh: [0], dischargeWh: [0], firstWh: [] });
    expect(() => planner.plan(view([ev()], { baseWh: [1] }))).to.throw(RangeError, "base load of 4 frames needed");
    expect(() => new RollingPlanner({ horizonFrames: 0 })).to.throw(RangeError);
    expect(() => new RollingPlanner({ horizonFrames: 2, firstStepFactor: 0.5 })).to.throw(RangeError);
  });
});

describe("allotment of a frame's totals", () => {
  const evs = [ev({ lastFrame: 20 }), ev({ lastFrame: 12 }), ev({ lastFrame: 15, remainingWh: 500 })];

  it("as planned, rounded so that the sum stays", () => {
    const totals = { drawWh: 2001, dischargeWh: 0 };
    expect(allot(0, evs, [1000.4, 800.3, 200.3], totals, "plan")).to.deep.equal([1000, 801, 200]);
  });

  it("beyond the plan to those that leave first, short of it from those that leave last", () => {
    expect(allot(0, evs, [1000, 800, 200], { drawWh: 3500, dischargeWh: 0 }, "plan")).to.deep.equal([1000, 2000, 500]);
    expect(allot(0, evs, [1000, 800, 200], { drawWh: 900, dischargeWh: 0 }, "plan")).to.deep.equal([0, 800, 100]);
  });

  it("by earliest expiry, whatever was planned", () => {
    const totals = { drawWh: 3000, dischargeWh: 0 };
    expect(allot(0, evs, [3000, 0, 0], totals, "earliestExpiry")).to.deep.equal([500, 2000, 500]);
  });
});
