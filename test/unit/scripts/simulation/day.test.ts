import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { FrameOutcome } from "../../../../scripts/core/types";
import type { OrderPolicy, PublicView } from "../../../../scripts/piles/agent";
import { Impatient } from "../../../../scripts/piles/policies/impatient";
import { WholeNeed } from "../../../../scripts/piles/policies/wholeNeed";
import { Waterline } from "../../../../scripts/piles/policies/waterline";
import { asapPlanner, epob, pob } from "../../../../scripts/planners/book/planners";
import { type DayOptions, runDay } from "../../../../scripts/simulation/day";
import type { DayResult } from "../../../../scripts/simulation/dayResult";
import { type DaySettings, defaultDay } from "../../../../scripts/simulation/defaults";
import { ModelPort } from "../../../../scripts/simulation/modelPort";
import { PRESETS } from "../../../../scripts/simulation/presets";
import { headline, spread, spreads } from "../../../../scripts/simulation/statistics";
import { cases } from "../../../helpers/cases";

const seeds = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const run = (settings: DaySettings, market = {}) =>
  runDay(defaultDay(settings), new ModelPort({ ...DEFAULT_PARAMETERS, ...market }));

async function runPreset(name: string, from: number, to: number): Promise<DayResult[]> {
  const { settings, market } = PRESETS[name]!;
  const days: DayResult[] = [];
  for (const seed of seeds(from, to)) days.push(await run({ ...settings, seed }, market));
  return days;
}

describe("a simulated day", function () {
  this.timeout(60_000);

  it("repeats to the unit from its seed", async () => {
    expect(await run({ seed: 3 })).to.deep.equal(await run({ seed: 3 }));
    expect((await run({ seed: 3 })).frames).not.to.deep.equal((await run({ seed: 4 })).frames);
  });

  it("accounts for every watt-hour and every coin", async () => {
    const port = new ModelPort(DEFAULT_PARAMETERS);
    const options = defaultDay({ seed: 1, wheelingPricePerKwh: 0 });
    const played: number[] = [];
    const day = await runDay(options, port, ({ frame }, count, total) => played.push(frame, count, total));
    expect(played.slice(0, 3)).to.deep.equal([1, 1, played.length / 3]);
    for (const frame of day.frames) {
      const grid = frame.grid.reduce((sum, fill) => sum + Number(fill.energyWh), 0);
      expect(frame.loadW).to.equal(frame.baseLoadW + 2 * grid);
      expect(frame.gridWh).to.equal(grid);
      expect(frame.evLoadW).to.equal(2 * grid);
    }
    for (const ev of day.evs) {
      expect(ev.servedWh + ev.unservedWh).to.equal(ev.askedWh);
      expect(ev.tradedWh + ev.gridWh).to.equal(ev.servedWh);
      expect(ev.unservedWh).to.be.at.least(0);
    }
    const { totals } = day;
    expect(totals.tradedWh + totals.gridWh).to.equal(totals.servedWh);
    expect(totals.chargingEvs + totals.dischargingEvs).to.equal(100);
    expect(port.model.inDelivery).to.equal(0n);
    const { deposited, withdrawn, gridBalance } = port.model;
    const held = port.model.pileIds.reduce(
      (sum, pile) => sum + port.model.freeBalance(pile, Number.MAX_SAFE_INTEGER),
      0n,
    );
    expect(held + gridBalance + withdrawn).to.equal(deposited);
  });

  it("measures the frames that the market recorded", async () => {
    const outcomes: FrameOutcome[] = [];
    const day = await runDay(defaultDay({ seed: 2 }), new ModelPort(DEFAULT_PARAMETERS), (outcome) =>
      outcomes.push(outcome),
    );
    const pflAt = (frame: number) => Number(outcomes.find((outcome) => outcome.frame === frame)!.pflW);
    expect(day.frames.map(({ frame }) => frame)).to.deep.equal(seeds(48, 95));
    expect(day.loads.market.absoluteStepsW).to.equal(pflAt(95) - pflAt(47));
  });

  it("pays gas where the port does, and reports it", async () => {
    const port = Object.assign(new ModelPort(DEFAULT_PARAMETERS), {
      gasUse: () => ({ clear: { transactions: 1, operations: 1, gas: 5n } }),
    });
    expect((await runDay(defaultDay({ seed: 1, evs: 2 }), port)).gas).to.have.property("clear");
    expect((await run({ seed: 1, evs: 2 })).gas).to.equal(undefined);
  });

  it("can begin without a day before, with tariffs by time of day and short notice", async () => {
    const cheapNights = Array.from({ length: 48 }, (_, t) => (t < 14 ? 150_000 : 200_000));
    const options = defaultDay({ seed: 1, warmUpDays: 0, importPricePerKwh: cheapNights });
    const day = await runDay({ ...options, publicationBlockFrames: 4 }, new ModelPort(DEFAULT_PARAMETERS));
    expect(day.frames).to.have.length(48);
    expect(day.frames[3]!.importPricePerKwh).to.equal(150_000);
    expect(day.loads.market.unservedShare).to.be.below(0.01);
  });

  it("reports refusals instead of failing", async () => {
    const wrong: OrderPolicy = { name: "wrong", decide: () => ({ price: 200_000, energyWh: 0 }) };
    const { totals } = await run({ seed: 1, evs: 5, policy: wrong });
    expect(totals.refused["EnergyBelowMinimum"]).to.be.greaterThan(0);
    expect(totals.servedWh).to.equal(0);
  });
});

