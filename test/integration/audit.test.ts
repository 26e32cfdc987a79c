import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { auditEvents, type AuditResult, auditMarket, contractsOf } from "../../scripts/quality/audit/audit";
import { deploymentBlock } from "../../scripts/chain/blocks";
import type { AuditEvent } from "../../scripts/quality/audit/auditEvent";
import { readMarketEvents } from "../../scripts/quality/audit/marketLogs";
import type { BlockRange } from "../../scripts/chain/readLogs";
import { MarketClient } from "../../scripts/chain/marketClient";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { Random } from "../../scripts/core/random";
import { metered } from "../attacks/metered";
import { deployedAside, goTo } from "../helpers/market";
import { type Habits, RandomMarket, RICH_AND_POOR } from "../helpers/randomMarket";
import { nothingSeen, TwinMarkets } from "../helpers/twinMarkets";
import { ask, bid, clear, nth, PENNY } from "../unit/contracts/fixtures";
import { opened, setting } from "../unit/contracts/roundFixtures";

const PILES = 8;
const FRAMES = 36;

const HABITS: Habits = {
  ...RICH_AND_POOR,
  signedShare: 0.4,
};
const METERS = { silent: 0.15, deviates: 0.8, operatorPaysIn: 500 };
const POOR = [150_000n, 300_000n, 900_000n];

const CONFIGURATIONS: readonly {
  seed: number;
  name: string;
  parameters: Partial<DeploymentParameters>;
  habits?: Partial<Habits>;
}[] = [
  {
    seed: 1,
    name: "without meters",
    parameters: { bondPricePerKwh: 12_345n, wheelingCapPerKwh: 9_999n, tickSize: 7n, unit: 10n ** 12n },
  },
  {
    seed: 4,
    name: "where plans compete, by meters, and export",
    parameters: {
      ...{
        settlement: "benefit",
        readingSeconds: 3_600,
        toleranceBps: 500n,
        wheelingCapPerKwh: 9_999n,
        keeperReward: 700n,
      },
      ...{ icebergPeakWh: 10_000n, maxHorizon: 8, chargeEfficiencyBps: 11_000n, dischargeEfficiencyBps: 9_000n },
    },
    habits: { ordersPerFrame: 7, balances: [10n ** 10n, 10n ** 10n, 1_500_000n], meters: METERS },
  },
  {
    seed: 6,
    name: "with meters, ranked by credit, poor piles",
    parameters: { readingSeconds: 1_800, matching: "credit", toleranceBps: 0n, initialCredit: 0n, creditPriorWh: 0n },
    habits: { balances: POOR, meters: METERS },
  },
];

interface Played {
  client: MarketClient;
  range: BlockRange;
  events: AuditEvent[];
}

