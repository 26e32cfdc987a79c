import { expect } from "chai";

import { solveSquaredSteps } from "../../../../scripts/planners/firstOrder";
import { solveWithHighs } from "../../../../scripts/planners/highsReference";
import { type FlexibleLoad, type LoadProblem, planOf } from "../../../../scripts/planners/loadProblem";
import { servable } from "../../../../scripts/planners/servable";
import { solveSquaredLoad } from "../../../../scripts/planners/waterFilling";
import { absoluteStepsW } from "../../../../scripts/metrics/fluctuation";
import { broken, drawProblem } from "./fixtures";

const one = (frames: number, energyWh: number, frameWh: number, changes: Partial<LoadProblem> = {}): LoadProblem => ({
  baseWh: new Array<number>(frames).fill(0),
  previousWh: 0,
  limitWh: Infinity,
  loads: [{ side: "charge", firstFrame: 0, lastFrame: frames - 1, frameWh, leastWh: energyWh, mostWh: energyWh }],
  ...changes,
});

describe("solvers of problem (6)", function () {
  this.timeout(30_000);

  it("agree with HiGHS to 1e-5 of the squared steps, and break nothing", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const problem = drawProblem(seed, 12, 24);
      const fast = solveSquaredSteps(problem, { gapShare: 1e-6 });
      const reference = await solveWithHighs(problem, "squared");
      expect(broken(problem, fast.energyWh, 1e-6)).to.deep.equal([]);
      expect(broken(problem, reference.energyWh, 0.01)).to.deep.equal([]);
      expect(fast.squaredStepsWh2 / reference.squaredStepsWh2).to.be.within(1 - 1e-5, 1 + 1e-5);
      expect(fast.gapWh2).to.be.at.most(1e-6 * fast.squaredStepsWh2);
    }
  });

  it("agree with HiGHS to 1e-3 where the feeder's limit binds, and keep to it", async () => {
    for (const share of [0.95, 0.9, 0.85]) {
      const free: LoadProblem = {
        ...{ baseWh: new Array<number>(16).fill(1_000), previousWh: 1_000, limitWh: Infinity },
        loads: [4, 2, 6].map((firstFrame): FlexibleLoad => {
          const energyWh = { leastWh: 20_000, mostWh: 20_000 };
          return { side: "charge", firstFrame, lastFrame: 15 - firstFrame, frameWh: 8_000, ...energyWh };
        }),
      };
      const problem = servable({ ...free, limitWh: share * Math.max(...solveSquaredSteps(free).totalWh) });
      expect(problem.loads).to.deep.equal(free.loads);
      const unlimited = solveSquaredSteps({ ...problem, limitWh: Infinity });
      const fast = solveSquaredSteps(problem);
      const reference = await solveWithHighs(problem, "squared");
      expect(broken(problem, fast.energyWh, 0.1)).to.deep.equal([]);
      expect(broken(problem, reference.energyWh, 0.1)).to.deep.equal([]);
      expect(broken(problem, unlimited.energyWh, 0.1)).not.to.deep.equal([]);
      expect(fast.squaredStepsWh2).to.be.above(unlimited.squaredStepsWh2);
      expect(fast.squaredStepsWh2 / reference.squaredStepsWh2).to.be.within(1 - 1e-3, 1 + 1e-3);
    }
  });

  it("count a load that is expected, agree with HiGHS, and keep the limit without it", async () => {
    const expectedWh = Array.from({ length: 24 }, (_, frame) => 1_000 * Math.sin(frame / 3) + 900 * (frame % 2));
    let limitWh = Infinity;
    for (const share of [1, 0.97]) {
      const free: LoadProblem = { ...drawProblem(3, 12, 24, limitWh), expectedWh };
      const problem = servable(free);
      const fast = solveSquaredSteps(problem, { gapShare: 1e-6 });
      const reference = await solveWithHighs(problem, "squared");
      expect(broken(problem, fast.energyWh, 0.1)).to.deep.equal([]);
      expect(fast.squaredStepsWh2 / reference.squaredStepsWh2).to.be.within(1 - 1e-3, 1 + 1e-3);
      const blind = solveSquaredSteps({ ...problem, expectedWh: expectedWh.map(() => 0) }, { gapShare: 1e-6 });
      expect(fast.squaredStepsWh2).to.be.below(planOf(problem, blind.energyWh).squaredStepsWh2);
      // Next with less than the plan's own load takes at its highest, without what is expected besides.
      const ownWh = Math.max(...fast.totalWh.map((wh, frame) => wh - expectedWh[frame]!));
      if (share < 1) expect(ownWh).to.be.within(limitWh - 1, limitWh + 0.1);
      limitWh = 0.97 * ownWh;
    }
  });

  it("absolute steps: HiGHS finds no more than the other plans have", async () => {
    const problem = drawProblem(1, 12, 24);
    const absolute = ({ totalWh }: { totalWh: Float64Array }) => absoluteStepsW([...totalWh], problem.previousWh);
    const least = await solveWithHighs(problem, "absolute");
    expect(broken(problem, least.energyWh, 0.01)).to.deep.equal([]);
    expect(absolute(least)).to.be.at.most(absolute(solveSquaredSteps(problem)) + 0.01);
    expect(absolute(least)).to.be.at.most(absolute(solveSquaredLoad(problem)) + 0.01);
  });

  it("water-filling is flatter than least steps, and steps more", () => {
    const problem = drawProblem(2, 30, 48);
    const flat = solveSquaredLoad(problem);
    const calm = solveSquaredSteps(problem);
    const squares = ({ totalWh }: { totalWh: Float64Array }) => totalWh.reduce((sum, wh) => sum + wh ** 2, 0);
    expect(broken(problem, flat.energyWh, 1e-6)).to.deep.equal([]);
    expect(squares(flat)).to.be.below(squares(calm));
    expect(calm.squaredStepsWh2).to.be.below(flat.squaredStepsWh2);
  });

  it("by hand: one EV, one step up, no step down", () => {
    // a^2 + (9 - 2a)^2 is least at a = 3.6; at most 5 in a frame leave a = 4.
    expect(solveSquaredSteps(one(2, 9, 100)).totalWh[0]).to.be.closeTo(9 * 0.4, 0.01);
    expect(solveSquaredSteps(one(2, 9, 5)).totalWh[0]).to.be.closeTo(4, 0.01);
    expect(solveSquaredSteps(one(3, 0, 5)).squaredStepsWh2).to.equal(0);
  });

  it("no EV, no frame to choose: the base load's own steps", () => {
    const problem = { ...one(3, 0, 5), baseWh: [1, 3, 2], loads: [] };
    expect(solveSquaredSteps(problem).squaredStepsWh2).to.equal(6);
    expect(solveSquaredLoad(problem).squaredStepsWh2).to.equal(6);
  });

  it("100 EVs and 48 frames take well under the reference's time", () => {
    const problem = drawProblem(7, 100, 48, 125_000);
    const begun = performance.now();
    const { squaredStepsWh2, gapWh2 } = solveSquaredSteps(problem, { gapShare: 1e-3 });
    expect(gapWh2).to.be.at.most(1e-3 * squaredStepsWh2);
    expect(performance.now() - begun).to.be.below(5_000);
  });
});