describe("what agents see", function () {
  this.timeout(60_000);

  it("has nothing of arrivals to come: without them, all before is the same", async () => {
    const options = defaultDay({ seed: 5 });
    const until = 70;
    const loads = async (evs: DayOptions["evs"]) => {
      const seen: bigint[] = [];
      await runDay({ ...options, evs }, new ModelPort(DEFAULT_PARAMETERS), ({ frame, loadW }) => {
        if (frame <= until) seen.push(loadW);
      });
      return seen;
    };
    expect(await loads(options.evs.filter(({ arrivalFrame }) => arrivalFrame < until))).to.deep.equal(
      await loads(options.evs),
    );
  });

  it("is the published frames, the book and the past", async () => {
    const seen: PublicView[] = [];
    const policy: OrderPolicy = {
      name: "watcher",
      decide: (_, view) => {
        seen.push(view);
        return undefined;
      },
    };
    await run({ seed: 1, policy });
    const view = seen.find(({ frame }) => frame === 50)!;
    expect(view.published(50 + 45)).to.deep.include({ importPricePerKwh: 200_000 });
    expect(view.published(48 * 3)).to.equal(undefined);
    expect(view.recordedLoadW(50)).to.equal(25_000);
    expect(view.recordedLoadW(51)).to.equal(undefined);
    expect(view.book).to.deep.equal([]);
  });
});