describe("Auditing a market from its events", function () {
  this.timeout(120_000);
  const deployed = deployedAside();

  /** Random days of a market. */
  async function play({ name, seed, parameters, habits: own }: (typeof CONFIGURATIONS)[number]): Promise<Played> {
    const market = withDefaults(parameters);
    const habits = { ...HABITS, ...own };
    const before = await ethers.provider.getBlockNumber();
    const twins = await TwinMarkets.deploy(deployed(), market, () => true, nothingSeen());
    const random = new Random(seed).stream(name);
    let at = (Math.floor((await time.latest()) / market.frameSeconds) + 1) * market.frameSeconds;
    for (let pile = 1; pile <= PILES; pile++) {
      const tokenAmount = habits.balances[pile % habits.balances.length]! * market.unit;
      const ratedW = habits.ratedW[pile % habits.ratedW.length]!;
      await twins.apply(
        { do: "register", pile, ratedW, at: at++, ...(pile % 3 === 0 ? { operator: "three" } : {}) },
        false,
      );
      await twins.apply({ do: "deposit", pile, tokenAmount, at: at++ }, false);
      await twins.apply({ do: "weather", pile, bps: BigInt(random.integer(0, 2_999)), at: at++ }, false);
      const attributes = { capacity: pile, renewable: 1_000 - pile, position: 0, stability: 500 };
      await twins.apply({ do: "attributes", pile, attributes, at: at++ }, false);
    }
    const first = Math.floor(at / market.frameSeconds) + 1;
    const days = new RandomMarket(random, market, habits, twins.model, first, PILES);
    for (let frame = first; frame < first + FRAMES; frame++) {
      for (const step of days.frame(frame)) await twins.apply(step, false);
    }
    const played = await playedOn(twins.marketAddress);
    expect(played.range.fromBlock).to.be.above(before);
    return played;
  }

  /** Events of a market until now. */
  async function playedOn(address: string): Promise<Played> {
    const client = await MarketClient.connect(address, ethers.provider);
    const toBlock = await ethers.provider.getBlockNumber();
    const range = { fromBlock: await deploymentBlock(ethers.provider, client.address, toBlock), toBlock };
    return { client, range, events: await readMarketEvents(ethers.provider, contractsOf(client), range) };
  }

  const audit = async ({ client, range }: Played, events: readonly AuditEvent[]): Promise<AuditResult> =>
    auditEvents(client, ethers.provider, range, events);

  const days = new Map<string, Played>();
  const dayOf = async (configuration: (typeof CONFIGURATIONS)[number]): Promise<Played> => {
    const played = days.get(configuration.name) ?? (await play(configuration));
    days.set(configuration.name, played);
    return played;
  };

  for (const configuration of CONFIGURATIONS) {
    it(`agrees with the contracts over random days ${configuration.name}, then and in the middle`, async () => {
      const played = await dayOf(configuration);
      const { client, range } = played;
      const result = await auditMarket(client, ethers.provider, range);
      expect(result.difference).to.equal(undefined);
      expect(result.events["FrameCleared"]).to.be.above(20);
      expect(result.compared!.piles).to.be.at.least(PILES);
      expect(result.compared!.frames).to.be.above(20);
      expect(result.compared!.fields).to.be.above(400);
      expect(result.money.claims).to.equal(result.money.deposited - result.money.withdrawn);

      const middle = { ...range, toBlock: range.fromBlock + Math.floor((range.toBlock - range.fromBlock) / 2) };
      const half = await auditMarket(client, ethers.provider, middle);
      expect(half.difference).to.equal(undefined);
      expect(half.events["FrameCleared"]).to.be.below(result.events["FrameCleared"]!);
    });

    it(`misses an event of any name that is taken out of random days ${configuration.name}`, async () => {
      const played = await dayOf(configuration);
      const { events } = played;
      // Nothing is known by these alone: a refusal changes nothing, a commitment no view shows until it is opened, and
      // a nonce is told by the pile's next order as well, whether it was skipped or used.
      const told = new Set(["OrderRefused", "ReadingRefused", "PlanCommitted", "NonceSkipped"]);
      // Whether a claim or an open frame's readings are left at the end is chance, as is whether the latest round was
      // finalised; the tests below make sure of them.
      told.add("SurplusClaimed").add("ReadingsStored").add("RoundFinalised");
      const names = [...new Set(events.map(({ name }) => name))].filter((name) => !told.has(name));
      expect(names.length).to.be.above(12);
      for (const name of names) {
        const ofName = [...events.keys()].filter((index) => events[index]!.name === name).reverse();
        let field: string | undefined;
        // An event that a later one overwrites altogether is not missed: an order that is cancelled, then placed
        // anew.
        for (const index of ofName) {
          field = (await audit(played, events.toSpliced(index, 1))).difference?.field;
          if (field !== undefined) break;
        }
        expect(field, `without any ${name}`).to.be.a("string").and.not.equal("");
      }
    });
  }

  it("misses a claim to surplus, and the readings of a frame that is not settled", async () => {
    const { market, delivery, start, read, settle, piles } = await metered(2);
    const frame = start + 1;
    await market.connect(nth(piles, 0)).place(bid(13n * PENNY, 1_000n, frame));
    await market.connect(nth(piles, 1)).place(ask(13n * PENNY, 1_000n, frame));
    const { words } = await clear(market, frame);
    // Pile 2 brought 2 kWh more than it sold, which the operator's empty account owes it.
    await settle(frame, words, [await read(1, frame, 1_000n, 0n), await read(2, frame, 0n, 3_000n)]);
    await market.connect(nth(piles, 0)).place(bid(22n * PENNY, 700n, frame + 9));
    await clear(market, frame + 2);
    await goTo(frame + 3);
    await delivery.submit(market, [await read(1, frame + 2, 700n, 0n)]);
    const played = await playedOn(await market.getAddress());
    expect((await audit(played, played.events)).difference).to.equal(undefined);
    for (const [event, field] of [
      ["SurplusClaimed", /claim/],
      ["ReadingsStored", /reading/],
    ] as const) {
      const without = played.events.filter(({ name }) => name !== event);
      expect(without.length, event).to.equal(played.events.length - 1);
      expect((await audit(played, without)).difference?.field, event).to.match(field);
    }
  });

  it("misses that the latest round was finalised", async () => {
    const set = await setting();
    const s = { ...set, ...(await opened(set)) };
    await goTo(s.round, -600 + 2 * s.parameters.roundSeconds);
    await s.rounds.finalise(s.market, s.book, "0x");
    const played = await playedOn(await s.market.getAddress());
    expect((await audit(played, played.events)).difference).to.equal(undefined);
    const without = played.events.filter(({ name }) => name !== "RoundFinalised");
    expect(without.length).to.equal(played.events.length - 1);
    expect((await audit(played, without)).difference?.field).to.match(/executed/);
  });

  it("says which figure lacks a deposit, and which event shows it", async () => {
    const played = await dayOf(CONFIGURATIONS[0]!);
    const index = played.events.findIndex(({ name, args }) => name === "Deposited" && args["pile"] === 2n);
    const amount = played.events[index]!.args["amount"] as bigint;
    const { difference, compared } = await audit(played, played.events.toSpliced(index, 1));
    expect(compared).to.equal(undefined);
    expect(difference).to.include({ subject: "pile 2", field: "balance (money units)" });
    expect((difference!.contract as bigint) - (difference!.rebuilt as bigint)).to.equal(amount);
    expect(difference!.lastEvent?.name).to.equal("PileRegistered");
    expect(difference!.contradictedBy?.transaction).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("met everything that a market can tell", async () => {
    const seen = new Set<string>();
    for (const configuration of CONFIGURATIONS)
      for (const { name } of (await dayOf(configuration)).events) seen.add(name);
    expect([...seen]).to.include.members([
      ...["ClaimAdded", "FlexibleFilled", "FrameSettled", "GridDeposited", "GridWithdrawn", "NonceSkipped"],
      ...["OrderCancelled", "PlanRevealed", "RoundFinalised", "RoundOpened", "SuspensionSet", "Withdrawn"],
      ...["MeterRegistered", "WeatherFactorChanged", "AttributesChanged"],
    ]);
  });
});
