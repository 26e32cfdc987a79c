import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { ChainPort } from "../../scripts/chain/chainPort";
import { DevelopmentClock } from "../../scripts/chain/clock";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { simulatedPileKey } from "../../scripts/chain/pileKeys";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { DEFAULT_PARAMETERS, type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { asapPlanner, epob, epobFactor, pob } from "../../scripts/planners/book/planners";
import { WholeNeed } from "../../scripts/piles/policies/wholeNeed";
import { type DayOptions, runDay } from "../../scripts/simulation/day";
import { type DaySettings, defaultDay } from "../../scripts/simulation/defaults";
import { ModelPort } from "../../scripts/simulation/modelPort";
import type { DayResult } from "../../scripts/simulation/dayResult";
import { namedAccount } from "../../tasks/support/network";
import { ALL_CASES, cases } from "../helpers/cases";

/** A day of thirty EVs; a quick run plays it without a day before. */
const quickDay = (settings: DaySettings): DayOptions =>
  defaultDay({ ...settings, evs: 30, homes: 30, warmUpDays: ALL_CASES ? 1 : 0 });

/** Seeds whose days are averaged. */
const SEEDS = cases(20, 4);

describe("a simulated day", function () {
  this.timeout(240_000);

  async function dayOnChain(
    feeder: string,
    seed: number,
    day: DayOptions,
    rules: Partial<DeploymentParameters> = {},
  ): Promise<DayResult> {
    const { market } = await hre.ignition.deploy(feederModule(feeder, rules));
    const [sender] = await ethers.getSigners();
    const port = new ChainPort({
      client: await MarketClient.connect(await market.getAddress(), ethers.provider),
      clock: new DevelopmentClock(hre.network.provider),
      sender: new UnlockedTransactor(hre.network.provider, sender!.address, ERROR_INTERFACES),
      keyOf: (pile) => simulatedPileKey(seed, feeder, pile),
      pileBalance: 10n ** 12n,
      proposerOf: async (name) => namedAccount(hre, name),
    });
    return runDay(day, port);
  }

  it("comes out the same on the contracts as on the model, to the unit", async () => {
    for (const seed of [1, 2].slice(0, cases(2))) {
      const onModel = await runDay(quickDay({ seed }), new ModelPort({ ...DEFAULT_PARAMETERS }));
      const onChain = await dayOnChain(`day${seed}`, seed, quickDay({ seed }));
      expect(onChain.frames).to.deep.equal(onModel.frames);
      expect(onChain.totals).to.deep.equal(onModel.totals);
      expect(onChain.evs).to.deep.equal(onModel.evs);
      expect(onChain.frames.some(({ trades }) => trades.length > 0)).to.equal(true);
      expect(onChain.frames.some(({ grid }) => grid.length > 0)).to.equal(true);
    }
  });

  it("comes out the same where plans compete, winners and benefits included", async () => {
    const rules = { settlement: "benefit", icebergPeakWh: 10_000n } as const;
    for (const seed of [2, 4].slice(0, cases(2))) {
      const day = {
        ...quickDay({ seed }),
        policy: new WholeNeed(),
        proposers: [pob(), epob(), epobFactor(), asapPlanner()],
      };
      const onModel = await runDay(day, new ModelPort({ ...DEFAULT_PARAMETERS, ...rules }));
      const onChain = await dayOnChain(`benefit${seed}`, seed, day, rules);
      expect(onChain.rounds).to.deep.equal(onModel.rounds);
      expect(onChain.frames).to.deep.equal(onModel.frames);
      expect(onChain.totals).to.deep.equal(onModel.totals);
      expect(onChain.evs).to.deep.equal(onModel.evs);
      const winners = new Set(onChain.rounds?.map(({ winner }) => winner));
      expect(winners.size, [...winners].join(", ")).to.be.above(1);
    }
  });

  it("comes out the same where meters decide: money, credit and what deviations cost", async () => {
    const meters = { noise: 0.1, leave: 0.1, silent: 0.05, cheat: 0.2 };
    const metered = () => quickDay({ seed: 1, meters });
    for (const [name, rules] of [
      ["pays", { wheelingCapPerKwh: 20_000n }],
      ["loses", { breach: "counterparty", toleranceBps: 500n }],
    ] as const) {
      const market = { readingSeconds: 3_600, ...rules };
      const onModel = await runDay(metered(), new ModelPort(withDefaults(market)));
      const onChain = await dayOnChain(`metered${name}`, 1, metered(), market);
      expect(onChain.frames).to.deep.equal(onModel.frames);
      expect(onChain.delivery).to.deep.equal(onModel.delivery);
      expect(onChain.delivery!.unaccounted).to.equal(0n);
      expect(onChain.delivery!.frames.some(({ silent }) => silent.length > 0)).to.equal(true);
    }
  });

  it(`meets its demands within capacity, below uncontrolled charging and the plain cap, over ${SEEDS} seeds`, async () => {
    const days: DayResult[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      days.push(await runDay(defaultDay({ seed }), new ModelPort({ ...DEFAULT_PARAMETERS })));
    }
    const mean = (value: (day: DayResult) => number) => days.reduce((sum, day) => sum + value(day), 0) / days.length;
    expect(mean((day) => day.loads.market.unservedShare)).to.be.at.most(0.01);
    const pflW = mean((day) => day.loads.market.absoluteStepsW);
    expect(pflW).to.be.at.most(0.4 * mean((day) => day.loads.uncontrolled.absoluteStepsW));
    expect(pflW).to.be.below(mean((day) => day.loads.capped.absoluteStepsW));
    for (const { frames, capacityW } of days) {
      for (const { loadW, grid } of frames) if (grid.length > 0) expect(loadW).to.be.at.most(capacityW);
    }
  });
});
