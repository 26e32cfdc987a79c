import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { WholeNeed } from "../../../../scripts/piles/policies/wholeNeed";
import { pob } from "../../../../scripts/planners/book/planners";
import { runDay } from "../../../../scripts/simulation/day";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { runFeeders } from "../../../../scripts/simulation/feeders";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { runSeeds, spread } from "../../../../scripts/simulation/statistics";

const feeder = (seed: number) => ({ options: defaultDay({ seed, evs: 20 }), port: new ModelPort(DEFAULT_PARAMETERS) });

describe("several feeders", function () {
  this.timeout(60_000);

  it("are independent of each other and add up", async () => {
    const told: number[] = [];
    const { feeders, together } = await runFeeders([feeder(1), feeder(2)], (_, index) => told.push(index));
    expect(told).to.deep.equal([0, 1]);
    const alone = feeder(2);
    expect(feeders[1]).to.deep.equal(await runDay(alone.options, alone.port));
    const [one, other] = feeders as [(typeof feeders)[0], (typeof feeders)[0]];
    together.frames.forEach((frame, index) => {
      expect(frame.loadW).to.equal(one.frames[index]!.loadW + other.frames[index]!.loadW);
      expect(frame.grid).to.have.length(one.frames[index]!.grid.length + other.frames[index]!.grid.length);
    });
    expect(together.totals.servedWh).to.equal(one.totals.servedWh + other.totals.servedWh);
    expect(together.totals.paid).to.equal(one.totals.paid + other.totals.paid);
    expect(together.capacityW).to.equal(500_000);
    expect(new Set(together.evs.map(({ stay }) => stay.pile)).size).to.equal(40);
    // Two loads together step no more than each alone.
    const steps = one.loads.market.absoluteStepsW + other.loads.market.absoluteStepsW;
    expect(together.loads.market.absoluteStepsW).to.be.at.most(steps);
  });

  it("keep their rounds apart", async () => {
    const benefit = (seed: number) => ({
      options: { ...defaultDay({ seed, evs: 10 }), policy: new WholeNeed(), proposers: [pob()] },
      port: new ModelPort({ ...DEFAULT_PARAMETERS, settlement: "benefit", maxHorizon: 1 }),
    });
    const { feeders, together } = await runFeeders([benefit(1), benefit(2)]);
    for (const [index, { rounds }] of feeders.entries()) {
      const own = together.rounds!.filter(({ feeder }) => feeder === index + 1);
      expect(own).to.deep.equal(rounds!.map((round) => ({ ...round, feeder: index + 1 })));
    }
  });

  it("must be some, measured over the same frames", async () => {
    await rejects(runFeeders([]), "no feeders");
    const late = { ...feeder(2), options: defaultDay({ seed: 2, evs: 5, warmUpDays: 2 }) };
    await rejects(runFeeders([feeder(1), late]), "different measured frames");
  });
});

describe("statistics over seeds", function () {
  this.timeout(60_000);

  it("mean, sample deviation, range", () => {
    expect(spread([2, 4, 6])).to.deep.equal({ count: 3, mean: 4, standardDeviation: 2, min: 2, max: 6 });
    expect(spread([5]).standardDeviation).to.equal(0);
    expect(() => spread([])).to.throw(RangeError);
  });

  it("runs a day per seed on a fresh market", async () => {
    const told: number[] = [];
    const figures = await runSeeds(
      [1, 2],
      { evs: 10 },
      () => new ModelPort(DEFAULT_PARAMETERS),
      (_, seed) => told.push(seed),
    );
    expect(told).to.deep.equal([1, 2]);
    expect(figures.pflW.count).to.equal(2);
    expect(figures.basePflW.standardDeviation).to.equal(0);
  });
});

async function rejects(promise: Promise<unknown>, message: string): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error);
  expect((error as Error).message).to.include(message);
}
