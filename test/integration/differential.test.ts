import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../scripts/core/parameters";
import { Random } from "../../scripts/core/random";
import { deployedAside } from "../helpers/market";
import { type Habits, RandomMarket, type Step } from "../helpers/randomMarket";
import { nothingSeen, TwinMarkets } from "../helpers/twinMarkets";
import { ALL_CASES, cases } from "../helpers/cases";

/** `DIFFERENTIAL_SEED=12 npx hardhat test test/integration/differential.test.ts` draws other days. */
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);
/** Compare everything after every step, not after every twelfth one: slower, but tells which step it was. */
const DEEP = process.env.DIFFERENTIAL_DEEP !== undefined;

/** Frames of a day that most markets play. */
const FRAMES = cases(146, 14);

interface Configuration {
  name: string;
  parameters: Partial<DeploymentParameters>;
  habits: Partial<Habits>;
  piles: number;
  frames: number;
}

const HABITS: Habits = {
  ratedW: [7000, 3000, 22_000, 43_000, 7001],
  balances: [10n ** 10n, 10n ** 10n, 10n ** 10n, 10n ** 10n, 2_000_000n],
  middleTicks: 200_000,
  spreadTicks: 60_000,
  baseLoadW: [20_000, 60_000],
  ordersPerFrame: 9,
  signedShare: 0.4,
  gaps: [3, 17],
  activePiles: [],
};

const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: "the default market, and keepers are paid",
    parameters: { keeperReward: 7_000n },
    habits: { gaps: [131, 40] },
    piles: 14,
    frames: FRAMES,
  },
  {
    name: "the grid's price rises with the load",
    parameters: {
      ...{ matching: "congestion", tickSize: 3n, thetaBps: 2_500n, maxWaitFrames: 3 },
      ...{ congestionFromW: 30_000n, congestionPricePerKwhPerKw: 2_999n, chargeEfficiencyBps: 10_501n },
    },
    habits: { middleTicks: 70_000, spreadTicks: 30_000 },
    piles: 14,
    frames: FRAMES,
  },
  {
    name: "waiting counts most",
    parameters: {
      priceWeight: 1,
      timeWeight: 40,
      tickSize: 7n,
      bondPricePerKwh: 12_345n,
      wheelingCapPerKwh: 9_999n,
      maxWaitFrames: 2,
      icebergThresholdWh: 3000n,
      icebergPeakWh: 1500n,
    },
    habits: { middleTicks: 30_000, spreadTicks: 900, ordersPerFrame: 7 },
    piles: 16,
    frames: FRAMES,
  },
  {
    name: "only waiting counts, icebergs never wait",
    parameters: {
      priceWeight: 0,
      timeWeight: 1,
      tickSize: 100n,
      maxWaitFrames: 0,
      icebergThresholdWh: 500n,
      icebergPeakWh: 2000n,
      minEnergyWh: 25n,
    },
    habits: { middleTicks: 2000, spreadTicks: 12, gaps: [100, 1, 60] },
    piles: 14,
    frames: FRAMES,
  },
  {
    name: "capacity is tight",
    parameters: {
      priceWeight: 10,
      timeWeight: 10,
      capacityW: 12_000n,
      lossAllowanceW: 333n,
      bondPricePerKwh: 1n,
      maxWaitFrames: 1,
    },
    habits: { baseLoadW: [-3000, 13_000], spreadTicks: 30_000, ordersPerFrame: 12 },
    piles: 16,
    frames: FRAMES,
  },
  {
    name: "frames of ten minutes",
    parameters: {
      frameSeconds: 600,
      auctionSeconds: 120,
      leadFrames: 1,
      maxWaitFrames: 3,
      wheelingCapPerKwh: 777n,
      timeWeight: 3,
    },
    habits: { gaps: [200, 2] },
    piles: 14,
    frames: FRAMES,
  },
  {
    name: "odd figures throughout",
    parameters: {
      frameSeconds: 1700,
      auctionSeconds: 1399,
      leadFrames: 5,
      tickSize: 13n,
      unit: 10n ** 12n,
      minEnergyWh: 51n,
      capacityW: 9_999n,
      lossAllowanceW: 1n,
      bondPricePerKwh: 999n,
      wheelingCapPerKwh: 13_001n,
      importCapPerKwh: 10n ** 10n,
      icebergThresholdWh: 4001n,
      icebergPeakWh: 701n,
      pileCap: 14,
    },
    habits: { baseLoadW: [-40_000, 9_000], middleTicks: 15_000, spreadTicks: 5_000, ratedW: [7001, 4, 2999, 43_003] },
    piles: 14,
    frames: FRAMES,
  },
  {
    name: "no ranks and nothing but icebergs",
    parameters: { priceWeight: 0, timeWeight: 0, icebergThresholdWh: 0n, icebergPeakWh: 700n, bondPricePerKwh: 5_555n },
    habits: { spreadTicks: 9_000, gaps: [131] },
    piles: 12,
    frames: FRAMES,
  },
  {
    name: "more piles than one word of the live bitmap holds",
    parameters: { maxWaitFrames: 2, timeWeight: 4, capacityW: 400_000n, pileCap: 600, wheelingCapPerKwh: 5_000n },
    habits: {
      ordersPerFrame: 30,
      signedShare: 0.7,
      spreadTicks: 40_000,
      // The last and first bits of each of the bitmap's first three words.
      activePiles: [1, 2, 3, 4, 5, 205, 206, 207, 208, 209, 210, 211, 461, 462, 463, 464, 465, 470],
    },
    piles: 470,
    frames: cases(30, 5),
  },
];