describe("demand that cannot be served", () => {
  it("is cut to what the stay allows", () => {
    const [load] = servable(one(3, 100, 20)).loads;
    expect([load!.leastWh, load!.mostWh]).to.deep.equal([60, 60]);
  });

  it("is cut to what the feeder allows, no more", () => {
    const limited = { baseWh: [10, 10, 10], limitWh: 20 };
    const short = { side: "charge", firstFrame: 1, lastFrame: 1, frameWh: 30, leastWh: 8, mostWh: 8 } as const;
    const long = { side: "charge", firstFrame: 0, lastFrame: 2, frameWh: 30, leastWh: 25, mostWh: 25 } as const;
    const { loads } = servable({ ...one(3, 0, 0), ...limited, loads: [long, short] });
    expect(loads.map(({ mostWh }) => mostWh)).to.deep.equal([22, 8]);
    const plan = solveSquaredSteps({ ...one(3, 0, 0), ...limited, loads });
    expect(Math.max(...plan.totalWh)).to.be.at.most(20.001);
  });

  it("moves what is already placed to make room", () => {
    // The first is placed in frame 0, where alone the second can be served.
    const early = { side: "charge", firstFrame: 0, lastFrame: 1, frameWh: 10, leastWh: 10, mostWh: 10 } as const;
    const only = { side: "charge", firstFrame: 0, lastFrame: 0, frameWh: 10, leastWh: 10, mostWh: 10 } as const;
    const late = { ...only, lastFrame: 1, leastWh: 0, mostWh: 0 };
    const problem = { ...one(2, 0, 0), limitWh: 10, loads: [early, { ...only, lastFrame: 0 }, late] };
    expect(servable(problem).loads.map(({ mostWh }) => mostWh)).to.deep.equal([10, 10, 0]);
  });

  it("is what HiGHS agrees can be served", async () => {
    const drawn = drawProblem(8, 12, 24);
    const tight = { ...drawn, limitWh: 1.02 * Math.max(...drawn.baseWh) };
    const cut = servable(tight);
    const total = ({ loads }: LoadProblem) => loads.reduce((sum, { leastWh }) => sum + leastWh, 0);
    expect(total(cut)).to.be.at.most(total(tight));
    const plan = await solveWithHighs({ ...cut, limitWh: cut.limitWh + 0.01 }, "absolute");
    expect(broken(cut, plan.energyWh, 0.1)).to.deep.equal([]);
  });
});
