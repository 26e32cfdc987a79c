import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { contractsOf } from "../../../../scripts/quality/audit/audit";
import { MARKET_INTERFACE } from "../../../../scripts/chain/interfaces";
import { MarketClient } from "../../../../scripts/chain/marketClient";
import { decodeFill } from "../../../../scripts/chain/packedWords";
import { ChainFollower } from "../../../../scripts/live/chainFollower";
import { ghostLoad } from "../../../../scripts/live/ghost";
import { MeterModes } from "../../../../scripts/live/meterModes";
import { PlayedClock } from "../../../../scripts/live/playedClock";
import { prospectOf } from "../../../../scripts/live/prospect";
import { scenarioFile } from "../../../../scripts/live/scenarioFile";
import { packedLines } from "../../../../scripts/live/rankedBook";
import { Timeline } from "../../../../scripts/live/timeline";
import { Random } from "../../../../scripts/core/random";
import { parseScenario } from "../../../../scripts/scenario/parse";
import { replayOnModel } from "../../../../scripts/scenario/replayOnModel";
import type { MarketFacts, Status } from "../../../../scripts/live/protocol";
import { Watch } from "../../../../scripts/live/watch";
import { Contradiction } from "../../../../scripts/quality/audit/auditEvent";
import { moneyOf } from "../../../../scripts/chain/token";
import { chapter4Population } from "../../../../scripts/piles/populations/chapter4";
import { dayOf } from "../../../../scripts/live/demo";
import { type Deployed, deployMarket, goTo } from "../../../helpers/market";
import { NOTHING_EXPECTED } from "../../../helpers/expectedLoad";

const PENNY = 10_000n;

