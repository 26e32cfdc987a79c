import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../scripts/core/parameters";
import { Random } from "../../scripts/core/random";
import { deployedAside } from "../helpers/market";
import { type Habits, RandomMarket, RICH_AND_POOR, type Step } from "../helpers/randomMarket";
import { nothingSeen, TwinMarkets } from "../helpers/twinMarkets";
import { ALL_CASES, cases } from "../helpers/cases";

/** `DIFFERENTIAL_SEED=12 npx hardhat test test/integration/deliveryDifferential.test.ts` draws other days. */
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const PILES = 14;
const FRAMES = cases(60, 10);

const HABITS: Habits = {
  ...RICH_AND_POOR,
  signedShare: 0.2,
  ordersPerFrame: 16,
  meters: { silent: 0.08, late: 0.2, deviates: 0.4, operatorPaysIn: 200_000, operatorEmpties: 0.2 },
};

/** An import tariff that the middle of the prices does not reach, and a bond that covers any breach. */
const CAPPED = { importCapPerKwh: 300_000n, bondPricePerKwh: 312_345n } satisfies Partial<DeploymentParameters>;

const CONFIGURATIONS: readonly { name: string; parameters: Partial<DeploymentParameters>; habits?: Partial<Habits> }[] =
  [
    {
      name: "who breaches pays",
      parameters: { readingSeconds: 3_600, wheelingCapPerKwh: 20_000n, ...CAPPED, keeperReward: 1_234n },
    },
    {
      name: "the grid's price rises with the load, and who breaches pays",
      parameters: {
        ...{ readingSeconds: 3_600, wheelingCapPerKwh: 20_000n, toleranceBps: 1_000n, ...CAPPED, maxWaitFrames: 2 },
        ...{ matching: "congestion", congestionFromW: 15_000n, congestionPricePerKwhPerKw: 3_001n },
      },
    },
    {
      name: "who breaches loses credit alone, much over counts as agreed",
      parameters: { readingSeconds: 1_800, breach: "counterparty", toleranceBps: 2_500n, initialCredit: 8_000n },
      habits: { meters: { silent: 0.05, late: 0.1, deviates: 0.7, operatorPaysIn: 2_000, operatorEmpties: 0.5 } },
    },
    {
      name: "ranked by credit, and little of it is too little",
      parameters: {
        ...{ readingSeconds: 600, matching: "credit", minCredit: 4_900n, creditPriorWh: 3_000n },
        ...{ importCapPerKwh: 260_000n, bondPricePerKwh: 280_000n, maxWaitFrames: 2 },
      },
      habits: { meters: { silent: 0.1, late: 0.1, deviates: 0.5, operatorPaysIn: 50_000 } },
    },
    {
      name: "plans compete, and export",
      parameters: {
        ...{ settlement: "benefit", readingSeconds: 3_600, toleranceBps: 500n, ...CAPPED, wheelingCapPerKwh: 9_999n },
        ...{ icebergPeakWh: 10_000n, maxHorizon: 8, keeperReward: 999n },
      },
      habits: { balances: [10n ** 10n, 10n ** 10n, 1_500_000n] },
    },
    {
      name: "plans compete by laxity, who breaches loses credit alone",
      parameters: {
        ...{ settlement: "benefit", allotment: "laxity", readingSeconds: 1_800, breach: "counterparty" },
        ...{ bondPricePerKwh: 54_321n, icebergPeakWh: 3_000n, maxHorizon: 5, cancelPricePerKwh: 77_777n },
      },
      habits: { balances: [10n ** 10n, 3_000_000n] },
    },
    {
      name: "prices that a side does not make, out of the operator's matching fund",
      parameters: {
        ...{ matching: "vickrey", readingSeconds: 3_600, toleranceBps: 2_500n, ...CAPPED, wheelingCapPerKwh: 20_000n },
        tickSize: 7n,
      },
    },
    {
      name: "the last pair steps out, who breaches loses credit alone",
      parameters: { matching: "mcafee", readingSeconds: 1_800, breach: "counterparty", toleranceBps: 2_500n },
    },
    {
      name: "one price, and plans compete for the rest",
      parameters: {
        ...{ matching: "uniform", settlement: "benefit", readingSeconds: 3_600, ...CAPPED, maxHorizon: 6 },
        thetaBps: 3_333n,
      },
      habits: { balances: [10n ** 10n, 3_000_000n] },
    },
    {
      name: "poor piles, and an operator with nothing",
      parameters: { ...CAPPED, readingSeconds: 3_600, toleranceBps: 10_000n, initialCredit: 0n, creditPriorWh: 0n },
      habits: {
        balances: [900_000n, 2_000_000n, 9_000_000n],
        meters: { silent: 0.15, late: 0.3, deviates: 0.8, operatorPaysIn: 500, operatorEmpties: 0.9 },
      },
    },
  ];

