import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentClock } from "../../scripts/chain/clock";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { replayOnChain, type ReplayStep } from "../../scripts/chain/replayOnChain";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { Random } from "../../scripts/core/random";
import { parseScenario } from "../../scripts/scenario/parse";
import { replayOnModel } from "../../scripts/scenario/replayOnModel";
import { type ScenarioResult, toJson } from "../../scripts/scenario/result";
import type { Scenario } from "../../scripts/scenario/scenario";
import { namedAccount } from "../../tasks/support/network";
import { cases } from "../helpers/cases";

const METERED_MARKET = {
  ...{ settlement: "benefit", maxHorizon: 1, icebergPeakWh: 4_000, icebergThresholdWh: 1_500, matching: "credit" },
  ...{ readingSeconds: 3_600, toleranceBps: 1_000, minCredit: 2_000, creditPriorWh: 5_000, operatorPrefund: 60_000 },
  // Claims of whoever clears, finalises and settles go before those of later surpluses.
  ...{ keeperReward: 2_500 },
  ...{ exportPricePerKwh: 150_000, importCapPerKwh: 300_000, bondPricePerKwh: 312_345 },
};

/** Some piles have little money, one operator, weather or attributes. */
function meteredPile(i: number, random: Random): object {
  const attribute = () => random.integer(0, 1_000);
  return {
    ...(i % 3 === 0 ? { operator: "three" } : {}),
    ...(i % 4 === 1 ? { weather: random.integer(0, 2_999) } : {}),
    ...(i % 2 === 0 ? { attributes: { capacity: attribute(), stability: attribute() } } : {}),
    ...(i % 2 === 1 ? { balance: i % 6 === 1 ? 500_000 : 20_000_000 } : {}),
  };
}

/** Plans, of which some cannot be, and meters that say something else than was agreed, or nothing. */
function meteredEvents(frames: number, ratedW: readonly number[], random: Random): object[] {
  const events: object[] = [];
  for (let frame = 0; frame < frames; frame++) {
    for (const proposer of ["P1", "planner"]) {
      const [draw, discharge] = [random.pick([0, 300, 800]), random.pick([0, 100, 300, 700])];
      events.push({ frame, propose: { proposer, draw: [draw], discharge: [discharge] } });
    }
    if (frame === 0) continue;
    for (const [i, watts] of ratedW.entries()) {
      // Most energy that a pile can move in half an hour.
      const moved = () => random.integer(0, Math.min(6_000, Math.floor(watts / 2)));
      if (random.chance(0.04)) events.push({ frame, pile: `P${i}`, silent: true });
      else if (random.chance(0.4)) {
        events.push({ frame, pile: `P${i}`, reading: { consumedWh: moved(), producedWh: moved() } });
      }
    }
  }
  return events;
}

const FOLDERS = ["docs/scenarios", "docs/lessons"].map((folder) => join(__dirname, "../..", folder));

