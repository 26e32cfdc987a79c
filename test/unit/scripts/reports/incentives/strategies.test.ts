import { expect } from "chai";

import { playPairs, tryStrategy } from "../../../../../scripts/reports/incentives/experiment";
import { keepersReport } from "../../../../../scripts/reports/incentives/keepers";
import { STRATEGIES } from "../../../../../scripts/reports/incentives/strategies";
import { raisingSharply } from "../../../../../scripts/reports/incentives/strategies/congestion/raisedPrice";
import { overbidding } from "../../../../../scripts/reports/incentives/strategies/overbid";
import type { Strategy } from "../../../../../scripts/reports/incentives/strategy";

/** Markets without rounds take next to no time, those with plans half a second each. */
const SEEDS = 5;
const SEEDS_WITH_PLANS = 2;
/** Where what little is gained is not seen on a few. */
const SEEDS_OF_THE_PAGE = 20;

/** Ended by the rules. */
const ENDED = [
  ...["squat", "phantom-seller", "phantom-above-r", "desertion", "take-and-leave", "overdraw", "empty-account"],
  ...["silent-seller", "unasked-energy", "raised-price", "high-ask-busy", "rigged-pair"],
];
/** Ended by the rules in a benefit market: what each costs at least, pence. */
const ENDED_WITH_PLANS = { "over-ask": 25, "false-deadline": 15, "false-need": 10, "lapsed-margin": 100 };
/** Not ended: only bounded. */
const BOUNDED = {
  ...{ impatience: "unpriced", "imbalance-price": "gains", overbid: "gains", "overbid-scarce": "gains" },
  ...{ "split-demand": "gains", "shaded-limit": "gains", "unasked-at-cap": "gains", "raised-price-steep": "harms" },
  ...{ "high-ask": "gains", "withheld-sale": "gains", "false-load": "gains" },
};
/** Not ended in a benefit market. */
const OPEN_WITH_PLANS = ["early-deadline"];

function named(name: string): Strategy {
  return STRATEGIES.find((strategy) => strategy.name === name)!;
}

describe("strategies under the rules as they are", () => {
  it("are all judged here", () => {
    const judged = [ENDED, OPEN_WITH_PLANS, ...[ENDED_WITH_PLANS, BOUNDED].map(Object.keys)].flat();
    expect(judged).to.have.members(STRATEGIES.map(({ name }) => name));
  });

  for (const name of ENDED) {
    it(`${name}: no gain`, async () => {
      const { verdict } = await tryStrategy(named(name), SEEDS);
      expect(verdict.text).to.equal("no gain");
      expect(verdict.freeHarmP.mean).to.be.at.most(0.01);
    });
  }

  for (const [name, costP] of Object.entries(ENDED_WITH_PLANS)) {
    it(`${name}: costs the cheat, and more than others lose`, async () => {
      const { verdict } = await tryStrategy(named(name), SEEDS_WITH_PLANS);
      expect(verdict.gainP.mean).to.be.below(-costP);
      expect(verdict.freeHarmP.mean).to.be.at.most(0.01);
    });
  }

  for (const [name, kind] of Object.entries(BOUNDED)) {
    it(`${name}: ${kind}, and the page says so`, async () => {
      expect((await tryStrategy(named(name), SEEDS_OF_THE_PAGE)).verdict.kind).to.equal(kind);
    });
  }

  it("state a bound where one is not ended", () => {
    for (const name of Object.keys(BOUNDED).concat(OPEN_WITH_PLANS)) expect(named(name).bound, name).to.be.a("string");
  });
});

describe("bounds under the congestion price", () => {
  /** σ W² / 4: 0.1 p per kWh and kW, 7 kW, half an hour. */
  const LIFTED_P_A_FRAME = (0.1 * 7 ** 2) / 4 / 2;

  it("unasked-at-cap: no more than σ W² / 4 an hour, none of it the grid's gain or other piles' loss", async () => {
    const { difference, verdict } = await tryStrategy(named("unasked-at-cap"), SEEDS);
    expect(verdict.gainP.mean).to.be.within(1, 12 * LIFTED_P_A_FRAME);
    expect(difference.grid.surplusP.mean).to.be.below(0);
    expect(difference.victims.surplusP.mean).to.be.at.least(0);
  });

  it("withheld-sale: no more than σ W² / 4 in two frames, on average", async () => {
    const { verdict } = await tryStrategy(named("withheld-sale"), SEEDS_OF_THE_PAGE);
    expect(verdict.gainP.mean).to.be.within(0.1, 2 * LIFTED_P_A_FRAME);
  });

  it("raised-price: others lose less than it costs, seed by seed, where σ L is at most r − x", async () => {
    for (const { honest, cheating } of await playPairs(named("raised-price"), SEEDS)) {
      const lost = honest.victims.surplusP - cheating.victims.surplusP;
      expect(lost).to.be.below(-cheating.cheat.surplusP / 10);
    }
  });

  it("raised-price-steep: harms no more than it costs up to a rise of (r − x) / L", async () => {
    const told = { name: "raised-price", cheating: "" };
    // 0.2727 p · 55 kW is next to 15 p.
    const { verdict } = await tryStrategy(raisingSharply(told, 2_727n), SEEDS);
    expect(verdict.harmP.mean).to.be.above(0);
    expect(verdict.freeHarmP.mean).to.be.at.most(0);
  });

  it("overbid-scarce: loses where the premium is at its most before the room is full", async () => {
    // (100 kW − 55 kW) · 0.34 p is above 15 p.
    const told = { name: "overbid", cheating: "", rule: "" };
    const changes = { matching: "congestion", congestionPricePerKwhPerKw: 3_400n } as const;
    const { verdict } = await tryStrategy(overbidding(told, changes), SEEDS);
    expect(verdict.kind).to.equal("none");
    expect(verdict.gainP.mean).to.be.below(-10);
  });
});

describe("a keeper", () => {
  const gas = {
    "clear that opens a round of 50 orders, each": 8_000,
    "finalise a plan for 50 orders, each": 10_000,
    "settle 50 piles, readings handed in, each": 18_000,
  };

  it("is given the reward for every clearing, round and settlement, and nothing without one", async () => {
    const { claimedP, claimedWithoutP, calls, rewardP, rows, frames } = await keepersReport(gas);
    expect(calls.finalise).to.be.greaterThan(0);
    expect(claimedP).to.equal(rewardP * (calls.clear + calls.finalise + calls.settle));
    expect(claimedWithoutP).to.equal(0);
    for (const { costP, withRewardP, withoutRewardP } of rows) {
      expect(withoutRewardP).to.be.closeTo(-costP, 1e-9);
      expect(withRewardP - withoutRewardP).to.be.closeTo(claimedP / frames, 1e-9);
    }
  });

  it("pays for the gas of its calls", async () => {
    const { rows, calls, frames } = await keepersReport(gas);
    const gasOfAll = 50 * (8_000 * calls.clear + 10_000 * calls.finalise + 18_000 * calls.settle);
    // At 1 gwei and £2 000 an ether.
    expect(rows[0]!.costP * frames).to.be.closeTo((gasOfAll * 2_000 * 100) / 1e9, 1e-6);
  });
});