describe("what the live page knows", () => {
  describe("a market of random orders", function () {
    this.timeout(120_000);
    let deployed: Deployed;
    let client: MarketClient;
    let timeline: Timeline;
    let follower: ChainFollower;
    /** Fills of each cleared frame as its receipt has them. */
    const receipts = new Map<number, bigint[]>();
    let start = 0;

    before(async () => {
      deployed = await deployMarket(8, { leadFrames: 1 });
      const { market } = deployed;
      client = await MarketClient.connect(await market.getAddress(), ethers.provider);
      const { frameSeconds } = client.parameters;
      timeline = new Timeline({ parameters: client.parameters, market: client.address, unlocked: new Set() });
      follower = new ChainFollower(ethers.provider, contractsOf(client), 0);
      start = Math.floor((await time.latest()) / frameSeconds) + 4;
      await goTo(start - 3);
      const publication = (i: number) => ({
        ...{ frame: start + i, baseLoadW: 30_000 + 1_000 * i, importPricePerKwh: (15n + BigInt(i % 3)) * PENNY },
        ...{ exportPricePerKwh: 5n * PENNY, wheelingPricePerKwh: 0n, ...NOTHING_EXPECTED },
      });
      await market.publish(Array.from({ length: 12 }, (_, i) => publication(i)));
      const random = new Random(7);
      for (let frame = start; frame < start + 8; frame++) {
        await goTo(frame - 1, 5);
        for (const [index, pile] of deployed.piles.entries()) {
          if (random.uniform() < 0.4) continue;
          const live = (await client.liveStates()).some((state) => state.pile === index + 1);
          if (live && random.uniform() < 0.3) await market.connect(pile).cancel();
          else {
            const order = {
              ...{ charge: index % 3 !== 0, price: BigInt(Math.floor(random.uniform(10, 24))) * PENNY, peakWh: 0n },
              ...{ energyWh: BigInt(Math.floor(random.uniform(500, 9_000))) },
              expiryFrame: BigInt(frame + Math.floor(random.uniform(0, 5))),
            };
            await market.connect(pile)[live ? "replace" : "place"](order);
          }
        }
        await goTo(frame, -500);
        const receipt = (await (await market.clear(frame)).wait())!;
        const event = receipt.logs
          .map((log) => MARKET_INTERFACE.parseLog(log))
          .find((one) => one?.name === "FrameCleared");
        receipts.set(frame, [...(event!.args.getValue("fills") as bigint[])]);
      }
      timeline.advance((await follower.poll())!, follower.events);
    });

    it("rebuilds each frame's book such that clearing it comes to what the contract decided", () => {
      let filled = 0;
      for (const [frame, fills] of receipts) {
        const view = timeline.past(frame)!;
        expect(view.decision.fills, `frame ${frame}`).to.deep.equal(packedLines(fills.map(decodeFill)));
        const inBook = new Set([...view.book.bids, ...view.book.asks].map(({ pile }) => pile));
        for (const { sell, buy } of view.decision.fills) {
          expect([0, ...inBook]).to.include(sell);
          expect([0, ...inBook]).to.include(buy);
        }
        filled += fills.length;
      }
      expect(filled).to.be.above(8);
    });

    it("ranks the next frame as the lens does, and previews the same fills", async () => {
      await goTo(start + 7, 20);
      const expiryFrame = BigInt(start + 10);
      for (const [index, pile] of deployed.piles.slice(0, 4).entries()) {
        if ((await client.liveStates()).some((state) => state.pile === index + 1)) continue;
        const order = { charge: index > 0, price: 18n * PENNY, energyWh: 2_000n, peakWh: 0n, expiryFrame };
        await deployed.market.connect(pile).place(order);
      }
      timeline.advance((await follower.poll())!, follower.events);
      const view = timeline.live();
      const { bids, asks } = await deployed.lens.book(deployed.market, view.frame);
      const ranks = (lines: typeof bids) => lines.map(({ pile, priority }) => [Number(pile), Number(priority)]);
      expect(view.book.bids.map(({ pile, priority }) => [pile, priority])).to.deep.equal(ranks(bids));
      expect(view.book.asks.map(({ pile, priority }) => [pile, priority])).to.deep.equal(ranks(asks));
      const { fills } = await deployed.lens.preview(deployed.market, view.frame);
      expect(view.decision.fills).to.deep.equal(packedLines([...fills].map(decodeFill)));
      expect(view.decision.fills).not.to.be.empty;
    });

    it("saves a frame as a scenario that a replay clears the same way", () => {
      const frame = start + 6;
      const file = scenarioFile(timeline, client.parameters, frame);
      const result = replayOnModel(parseScenario(JSON.stringify(file), "saved.json"));
      const origin = frame - file.frames + 1;
      let compared = 0;
      for (const outcome of result.frames) {
        const cleared = timeline.facts.cleared.get(origin + outcome.frame);
        if (cleared === undefined) continue;
        const trades = cleared.matched.filter(({ sell, buy }) => sell !== 0 && buy !== 0);
        expect(outcome.trades.map(({ sell, buy, energyWh }) => [Number(sell), Number(buy), energyWh])).to.deep.equal(
          trades.map(({ sell, buy, energyWh }) => [sell, buy, energyWh]),
        );
        compared += trades.length;
      }
      expect(result.rejected).to.deep.equal([]);
      expect(compared).to.be.above(3);
    });

    it("foresees what an order would come to, and why it would be refused", async () => {
      const now = timeline.head!.timestamp;
      const words = (name: string) => `because ${name}`;
      const draft = {
        pile: 8,
        side: "charge" as const,
        price: Number(24n * PENNY),
        energyWh: 1_000,
        expiryFrame: start + 12,
      };
      const prospect = prospectOf(timeline.now, draft, now, words);
      expect(prospect.rank).to.equal(1);
      expect(prospect.fills.reduce((sum, { energyWh }) => sum + energyWh, 0)).to.equal(1_000);
      const late = prospectOf(timeline.now, { ...draft, expiryFrame: 1 }, now, words);
      expect([late.refused, late.text]).to.deep.equal(["ExpiryOutOfRange", "because ExpiryOutOfRange"]);
      const dear = prospectOf(timeline.now, { ...draft, energyWh: 16_000_000 }, now, words);
      expect(dear.refused).to.equal("InsufficientBalance");
    });

    it("drops what a reorganisation took back, and reads what came instead", async () => {
      const snapshot = (await hre.network.provider.send("evm_snapshot", [])) as string;
      const before = timeline.events.length;
      const pile = deployed.piles[7]!;
      await deployed.market.deposit(pile, 5n);
      timeline.advance((await follower.poll())!, follower.events);
      expect(timeline.events.length).to.equal(before + 1);
      const balance = timeline.now.piles.get(8)!.slot.balance;
      await hre.network.provider.send("evm_revert", [snapshot]);
      await deployed.market.deposit(pile, 7n);
      timeline.advance((await follower.poll())!, follower.events);
      expect(timeline.events.length).to.equal(before + 1);
      expect(timeline.now.piles.get(8)!.slot.balance).to.equal(balance + 2n);
    });

    it("goes on saying that events contradict, until they are read anew", async () => {
      const own = new Timeline({ parameters: client.parameters, market: client.address, unlocked: new Set() });
      const spoilt = new Contradiction({
        ...{ subject: "pile 3", field: "balance", rebuilt: 1n, contract: 2n },
        ...{ lastEvent: undefined, contradictedBy: undefined },
      });
      let contradicts = false;
      const timelineOf = Object.assign(Object.create(own) as Timeline, {
        advance: (...given: Parameters<Timeline["advance"]>) => {
          own.advance(...given);
          if (contradicts) throw spoilt;
        },
      });
      const watch = new Watch({
        ...{
          client,
          provider: ethers.provider,
          timeline: timelineOf,
          firstBlock: 0,
          lens: undefined,
          clock: undefined,
        },
        ...{ meters: new MeterModes(), money: await moneyOf(client, ethers.provider), pollMs: 5, errorWords: String },
        facts: {} as MarketFacts,
      });
      const status = () => (watch.opening().find(([topic]) => topic === "status")![1] as Status).node;
      const looked = async () => new Promise((resolve) => setTimeout(resolve, 100));
      const snapshot = (await hre.network.provider.send("evm_snapshot", [])) as string;
      await watch.start();
      expect(status()).to.equal("answers");
      contradicts = true;
      await deployed.market.deposit(deployed.piles[7]!, 5n);
      await looked();
      expect(status()).to.equal("contradicts");
      // Later looks find nothing wrong with what came later.
      contradicts = false;
      await hre.network.provider.send("evm_mine", []);
      await looked();
      expect(status()).to.equal("contradicts");
      // A reorganisation has everything read anew.
      await hre.network.provider.send("evm_revert", [snapshot]);
      await deployed.market.deposit(deployed.piles[7]!, 7n);
      await looked();
      expect(status()).to.equal("answers");
      watch.stop();
    });
  });

  it("plays as many days as asked, however long a frame is", () => {
    const meters = { noise: 0, leave: 0, silent: 0, cheat: 0 };
    for (const [frameSeconds, perDay] of [
      [1_800, 48],
      [900, 96],
    ] as const) {
      const day = dayOf({ seed: 1, evs: 2, population: chapter4Population(), days: 3, meters, frameSeconds });
      expect(day.measured).to.deep.equal({ first: 0, count: 3 * perDay });
    }
  });

  it("charges at rated power on arrival in the ghost, and less where an order shrinks", () => {
    const steps = [
      { pile: 1, firstFrame: 10, changeWh: 5_000 },
      { pile: 1, firstFrame: 11, changeWh: -1_000 },
      { pile: 2, firstFrame: 11, changeWh: 1_000 },
    ];
    const load = ghostLoad(steps, (pile) => (pile === 1 ? 4_000 : 7_000), 1_800, 20);
    expect([...load]).to.deep.equal([
      [10, 4_000],
      [11, 6_000],
    ]);
  });

  it("lets meters fall silent and take too much, within what the pile can", () => {
    const modes = new MeterModes();
    const reading = { consumedWh: 1_000n, producedWh: 0n };
    expect(modes.reported(1, reading, 3_500n)).to.deep.equal(reading);
    modes.set(1, "over");
    expect(modes.reported(1, reading, 3_500n)).to.deep.equal({ consumedWh: 2_000n, producedWh: 0n });
    expect(modes.reported(1, reading, 1_500n)).to.deep.equal({ consumedWh: 1_500n, producedWh: 0n });
    modes.set(1, "silent");
    expect(modes.reported(1, reading, 3_500n)).to.equal(undefined);
  });

  it("plays time only towards what is waited for, stands still, and winds on", async () => {
    let now = 1_000;
    const chain = {
      now: async () => now,
      reach: async (seconds: number) => {
        now = Math.max(now, seconds);
      },
    };
    const clock = new PlayedClock(chain);
    let reached = false;
    const waiting = clock.reach(1_100).then(() => (reached = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([reached, now]).to.deep.equal([false, 1_000]);
    clock.skipTo(1_050);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([reached, now]).to.deep.equal([false, 1_050]);
    clock.play(1_000);
    await waiting;
    expect(now).to.equal(1_100);
    expect(await clock.goTo(1_100)).to.equal(true);
    clock.pause();
    expect(await clock.goTo(1_200)).to.equal(false);
  });
});