describe("market:replay", function () {
  this.timeout(180_000);

  async function onChain(
    scenario: Scenario,
    name: string,
    onStep?: (step: ReplayStep) => void,
  ): Promise<ScenarioResult> {
    const [sender] = await ethers.getSigners();
    const overrides = { ...scenario.market, pileCap: scenario.piles.length };
    const { market } = await hre.ignition.deploy(feederModule(name, overrides));
    return replayOnChain(
      scenario,
      {
        client: await MarketClient.connect(await market.getAddress(), ethers.provider),
        clock: new DevelopmentClock(hre.network.provider),
        sender: new UnlockedTransactor(hre.network.provider, sender!.address, ERROR_INTERFACES),
        accountOf: (pile) => namedAccount(hre, `${name} ${pile}`),
      },
      onStep,
    );
  }

  const files = FOLDERS.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  for (const path of files.filter((file) => file.endsWith(".json"))) {
    const file = basename(path);
    it(`gives the same on the contracts as on the model: ${file}`, async () => {
      const scenario = parseScenario(readFileSync(path, "utf8"), file);
      const steps: ReplayStep[] = [];
      const result = await onChain(scenario, file.replace(/\W|json/g, ""), (step) => steps.push(step));
      expect(toJson(result)).to.deep.equal(toJson(replayOnModel(scenario)));
      const ofPiles = steps.filter(({ kind }) => kind === "event" || kind === "clear");
      expect(ofPiles).to.have.length(scenario.events.length + scenario.frames - 1 - scenario.missedClearings.size);
    });
  }

  it("gives the same on random scenarios with everything in them", async () => {
    const refusals = new Set<string>();
    const fills = { trades: 0, grid: 0 };
    for (const seed of [1, 2, 3].slice(0, cases(3))) {
      const scenario = parseScenario(randomScenario(seed), `seed ${seed}`);
      const result = await onChain(scenario, `random${seed}`);
      expect(toJson(result)).to.deep.equal(toJson(replayOnModel(scenario)));
      fills.trades += result.frames.reduce((sum, { trades }) => sum + trades.length, 0);
      fills.grid += result.frames.reduce((sum, { grid }) => sum + grid.length, 0);
      for (const { error } of result.rejected) refusals.add(error);
    }
    expect(fills.trades).to.be.above(cases(20, 5));
    expect(fills.grid).to.be.above(cases(5, 1));
    expect([...refusals]).to.include.members(["LiveOrderExists", "NoLiveOrder", "PileSuspended", "PriceOffTick"]);
  });

  it("gives the same where plans compete, meters settle, credit ranks and keepers are paid", async () => {
    const seen = {
      winners: new Set<string | undefined>(),
      refused: new Set<string>(),
      exports: 0,
      silent: 0,
      claimed: 0,
    };
    for (const seed of [10, 12]) {
      const scenario = parseScenario(randomScenario(seed, true), `seed ${seed}`);
      const result = await onChain(scenario, `metered${seed}`);
      expect(toJson(result)).to.deep.equal(toJson(replayOnModel(scenario)));
      for (const { round, grid } of result.frames) {
        if (round === undefined) continue;
        seen.winners.add(round.winner);
        for (const { error } of round.refused) seen.refused.add(error);
        seen.exports += grid.filter(({ side }) => side === "discharge").length;
      }
      for (const { piles } of result.settlements!) {
        seen.silent += piles.filter(({ silent }) => silent).length;
        seen.claimed += piles.filter(({ claimed }) => claimed > 0n).length;
      }
    }
    expect([...seen.winners]).to.include.members([undefined, "P1"]);
    expect([...seen.refused]).to.include("PlanNotAllottable");
    expect(seen.exports, "exports").to.be.above(0);
    expect(seen.silent, "silent").to.be.above(0);
    expect(seen.claimed, "surpluses that became claims").to.be.above(0);
  });

  function randomScenario(seed: number, metered = false): string {
    const random = new Random(seed).stream("scenario");
    const piles = Array.from({ length: 12 }, (_, i) => ({
      id: `P${i}`,
      ratedW: random.integer(1_000, 22_000),
      ...(i === 0 ? { balance: 1_000 } : {}),
      ...(metered ? meteredPile(i, random) : {}),
    }));
    const frames = 20;
    const events = [];
    for (let frame = 0; frame < frames; frame++) {
      for (let n = random.integer(1, 10); n > 0; n--) {
        const pile = piles[random.integer(0, piles.length - 1)]!.id;
        const order = {
          side: random.integer(0, 1) === 0 ? "charge" : "discharge",
          price: random.integer(20, 52) * 5_000 + (random.integer(0, 15) === 0 ? 1 : 0),
          energyWh: random.integer(0, 9_000),
          expiryFrame: frame + random.integer(0, 6),
          ...(random.integer(0, 2) === 0 ? { peakWh: random.integer(1, 3_000) } : {}),
        };
        const what = random.integer(0, 13);
        if (what < 8) events.push({ frame, pile, place: order });
        else if (what === 8) events.push({ frame, pile, replace: order });
        else if (what === 9) events.push({ frame, pile, cancel: true });
        else if (what === 10) events.push({ frame, pile, suspend: true });
        else if (what === 11) events.push({ frame, pile, readmit: true });
        else if (what === 12) events.push({ frame, pile, deposit: random.integer(1, 100_000) });
        else events.push({ frame, pile, withdraw: random.integer(1, 2_000) });
      }
    }
    if (metered) {
      const ratedW = piles.map((pile) => pile.ratedW);
      events.push(...meteredEvents(frames, ratedW, random));
    }
    return JSON.stringify({
      market: {
        ...(metered ? METERED_MARKET : { bondPricePerKwh: 12_345 }),
        tickSize: 5,
        wheelingCapPerKwh: 20_000,
        wheelingPricePerKwh: 7_500,
        capacityW: 45_000,
        lossAllowanceW: 1_500,
        maxWaitFrames: 3,
        minEnergyWh: 10,
        priceWeight: random.integer(0, 12),
        timeWeight: random.integer(1, 12),
        importPricePerKwh: Array.from({ length: 48 }, (_, i) => 180_000 + 5_000 * (i % 7)),
      },
      baseLoadW: Array.from({ length: 48 }, (_, i) => 30_000 + 1_000 * ((i * 7) % 11)),
      piles,
      frames,
      events,
      missedClearings: [7, 8, 13],
      unpublished: [5, 13],
    });
  }
});
