import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import fc from "fast-check";

import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { Course, marketCommands, PILES } from "../helpers/campaignCommands";
import { deployedAside } from "../helpers/market";
import { nothingSeen, TwinMarkets } from "../helpers/twinMarkets";
import { cases } from "../helpers/cases";

// Any order of commands at all, on the contracts and on the model; what differs is shrunk to the commands that it takes.
// The seeded days of test/integration are long and sensible instead: they fill books and wear out rings of frames.

/** `ADBEV_CAMPAIGN_RUNS=1000 npx hardhat test test/invariant/differential.test.ts` looks longer. */
const RUNS = Number(process.env.ADBEV_CAMPAIGN_RUNS ?? cases(20, 4));
/** Of a failure, as fast-check prints it; with `ADBEV_CAMPAIGN_PATH` and `ADBEV_CAMPAIGN_REPLAY` it is repeated alone. */
const SEED = Number(process.env.ADBEV_CAMPAIGN_SEED ?? 1);
const PATH = process.env.ADBEV_CAMPAIGN_PATH;
const REPLAY = process.env.ADBEV_CAMPAIGN_REPLAY;
const LONGEST_RUN = 120;
/** A run takes about half a second; a failure may take a few dozen to shrink. */
const MOST_MILLISECONDS = 60_000 + 5_000 * RUNS;
/** Money units that each pile begins with; the last is poor. */
const BALANCES = [10n ** 9n, 10n ** 9n, 10n ** 9n, 10n ** 9n, 3_000_000n, 200_000n];
const RATED_W = [7_000, 3_000, 22_000];

const MARKETS: Record<string, Partial<DeploymentParameters>> = {
  plain: { wheelingCapPerKwh: 20_000n, bondPricePerKwh: 30_000n, maxWaitFrames: 2 },
  metered: {
    readingSeconds: 1_800,
    wheelingCapPerKwh: 20_000n,
    maxWaitFrames: 1,
    creditPriorWh: 3_000n,
    keeperReward: 321n,
  },
  "ranked by credit": {
    ...{ readingSeconds: 600, matching: "credit", minCredit: 4_000n, creditPriorWh: 5_000n, toleranceBps: 500n },
    breach: "counterparty",
  },
  tight: {
    importCapPerKwh: 10n ** 7n,
    capacityW: 25_000n,
    lossAllowanceW: 333n,
    tickSize: 7n,
    unit: 10n ** 12n,
    pileCap: 8,
    priceWeight: 1,
    timeWeight: 40,
  },
  "congestion price": {
    ...{
      matching: "congestion",
      readingSeconds: 1_800,
      maxWaitFrames: 1,
      wheelingCapPerKwh: 20_000n,
      thetaBps: 3_000n,
    },
    ...{ congestionFromW: 15_000n, congestionPricePerKwhPerKw: 7_001n, chargeEfficiencyBps: 10_400n },
  },
  benefit: { settlement: "benefit", maxHorizon: 6, maxWaitFrames: 2, icebergThresholdWh: 0n, icebergPeakWh: 3_000n },
  "benefit, metered, by laxity": {
    ...{ settlement: "benefit", readingSeconds: 1_800, maxHorizon: 6, allotment: "laxity", keeperReward: 123n },
  },
};

describe("Differential campaign: any commands, the model as the oracle", () => {
  const seen = nothingSeen();
  const counts = new Map<string, number>();
  const deployed = deployedAside();

  /** A market of its own with piles, money and published frames, and the beginning of its first frame. */
  async function begin(parameters: DeploymentParameters): Promise<{ model: Course; real: TwinMarkets }> {
    const real = await TwinMarkets.deploy(deployed(), parameters, () => true, seen);
    const course = new Course(parameters, (await time.latest()) + 10, counts);
    course.reach(course.begins(course.frame + 1));
    for (let pile = 1; pile <= PILES; pile++) {
      const ratedW = RATED_W[pile % RATED_W.length]!;
      await course.apply(real, { do: "register", pile, ratedW, ...(pile % 3 === 0 ? { operator: "three" } : {}) });
      await course.apply(real, { do: "deposit", pile, tokenAmount: BALANCES[pile - 1]! * parameters.unit });
    }
    course.pileCount = PILES;
    const first = course.frame + parameters.leadFrames + 2;
    const { tickSize } = parameters;
    const frames = Array.from({ length: 8 }, (_, i) => ({
      ...{ frame: first + i, baseLoadW: BigInt(12_000 + 2_000 * i), importPricePerKwh: 200_000n * tickSize },
      ...{ exportPricePerKwh: 120_000n * tickSize, wheelingPricePerKwh: 0n },
    }));
    await course.apply(real, { do: "publish", frames });
    await course.apply(real, { do: "depositGrid", amount: 500_000n });
    course.publishedUpTo = first + frames.length - 1;
    course.reach(course.begins(first - 1));
    return { model: course, real };
  }

  it(`tells no contract from its model in ${RUNS} runs of up to ${LONGEST_RUN} commands`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(MARKETS)),
        fc.commands(marketCommands, {
          ...{ maxCommands: LONGEST_RUN, size: "max" },
          ...(REPLAY === undefined ? {} : { replayPath: REPLAY }),
        }),
        async (name, commands) => {
          const before = await takeSnapshot();
          try {
            const run = await begin(withDefaults(MARKETS[name]));
            await fc.asyncModelRun(() => run, commands);
            await run.real.compare();
          } finally {
            await before.restore();
          }
        },
      ),
      {
        ...{ seed: SEED, numRuns: RUNS, ...(PATH === undefined ? {} : { path: PATH }) },
        // Shrinking ends there, too, with the least that was found.
        interruptAfterTimeLimit: MOST_MILLISECONDS,
      },
    );
  }).timeout(30_000 + MOST_MILLISECONDS);

  it("and everything happened", function () {
    const listed = (of: Map<string, number>) => {
      const sorted = [...of].sort(([, a], [, b]) => b - a);
      return sorted.map(([kind, count]) => `${kind} ${count}`).join(", ");
    };
    const refused = [...seen.refusals.values()].reduce((sum, count) => sum + count, 0);
    const { steps, clearings, trades, gridFills, settlements, rounds, exportFills } = seen;
    console.log(`      Commands: ${listed(counts)}`);
    console.log(`      Refused alike: ${listed(seen.refusals)}`);
    console.log(
      `      ${steps} steps, ${refused} refused; ${clearings} clearings with ` +
        `${trades} trades and ${gridFills} fills from the grid, ${rounds} rounds with ${exportFills} to it, ` +
        `${settlements} settlements`,
    );
    if (PATH !== undefined) this.skip();
    const least = (perRun: number) => Math.floor(perRun * RUNS);
    expect([...counts.keys()]).to.have.length.at.least(RUNS >= 8 ? 20 : 8);
    expect(steps, "steps").to.be.at.least(least(25));
    expect(refused, "refused alike").to.be.at.least(least(4));
    expect(seen.refusals.size, "reasons").to.be.at.least(RUNS >= 8 ? 15 : 3);
    expect(clearings, "clearings").to.be.at.least(least(2));
    expect(trades, "trades").to.be.at.least(least(0.5));
    expect(settlements, "settlements").to.be.at.least(least(0.4));
    expect(seen.metered.frames, "settlements by meter").to.be.at.least(least(0.1));
    // Few runs may see none.
    if (RUNS >= 8) expect(rounds, "rounds").to.be.at.least(least(0.25));
  });
});