describe("Delivery, credit and rounds on the contracts as on the model, to the unit", () => {
  const seen = nothingSeen();
  const deployed = deployedAside();

  for (const configuration of CONFIGURATIONS) {
    it(configuration.name, async () => {
      const market = { ...DEFAULT_PARAMETERS, ...configuration.parameters };
      const habits = { ...HABITS, ...configuration.habits };
      const twins = await TwinMarkets.deploy(deployed(), market, () => true, seen);
      const random = new Random(SEED).stream(configuration.name);
      let frame = Math.floor((await time.latest()) / market.frameSeconds) + 1;
      const apply = async (step: Step): Promise<void> => {
        try {
          await twins.apply(step, seen.steps % 12 === 0);
        } catch (error) {
          const show = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
          const where = `${configuration.name}, seed ${SEED}, frame ${frame}, step ${seen.steps}`;
          (error as Error).message = `${where}: ${JSON.stringify(step, show)}\n${(error as Error).message}`;
          throw error;
        }
      };

      let at = frame * market.frameSeconds;
      const weather = async (pile: number): Promise<void> =>
        apply({ do: "weather", pile, bps: BigInt(random.integer(0, 2_999)), at: at++ });
      for (let pile = 1; pile <= PILES; pile++) {
        const ratedW = habits.ratedW[pile % habits.ratedW.length]!;
        const tokenAmount = habits.balances[pile % habits.balances.length]! * market.unit;
        await apply({ do: "register", pile, ratedW, at: at++, ...(pile % 3 === 0 ? { operator: "three" } : {}) });
        await apply({ do: "deposit", pile, tokenAmount, at: at++ });
        const [capacity, renewable, position, stability] = Array.from({ length: 4 }, () => random.integer(0, 1_000));
        const attributes = { capacity: capacity!, renewable: renewable!, position: position!, stability: stability! };
        await apply({ do: "attributes", pile, attributes, at: at++ });
        await weather(pile);
      }
      frame = Math.floor(at / market.frameSeconds) + 1;

      const days = new RandomMarket(random, market, habits, twins.model, frame, PILES);
      for (let done = 0; done < FRAMES; done++) {
        for (const step of days.frame(frame)) await apply(step);
        frame++;
      }
      for (const step of days.end(frame + 1)) await apply(step);
      await twins.compare();
      expect(twins.model.inDelivery).to.equal(0n);
    }).timeout(120_000);
  }

  it("and all of it happened", function () {
    if (process.env.DIFFERENTIAL_SEED !== undefined) console.log(seen);
    if (!ALL_CASES) this.skip();
    for (const [what, count] of Object.entries(seen.metered)) expect(count, what).to.be.above(0);
    expect(seen.rounds, "rounds").to.be.above(20);
    expect(seen.exportFills, "fills to the grid").to.be.above(5);
    expect(seen.lostRounds, "rounds that nobody finalised").to.be.above(3);
    expect(seen.marginsLacking, "orders of piles without the margin").to.be.above(20);
    expect(seen.cancelFees, "cancellations that cost something").to.be.above(5);
    expect(seen.claimsPaid, "claims paid").to.be.above(10);
    expect([...seen.refusals.keys()]).to.include.members([
      ...[
        "ReadingsAwaited",
        "ReadingAboveReach",
        "CreditTooLow",
        "FramesUnsettled",
        "RoundOpen",
        "PlanExportsUnfunded",
      ],
    ]);
  });
});
