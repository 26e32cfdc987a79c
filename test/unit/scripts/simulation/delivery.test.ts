import { expect } from "chai";

import { DEFAULT_PARAMETERS, withDefaults } from "../../../../scripts/core/parameters";
import type { MarketParameters } from "../../../../scripts/core/types";
import { FAITHFUL, type MeterDeviations } from "../../../../scripts/piles/meters";
import { WholeNeed } from "../../../../scripts/piles/policies/wholeNeed";
import { epob } from "../../../../scripts/planners/book/planners";
import { runDay } from "../../../../scripts/simulation/day";
import type { DeliveryReport } from "../../../../scripts/simulation/dayResult";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { runFeeders } from "../../../../scripts/simulation/feeders";
import { ModelPort } from "../../../../scripts/simulation/modelPort";

const EVS = 60;

async function run(deviations: Partial<MeterDeviations>, seed = 1, market: Partial<MarketParameters> = {}) {
  const port = new ModelPort(withDefaults({ readingSeconds: 3600, ...market }));
  const meters = { ...FAITHFUL, ...deviations };
  const day = await runDay(defaultDay({ seed, evs: EVS, meters }), port);
  expect(port.model.inDelivery, "everything is settled").to.equal(0n);
  return { day, delivery: day.delivery!, port };
}

const costs = ({ imbalance }: DeliveryReport) =>
  Object.entries(imbalance)
    .filter(([, cost]) => cost > 0n)
    .map(([cause]) => cause);

describe("a day with meters", function () {
  this.timeout(60_000);

  it("is the day without them where nobody deviates, and raises credit", async () => {
    const { day, delivery } = await run({});
    const { delivery: none, ...plain } = await runDay(
      defaultDay({ seed: 1, evs: EVS }),
      new ModelPort(DEFAULT_PARAMETERS),
    );
    expect(none).to.equal(undefined);
    expect({ ...day, delivery: undefined }).to.deep.equal({ ...plain, delivery: undefined });
    expect(costs(delivery)).to.deep.equal([]);
    expect(Math.min(...Object.values(delivery.credits))).to.be.at.least(5_000);
    expect(Math.max(...Object.values(delivery.credits))).to.be.above(5_000);
    const means = delivery.frames.map(({ credit }) => credit.mean);
    expect(means).to.deep.equal([...means].sort((a, b) => a - b));
  });

  it("has the causes that its meters have, and loses no money", async () => {
    const cases: [Partial<MeterDeviations>, string[]][] = [
      [{ noise: 0.1 }, ["overConsumption", "underConsumption", "overProduction", "underProduction"]],
      [{ silent: 0.3 }, ["silence"]],
      [{ cheat: 0.5 }, ["underProduction"]],
    ];
    for (const [deviations, causes] of cases) {
      const { delivery } = await run(deviations);
      expect(costs(delivery)).to.deep.equal(causes);
      expect(delivery.unaccounted).to.equal(0n);
    }
    const { delivery } = await run({ leave: 0.5 });
    expect(costs(delivery)).to.include.members(["underConsumption", "underProduction"]);
  });

  it("settles by readings what rounds decided, too", async () => {
    const port = new ModelPort(withDefaults({ readingSeconds: 3600, settlement: "benefit" }));
    const meters = { ...FAITHFUL, noise: 0.05, silent: 0.1 };
    const options = { ...defaultDay({ seed: 1, evs: EVS, meters }), policy: new WholeNeed(), proposers: [epob()] };
    const { rounds, delivery, frames } = await runDay(options, port);
    expect(rounds!.filter(({ winner }) => winner === "ePoB").length).to.be.above(20);
    expect(port.model.inDelivery).to.equal(0n);
    expect(delivery!.unaccounted).to.equal(0n);
    expect(delivery!.imbalance.silence > 0n).to.equal(true);
    const moved = frames.filter(({ trades, grid }) => trades.length + grid.length > 0);
    expect(delivery!.frames.map(({ frame }) => frame)).to.deep.equal(moved.map(({ frame }) => frame));
  });

  it("costs the credit of those who deviate", async () => {
    const { delivery } = await run({ silent: 0.2, cheat: 0.3 });
    const silent = new Set(delivery.frames.flatMap((frame) => frame.silent));
    expect(silent.size).to.be.above(3);
    // Several EVs may have stayed at a pile, so a pile with one silent meter is not lost; on the whole it is.
    const mean = (piles: string[]) => piles.reduce((sum, pile) => sum + delivery.credits[pile]!, 0) / piles.length;
    const others = Object.keys(delivery.credits).filter((pile) => !silent.has(pile));
    expect(mean([...silent])).to.be.below(mean(others) - 500);
    for (const { credit } of delivery.frames) expect(credit.min).to.be.at.most(credit.mean);
  });

  it("carries the readings and the silent piles of every frame that moved anything", async () => {
    const { day, delivery } = await run({ noise: 0.05, silent: 0.1 });
    for (const { frame, readings, silent, credits } of delivery.frames) {
      const { trades, grid } = day.frames.find((report) => report.frame === frame)!;
      const piles = [...trades.flatMap(({ buy, sell }) => [buy, sell]), ...grid.map(({ pile }) => pile)];
      const told = [...readings.map(({ pile }) => pile), ...silent];
      expect(new Set(told)).to.deep.equal(new Set(piles));
      expect(new Set(Object.keys(credits))).to.deep.equal(new Set(piles));
    }
    expect(delivery.frames.length).to.be.above(20);
  });

  it("repeats to the unit from its seed", async () => {
    const all = { noise: 0.05, leave: 0.1, silent: 0.05, cheat: 0.1 };
    expect((await run(all, 5)).delivery).to.deep.equal((await run(all, 5)).delivery);
    expect((await run(all, 5)).delivery).not.to.deep.equal((await run(all, 6)).delivery);
  });

  it("adds up over feeders", async () => {
    const feeder = (seed: number) => ({
      options: defaultDay({ seed, evs: 20, meters: { ...FAITHFUL, noise: 0.1 } }),
      port: new ModelPort(withDefaults({ readingSeconds: 3600 })),
    });
    const { feeders, together } = await runFeeders([feeder(1), feeder(2)]);
    const [one, other] = feeders.map(({ delivery }) => delivery!);
    const sum = together.delivery!;
    expect(sum.imbalance.overConsumption).to.equal(one!.imbalance.overConsumption + other!.imbalance.overConsumption);
    expect(Object.keys(sum.credits)).to.have.length(
      Object.keys(one!.credits).length + Object.keys(other!.credits).length,
    );
    expect(sum.unaccounted).to.equal(0n);
  });

  it("needs a market that waits for readings", async () => {
    let said = "";
    await run({}, 1, { readingSeconds: 0 }).catch((error: RangeError) => (said = error.message));
    expect(said).to.match(/readingSeconds above 0/);
  });
});