describe("the target of the default day", function () {
  this.timeout(300_000);

  for (const [from, to] of [
    [1, cases(20, 4)],
    [101, 100 + cases(40, 4)],
  ] as const) {
    it(`seeds ${from} to ${to}: steadier than uncontrolled and capped, everybody served, within capacity`, async () => {
      const days = await runPreset("chapter4", from, to);
      const { pflW, uncontrolledPflW, cappedPflW, basePflW, unservedShare, transactionsPerEv } = spreads(days);
      expect(pflW.mean).to.be.below(0.25 * uncontrolledPflW.mean);
      expect(pflW.mean).to.be.below(0.6 * cappedPflW.mean);
      expect(pflW.mean).to.be.below(basePflW.mean);
      for (const { loads, totals } of days) {
        expect(loads.market.absoluteStepsW).to.be.below(loads.capped.absoluteStepsW);
        expect(loads.market.overloadedFrames).to.equal(0);
        expect(totals.refused).to.deep.equal({});
      }
      expect(unservedShare.mean).to.be.below(0.001);
      expect(unservedShare.max).to.be.below(0.01);
      expect(transactionsPerEv.mean).to.be.below(4);
    });
  }

  for (const [name, ofUncontrolled, ofCapped] of [
    ["chapter5", 0.5, 0.8],
    ["elaadnl", 0.2, 0.3],
  ] as const) {
    it(`${name}: the same without being fitted to it`, async () => {
      const days = await runPreset(name, 1, cases(10, 2));
      const { pflW, uncontrolledPflW, cappedPflW, unservedShare } = spreads(days);
      expect(pflW.mean).to.be.below(ofUncontrolled * uncontrolledPflW.mean);
      expect(pflW.mean).to.be.below(ofCapped * cappedPflW.mean);
      expect(unservedShare.mean).to.be.below(0.001);
      for (const { loads } of days) expect(loads.market.overloadedFrames).to.equal(0);
    });
  }

  it("never exceeds a tight capacity through its own fills", async () => {
    for (const seed of seeds(1, cases(5, 2))) {
      const { loads } = await run({ seed, policy: new Impatient() }, { capacityW: 95_000n });
      expect(loads.market.overloadedFrames).to.equal(0);
      expect(loads.capped.overloadedFrames).to.be.greaterThan(0);
    }
  });

  it("is the policy's doing: buying at once on the same market is about as restless as the cap", async () => {
    const impatient = spread(
      await Promise.all(
        seeds(1, cases(5, 2)).map(async (seed) => headline(await run({ seed, policy: new Impatient() })).pflW),
      ),
    );
    const waterline = spread(
      await Promise.all(
        seeds(1, cases(5, 2)).map(async (seed) => headline(await run({ seed, policy: new Waterline() })).pflW),
      ),
    );
    expect(waterline.mean).to.be.below(0.65 * impatient.mean);
  });

  describe("on a benefit market", () => {
    const play = async (seed: number, evs = 100) => {
      const port = new ModelPort({ ...DEFAULT_PARAMETERS, settlement: "benefit", icebergPeakWh: 4_000n });
      const options = {
        ...defaultDay({ seed, evs }),
        policy: new WholeNeed(),
        proposers: [pob(), epob(), asapPlanner()],
      };
      return { port, day: await runDay(options, port) };
    };

    it("serves everybody by plans that compete, and accounts for every watt-hour", async () => {
      const { port, day } = await play(1);
      const rounds = day.rounds!;
      expect(rounds.length).to.be.above(30);
      expect(new Set(rounds.map(({ winner }) => winner))).to.include("ePoB");
      for (const { refused, lambda } of rounds) {
        expect(refused).to.deep.equal([]);
        expect(lambda > 0n).to.equal(true);
      }
      expect(day.totals.unservedWh / day.totals.askedWh).to.be.below(0.01);
      for (const { grid, loadW, baseLoadW } of day.frames) {
        const netWh = grid.reduce(
          (sum, { side, energyWh }) => sum + Number(side === "charge" ? energyWh : -energyWh),
          0,
        );
        expect(loadW - baseLoadW).to.equal(2 * netWh);
      }
      expect(port.model.inDelivery).to.equal(0n);
      expect(day.loads.market.absoluteStepsW).to.be.below(day.loads.capped.absoluteStepsW);
      expect(day.loads.market.squaredStepsRootW).to.be.below(day.loads.capped.squaredStepsRootW);
    });

    it("repeats to the unit from its seed", async () => {
      expect((await play(2, cases(100, 30))).day).to.deep.equal((await play(2, cases(100, 30))).day);
    });

    it("has plans decide all discharging where piles do not trade and the export tariff is above their limits", async () => {
      const under = async (matching: "adbev" | "gridOnly") => {
        const tariffs = { importPricePerKwh: 200_000n, exportPricePerKwh: 180_000n };
        const day = defaultDay({ seed: 5_001 });
        const publication = (frame: number) => ({ ...day.publication(frame), ...tariffs });
        const options = { ...day, publication, policy: new WholeNeed(), proposers: [epob()] };
        const rules = { settlement: "benefit", allotment: "laxity", matching } as const;
        const port = new ModelPort({ ...DEFAULT_PARAMETERS, ...rules, icebergPeakWh: 4_000n });
        const { frames, loads, totals } = await runDay(options, port);
        const soldWh = frames.flatMap(({ grid }) => grid).filter(({ side }) => side === "discharge");
        return { loads, totals, sold: soldWh.length, trades: frames.flatMap(({ trades }) => trades).length };
      };
      const [traded, planned] = [await under("adbev"), await under("gridOnly")];
      expect(traded.trades).to.be.above(0);
      expect(planned.trades).to.equal(0);
      expect(planned.sold).to.be.above(20);
      for (const { totals } of [traded, planned]) expect(totals.unservedWh / totals.askedWh).to.be.below(0.01);
      expect(planned.loads.market.absoluteStepsW).to.be.below(0.7 * traded.loads.market.absoluteStepsW);
    });

    it("goes on by the fallback where nobody proposes", async () => {
      const options = { ...defaultDay({ seed: 1, evs: 20 }), policy: new WholeNeed() };
      const { rounds } = await runDay(options, new ModelPort({ ...DEFAULT_PARAMETERS, settlement: "benefit" }));
      expect(rounds!.length).to.be.above(0);
      expect(rounds!.every(({ winner }) => winner === undefined)).to.equal(true);
    });
  });
});
