import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { absoluteStepsW } from "../../../../scripts/metrics/fluctuation";
import type { EvStay } from "../../../../scripts/piles/ev";
import { capped } from "../../../../scripts/schemes/capped";
import { geneticScheme } from "../../../../scripts/schemes/genetic";
import { decodeGene, evolveSchedule } from "../../../../scripts/schemes/genetic/algorithm";
import { geneticProblem } from "../../../../scripts/schemes/genetic/problem";
import { uncontrolled } from "../../../../scripts/schemes/uncontrolled";
import { defaultDay } from "../../../../scripts/simulation/defaults";

function ev(changes: Partial<EvStay>): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 2, departureFrame: 9 } as const;
  return { ...stay, batteryWh: 10_000, initialSoc: 0.3, targetSoc: 0.8, ratedW: 7_000, ...changes };
}

describe("genetic algorithm", () => {
  describe("gene", () => {
    const order = { firstFrame: 3, lastFrame: 9, energyWh: 5000, maxFrameWh: 3500 };

    it("0 is the shortest charge, at once; 224 the longest", () => {
      expect(decodeGene(order, 0)).to.deep.equal({ firstFrame: 3, fullFrames: 2, frameWh: 2500, restWh: 0 });
      expect(decodeGene(order, 224)).to.deep.equal({ firstFrame: 3, fullFrames: 6, frameWh: 715, restWh: 710 });
      expect(decodeGene(order, 31).firstFrame).to.equal(8);
    });

    it("is feasible, whatever its byte", () => {
      for (let gene = 0; gene < 256; gene++) {
        const { firstFrame, fullFrames, frameWh, restWh } = decodeGene(order, gene);
        expect(firstFrame).to.be.at.least(3);
        expect(firstFrame + fullFrames + Math.sign(restWh)).to.be.at.most(10);
        expect(fullFrames * frameWh + restWh).to.equal(5000);
        expect(frameWh).to.be.at.most(3500);
        expect(restWh).to.be.below(frameWh);
      }
    });

    it("of a stay that leaves no choice is that charge", () => {
      const tight = { firstFrame: 3, lastFrame: 4, energyWh: 4000, maxFrameWh: 2000 };
      for (const gene of [0, 31, 100, 255]) {
        expect(decodeGene(tight, gene)).to.deep.equal({ firstFrame: 3, fullFrames: 2, frameWh: 2000, restWh: 0 });
      }
    });
  });

  describe("problem", () => {
    it("begins with the first frame that any EV can be delivered to", () => {
      const evs = [ev({ side: "discharge" }), ev({ arrivalFrame: 4 }), ev({ targetSoc: 0.3 }), ev({ ratedW: 3000 })];
      const problem = geneticProblem(evs, { ...DEFAULT_PARAMETERS, lossAllowanceW: 1000n }, (frame) => 100 * frame)!;
      expect(problem.firstFrame).to.equal(3);
      expect(problem.beforeW).to.equal(200);
      expect(problem.baseLoadW).to.deep.equal([300, 400, 500, 600, 700, 800, 900]);
      expect(problem.limitW).to.equal(249_000);
      expect(problem.evs).to.deep.equal([1, 3]);
      expect(problem.orders).to.deep.equal([
        { firstFrame: 2, lastFrame: 6, energyWh: 5000, maxFrameWh: 3500 },
        { firstFrame: 0, lastFrame: 6, energyWh: 5000, maxFrameWh: 1500 },
      ]);
    });

    it("is none without orders", () => {
      expect(geneticProblem([ev({ side: "discharge" })], DEFAULT_PARAMETERS, () => 0)).to.equal(undefined);
    });
  });

  describe("algorithm", () => {
    const day = defaultDay({ seed: 3, evs: 60, homes: 60 });
    const evs = day.evs.filter(({ arrivalFrame }) => arrivalFrame >= 48 && arrivalFrame < 96);
    const baseLoadW = (frame: number) => Number(day.publication(frame).baseLoadW);
    const problem = geneticProblem(evs, DEFAULT_PARAMETERS, baseLoadW)!;

    it("repeats itself, and another seed does not", () => {
      const settings = { population: 10, generations: 10, seed: 4 };
      expect(evolveSchedule(problem, settings)).to.deep.equal(evolveSchedule(problem, settings));
      expect(evolveSchedule(problem, { ...settings, seed: 5 })).not.to.deep.equal(evolveSchedule(problem, settings));
    });

    it("takes seeds of up to 256 bits", () => {
      const settings = { population: 2, generations: 1 };
      expect(() => evolveSchedule(problem, { ...settings, seed: 2n ** 256n - 1n })).not.to.throw();
      expect(() => evolveSchedule(problem, { ...settings, seed: 2n ** 256n })).to.throw(RangeError);
      expect(() => evolveSchedule(problem, { ...settings, seed: -1 })).to.throw(RangeError);
    });

    it("weighs an overload by eight", () => {
      const limited = { ...problem, limitW: 20_000 };
      let last = 0;
      const result = evolveSchedule(limited, { population: 10, generations: 20, seed: 4 }, (_, w) => (last = w));
      expect(result.overloadW).to.equal(result.loadW.reduce((sum, w) => sum + Math.max(0, w - 20_000), 0));
      expect(result.overloadW).to.be.above(0);
      expect(result.pflW).to.equal(absoluteStepsW(result.loadW, limited.beforeW));
      expect(last).to.equal(result.pflW + 8 * result.overloadW);
    });

    it("as a scheme moves the same energy as the others, with less fluctuation", () => {
      const all = day.evs;
      const schedule = geneticScheme(all, DEFAULT_PARAMETERS, { seed: 1, baseLoadW, population: 20, generations: 300 });
      const others = [capped(all, DEFAULT_PARAMETERS), uncontrolled(all, DEFAULT_PARAMETERS)];
      expect(schedule.askedWh).to.deep.equal(others[0]!.askedWh);
      expect(schedule.servedWh).to.deep.equal(schedule.askedWh);
      expect(schedule.evLoadW).to.have.length(others[0]!.evLoadW.length);
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(schedule.evWh)).to.equal(sum(schedule.servedWh));
      expect(schedule.evLoadW).to.deep.equal(schedule.evWh.map((wh) => 2 * wh));
      const pflW = (evLoadW: readonly number[]) =>
        absoluteStepsW(
          evLoadW.map((loadW, frame) => baseLoadW(frame) + loadW),
          baseLoadW(-1),
        );
      for (const other of others) expect(pflW(schedule.evLoadW)).to.be.below(0.7 * pflW(other.evLoadW));
    });
  });
});
