import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { hexlify } from "ethers";
import { ethers } from "hardhat";

import { contractsOf } from "../../scripts/quality/audit/audit";
import type { Difference } from "../../scripts/quality/audit/auditEvent";
import { compareWithViews } from "../../scripts/quality/audit/compare";
import { readMarketEvents } from "../../scripts/quality/audit/marketLogs";
import { RebuiltMarket } from "../../scripts/quality/audit/rebuiltMarket";
import { MORE_LIVE_SLOT } from "../../scripts/quality/audit/views";
import { MarketClient } from "../../scripts/chain/marketClient";
import {
  decodePileState,
  REMEMBERED_FRAMES,
  type SignedAction,
  type SignedTerms,
} from "../../scripts/chain/packedWords";
import { Random } from "../../scripts/core/random";
import type { Market } from "../../typechain-types";
import { ALL_CASES } from "../helpers/cases";
import { currentFrame, deployMarket, nextFirstFrame } from "../helpers/market";
import {
  deployDirect,
  nth,
  overwrite,
  PENNY,
  sign,
  type SignedOrder,
  settleNow,
  slotOf,
} from "../unit/contracts/fixtures";

/** Follows a market event by event. */
class Follower {
  readonly rebuilt: RebuiltMarket;
  readonly seen = new Set<string>();
  private nextBlock = 0;

  private constructor(private readonly client: MarketClient) {
    this.rebuilt = new RebuiltMarket(client.parameters, client.address);
  }

  static async of(market: Market): Promise<Follower> {
    return new Follower(await MarketClient.connect(await market.getAddress(), ethers.provider));
  }

  /** Reads what happened since it last did. */
  async catchUp(): Promise<number> {
    const latest = await ethers.provider.getBlockNumber();
    if (latest < this.nextBlock) return latest;
    const range = { fromBlock: this.nextBlock, toBlock: latest };
    for (const event of await readMarketEvents(ethers.provider, contractsOf(this.client), range)) {
      this.rebuilt.apply(event);
      if (event.source === "market") this.seen.add(event.name);
    }
    this.nextBlock = latest + 1;
    return latest;
  }

  /** The first difference from the market's own views. */
  async difference(): Promise<Difference | undefined> {
    const number = await this.catchUp();
    const block = { number, timestamp: await time.latest() };
    return (await compareWithViews(this.rebuilt, ethers.provider, contractsOf(this.client), block)).difference;
  }

  /** Compares everything with the market's own views. */
  async expectSame(): Promise<void> {
    expect(await this.difference()).to.equal(undefined);
  }
}