/** Every custom error that a market's users can run into; the days run into all of them. */
const REFUSALS = [
  "AlreadyRegistered",
  "AmountTooSmall",
  "EnergyAboveMaximum",
  "EnergyBelowMinimum",
  "EntryPaused",
  "ExpiryOutOfRange",
  "ExportAboveImport",
  "FrameAlreadyCleared",
  "FrameAlreadyPublished",
  "FrameNotOver",
  "FrameWindowClosed",
  "FrameWindowNotOpen",
  "GateClosed",
  "ImportAboveCap",
  "InsufficientBalance",
  "InvalidNonce",
  "InvalidSignature",
  "LiveOrderExists",
  "MalformedTerms",
  "NoLiveOrder",
  "NotRegistered",
  "NothingClaimed",
  "NothingToSettle",
  "PileCapReached",
  "PileSuspended",
  "PriceOffTick",
  "PriceOutOfRange",
  "PublishedTooEarly",
  "PublishedTooLate",
  "RatedPowerTooSmall",
  "SignatureExpired",
  "TariffOffTick",
  "TariffOutOfRange",
  "WheelingAboveCap",
  "WrongFills",
];

describe("The contract does what the model does, to the unit", () => {
  const seen = nothingSeen();
  let frames = 0;
  const deployed = deployedAside();

  for (const configuration of CONFIGURATIONS) {
    it(configuration.name, async () => {
      const market = { ...DEFAULT_PARAMETERS, ...configuration.parameters };
      const habits = { ...HABITS, ...configuration.habits };
      const isActive = (pile: number): boolean => habits.activePiles.length === 0 || habits.activePiles.includes(pile);
      const twins = await TwinMarkets.deploy(deployed(), market, isActive, seen);
      const random = new Random(SEED).stream(configuration.name);

      let frame = Math.floor((await time.latest()) / market.frameSeconds) + 1;
      let done = 0;
      const apply = async (step: Step): Promise<void> => {
        try {
          await twins.apply(step, DEEP || seen.steps % 12 === 0);
        } catch (error) {
          const show = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
          const where = `${configuration.name}, seed ${SEED}, frame ${frame} (${done} done), step ${seen.steps}`;
          (error as Error).message = `${where}: ${JSON.stringify(step, show)}\n${(error as Error).message}`;
          throw error;
        }
      };

      let at = frame * market.frameSeconds;
      for (let pile = 1; pile <= configuration.piles; pile++) {
        const ratedW = habits.ratedW[pile % habits.ratedW.length]!;
        const tokenAmount = habits.balances[pile % habits.balances.length]! * market.unit;
        await apply({ do: "register", pile, ratedW, at: at++ });
        if (isActive(pile)) await apply({ do: "deposit", pile, tokenAmount, at: at++ });
      }
      frame = Math.floor(at / market.frameSeconds) + 1;

      const days = new RandomMarket(random, market, habits, twins.model, frame, configuration.piles);
      while (done < configuration.frames) {
        for (const step of days.frame(frame)) await apply(step);
        done++;
        frame++;
        const gap = days.gap(frame);
        let next = gap.next();
        for (; !next.done; next = gap.next()) await apply(next.value);
        frame += next.value;
      }
      for (const step of days.end(frame + 1)) await apply(step);
      expect(twins.model.inDelivery).to.equal(0n);
      frames += done;
    }).timeout(120_000);
  }

  it("and the days were eventful", function () {
    if (process.env.DIFFERENTIAL_SEED !== undefined) console.log(frames, seen);
    if (!ALL_CASES) this.skip();
    expect(frames).to.be.at.least(1000);
    expect(seen.clearings).to.be.above(900);
    expect(seen.unpublishedClearings).to.be.above(50);
    expect(seen.trades).to.be.above(1500);
    expect(seen.gridFills).to.be.above(200);
    expect(seen.fillsInFurtherWords).to.be.above(30);
    expect(seen.settlements).to.be.above(600);
    expect(seen.lateSettlements).to.be.above(4);
    expect(REFUSALS.filter((name) => !seen.refusals.has(name))).to.deep.equal([]);
  });
});
