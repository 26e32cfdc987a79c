import { expect } from "chai";

import { squaredSteps } from "../../../../scripts/metrics/fluctuation";
import { capped } from "../../../../scripts/schemes/capped";
import { offlineOptimum } from "../../../../scripts/schemes/offlineOptimum";
import { rolling } from "../../../../scripts/schemes/rolling";
import type { Schedule } from "../../../../scripts/schemes/schedule";
import { timeShifted } from "../../../../scripts/schemes/timeShifted";
import { uncontrolled } from "../../../../scripts/schemes/uncontrolled";
import { brokenSums, drawEvs, ev, homesW, MARKET } from "./fixtures";

const evs = drawEvs(1, 40);
const squares = ({ evLoadW }: Schedule) =>
  squaredSteps(
    evLoadW.map((watts, frame) => homesW(frame) + watts),
    homesW(0),
  );

describe("offline optimum and rolling plans", function () {
  this.timeout(20_000);
  const optimum = offlineOptimum(evs, MARKET, homesW);

  it("the optimum serves everything and steps less than any other scheme, over all frames", () => {
    expect(brokenSums(evs, optimum)).to.deep.equal([]);
    expect(optimum.servedWh).to.deep.equal(optimum.askedWh);
    const others = [
      uncontrolled(evs, MARKET),
      capped(evs, MARKET),
      timeShifted(evs, MARKET, homesW, { rest: "beforeDeparture" }),
      rolling(evs, MARKET, homesW, { horizonFrames: 1 }),
      rolling(evs, MARKET, homesW, { horizonFrames: 48 }),
      rolling(evs, MARKET, homesW, { horizonFrames: 48, tailFrames: 1 }),
    ];
    for (const other of others) {
      expect(other.askedWh).to.deep.equal(optimum.askedWh);
      expect(other.servedWh).to.deep.equal(optimum.servedWh);
      expect(squares(other)).to.be.above(squares(optimum));
    }
  });

  it("discharging makes it better still, and sells no more than is offered", () => {
    const both = offlineOptimum(evs, MARKET, homesW, { discharging: true });
    expect(brokenSums(evs, both)).to.deep.equal([]);
    expect(both.servedWh).to.deep.equal(optimum.servedWh);
    expect(Math.max(...both.soldWh)).to.be.above(0);
    expect(squares(both)).to.be.below(squares(optimum));
  });

  it("first energy is in the frame after arrival, last in that of departure", () => {
    const { evWh } = offlineOptimum([ev({ batteryWh: 28_000 })], MARKET, () => 0);
    expect(evWh.findIndex((wh) => wh > 0)).to.equal(3);
    expect(evWh.findLastIndex((wh) => wh > 0)).to.equal(9);
  });

  it("keeps to the feeder's capacity, and serves what fits", () => {
    const tight = { ...MARKET, capacityW: 82_000n };
    for (const schedule of [
      offlineOptimum(evs, tight, homesW),
      rolling(evs, tight, homesW, { horizonFrames: 48, tailFrames: 1 }),
    ]) {
      expect(brokenSums(evs, schedule)).to.deep.equal([]);
      schedule.evLoadW.forEach((watts, frame) => {
        expect(homesW(frame) + watts).to.be.at.most(Math.max(82_000, homesW(frame)));
      });
    }
  });

  it("a rolling plan does not know who comes: what it did before an arrival stays the same", () => {
    const late = ev({ pile: "late", arrivalFrame: 30, departureFrame: 44, ratedW: 43_000, batteryWh: 60_000 });
    const plan = (all: typeof evs) => rolling(all, MARKET, homesW, { horizonFrames: 48 }).evWh;
    expect(plan([...evs, late]).slice(0, 31)).to.deep.equal(plan(evs).slice(0, 31));
    expect(plan([...evs, late])).not.to.deep.equal(plan(evs));
  });

  it("at most two frames' wait: done no later than two frames after an uncontrolled charge", () => {
    const { evWh } = rolling([ev({ departureFrame: 30 })], MARKET, () => 0, { horizonFrames: 1, maxWaitFrames: 2 });
    expect(evWh.slice(3, 8)).to.deep.equal([0, 0, 1500, 3500, 0]);
  });
});