describe("Rebuilding a market from its events alone", function () {
  this.timeout(120_000);
  const F = 1800;

  async function fixture() {
    return deployDirect(6, {
      ratedW: 9000,
      tickSize: 10n,
      wheelingCapPerKwh: 2n * PENNY,
      bondPricePerKwh: PENNY,
      maxWaitFrames: 3,
      capacityW: 38_000n,
      pileCap: 8,
    });
  }

  /** One random deed of a pile; a refusal is part of life. */
  async function act(market: Market, random: Random, pile: HardhatEthersSigner, batch: SignedOrder[]): Promise<void> {
    const frame = await currentFrame();
    const price = BigInt(random.integer(800, 3000)) * 100n;
    const energyWh = BigInt(random.integer(1, 6000));
    const order = {
      charge: random.chance(0.6),
      price: random.chance(0.03) ? price + 1n : price,
      energyWh,
      peakWh: BigInt(random.pick([0, 0, 0, 400, 1500])),
      expiryFrame: frame + random.integer(0, 7),
    };
    const mine = market.connect(pile);
    const refusable = async (deed: Promise<unknown>) => deed.catch(() => undefined);
    switch (
      random.pick(["place", "replace", "cancel", "sign", "deposit", "withdraw", "skip"], [6, 2, 1, 6, 1, 1, 0.3])
    ) {
      case "place":
        return void (await refusable(mine.place(order)));
      case "replace":
        return void (await refusable(mine.replace(order)));
      case "cancel":
        return void (await refusable(mine.cancel()));
      case "deposit":
        return void (await refusable(market.deposit(pile, BigInt(random.integer(1, 50_000)))));
      case "withdraw":
        return void (await refusable(mine.withdraw(pile, BigInt(random.integer(1, 50_000)))));
      case "skip":
        return void (await mine.skipNonce());
      default: {
        const { nonce } = decodePileState(await market.pileState(await market.pileOf(pile)));
        const terms: SignedTerms = {
          ...order,
          action: random.pick<SignedAction>(["place", "replace", "cancel"], [4, 2, 1]),
          nonce: nonce + (random.chance(0.1) ? 1n : 0n),
          deadline: (frame + random.integer(0, 2)) * F,
        };
        batch.push(await sign(market, pile, terms));
      }
    }
  }

  it("gives every slot, the book, publications, records, load, fluctuation and money of a random day", async () => {
    const { market, delivery, token, admin, piles: early } = await loadFixture(fixture);
    const piles = [...early];
    const follower = await Follower.of(market);
    const random = new Random(20_241_129).stream("rebuild");
    const first = (await currentFrame()) + 4;
    const frames = new Set<number>();
    let cleared = 0;

    for (let step = 0; step < 40; step++) {
      // After half a day everybody sleeps for as long as the market remembers, and then goes on.
      const frame = first + step + (step < 24 ? 0 : REMEMBERED_FRAMES - 12);
      frames.add(frame).add(frame + 4);
      await time.increaseTo(frame * F + random.integer(1, 100));
      if (random.chance(0.85)) {
        await market.publish([
          {
            frame: frame + 4,
            baseLoadW: BigInt(random.integer(-5000, 36_000)),
            importPricePerKwh: BigInt(random.integer(1000, 2500)) * 100n,
            exportPricePerKwh: 50_000n,
            wheelingPricePerKwh: BigInt(random.integer(0, 2000)) * 10n,
            expectedLoadW: random.integer(-9_000, 90_000),
            arrivalLags: hexlify(Uint8Array.from({ length: 10 }, () => random.integer(0, 255))),
          },
        ]);
      }
      if (random.chance(0.5)) await market.setSuspended(random.pick(piles), random.chance(0.4));
      if (random.chance(0.3)) await market.setEntryPaused(random.chance(0.2));
      if (random.chance(0.15)) {
        const pile = await market.pileOf(random.pick(piles));
        // Refused while frames before the last change are not settled.
        await delivery.setMeterKey(market, pile, random.pick(piles)).catch(() => undefined);
      }
      if (step === 10) {
        const late = nth(await ethers.getSigners(), 9);
        await market.registerPile(late, admin, late, 3000);
        await market.deposit(late, 10n ** 8n).catch(() => undefined);
        piles.push(late);
      }

      const batch: SignedOrder[] = [];
      for (const pile of random.shuffle(piles)) if (random.chance(0.5)) await act(market, random, pile, batch);
      if (batch.length !== 0) await market.submitBatch(batch);

      // Deeds in the window, before and after the clearing; some frames nobody clears.
      await time.increaseTo((frame + 1) * F - 600 + random.integer(0, 200));
      const late: SignedOrder[] = [];
      await act(market, random, random.pick(piles), late);
      if (random.chance(0.8)) {
        await market.clear(frame + 1);
        cleared++;
        for (let i = 0; i < 3; i++) await act(market, random, random.pick(piles), late);
      }
      if (late.length !== 0) await market.submitBatch(late);

      // Whoever follows can settle: the events hold all that settling takes.
      await follower.catchUp();
      for (const past of frames) {
        const work = follower.rebuilt.ledger.open.get(past);
        if (work === undefined || past >= frame || !random.chance(0.1)) continue;
        const [event] = await market.queryFilter(market.filters.FrameCleared(past));
        await settleNow(market, past, work.publication, [...(event?.args.fills ?? [])]);
      }
      const income = await market.gridBalance();
      if (income > 0n && random.chance(0.2)) await market.withdrawGrid(admin, income);
      // Every view is read for it: what differs once differs at the next look, too.
      if (ALL_CASES || step % 5 === 0) await follower.expectSame();
    }

    await follower.expectSame();
    // The day had everything in it.
    expect([...follower.seen].sort()).to.deep.equal(
      [
        "Deposited",
        "EntryPauseSet",
        "FrameCleared",
        "FramePublished",
        "FrameSettled",
        "GridWithdrawn",
        "NonceSkipped",
        "OrderCancelled",
        "OrderPlaced",
        "OrderRefused",
        "PileRegistered",
        "RoleAdminChanged",
        "RoleGranted",
        "SuspensionSet",
        "Withdrawn",
      ].sort(),
    );
    expect(cleared).to.be.within(20, 38);
    const silent = { ...follower.rebuilt.silent, recordsMoved: follower.rebuilt.ledger.recordsMoved };
    for (const [what, times] of Object.entries(silent)) expect(times, what).to.be.greaterThan(0);

    // Everything that is left to settle can be settled, slots reused or not; then everybody leaves.
    await time.increaseTo((first + 40 + REMEMBERED_FRAMES) * F);
    for (const frame of frames) {
      const work = follower.rebuilt.ledger.open.get(frame);
      if (work === undefined) continue;
      const [event] = await market.queryFilter(market.filters.FrameCleared(frame));
      await settleNow(market, frame, work.publication, [...(event?.args.fills ?? [])]);
    }
    for (const pile of piles) {
      const free = await market.freeBalanceOf(pile);
      if (free > 0n) await market.connect(pile).withdraw(pile, free);
    }
    if ((await market.gridBalance()) > 0n) await market.withdrawGrid(admin, await market.gridBalance());
    await follower.expectSame();
    expect(await token.balanceOf(market)).to.equal(0n);
  });

  it("gives the holders of every role", async () => {
    const { market, admin, piles } = await loadFixture(fixture);
    const follower = await Follower.of(market);
    const [registrar, guardian] = [await market.REGISTRAR_ROLE(), await market.GUARDIAN_ROLE()];
    const [a, b] = [nth(piles, 0), nth(piles, 1)];
    await market.grantRole(registrar, a);
    await market.grantRole(guardian, b);
    await market.revokeRole(registrar, admin);
    await market.connect(b).renounceRole(guardian, b);
    await follower.catchUp();
    for (const [role, holders] of follower.rebuilt.roles) {
      for (const account of [admin, a, b]) {
        expect(await market.hasRole(role, account)).to.equal(holders.has(account.address));
      }
    }
    expect(follower.rebuilt.roles.size).to.equal(4);
  });

  it("names what is wrong by one bit, and the event that touched it last", async () => {
    const { market, piles } = await loadFixture(fixture);
    const follower = await Follower.of(market);
    const firstFrame = Number(await nextFirstFrame(market));
    await market
      .connect(nth(piles, 0))
      .place({ charge: true, price: PENNY, energyWh: 100n, peakWh: 0n, expiryFrame: firstFrame });
    await follower.expectSame();
    await overwrite(market, (await slotOf("_states")) + 1n, (word) => word ^ (1n << 76n));
    const { lastEvent, ...difference } = (await follower.difference())!;
    expect(difference).to.deep.equal({
      ...{ subject: "pile 1", field: "remainingWh", rebuilt: 100n, contract: 101n, contradictedBy: undefined },
    });
    expect(lastEvent?.name).to.equal("OrderPlaced");
  });

  it("reads the live bits that no view shows from where the compiler put them", async () => {
    expect(await slotOf("_moreLive")).to.equal(MORE_LIVE_SLOT);
    const { market, piles } = await deployMarket(210);
    const follower = await Follower.of(market);
    const firstFrame = Number(await nextFirstFrame(market));
    const order = { charge: true, price: PENNY, energyWh: 100n, peakWh: 0n, expiryFrame: firstFrame };
    for (const pile of [208, 209, 210]) await market.connect(nth(piles, pile - 1)).place(order);
    await follower.expectSame();
    await overwrite(market, MORE_LIVE_SLOT, (word) => word ^ 2n);
    expect(await follower.difference()).to.include({ subject: "market", field: "live bits, word 1 after the head" });
  });
});
