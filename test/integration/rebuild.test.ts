import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { concat, keccak256, toBeHex } from "ethers";
import { ethers } from "hardhat";

import {
  decodeFill,
  decodePileState,
  decodePosting,
  decodePublication,
  type PackedFill,
  REMEMBERED_FRAMES,
  type SignedAction,
  type SignedTerms,
} from "../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../scripts/market/defaults";
import { Random } from "../../scripts/random";
import type { Market } from "../../typechain-types";
import { currentFrame } from "../helpers/market";
import { deployDirect, fields, nth, PENNY, sign, type SignedOrder, settleNow } from "../unit/contracts/fixtures";

/** What the registrar's events tell of a pile. */
interface Registered {
  account: string;
  operator: string;
  ratedW: bigint;
}

/** Decoded arguments of an event; a reader knows their types from the ABI. */
type Arguments = (name: string) => unknown;

const MAX_BALANCE = 2n ** 52n - 1n;
const REGISTERED_BIT = 1n << 255n;
const SUSPENDED_BIT = 1n << 161n;
const INDEBTED_BIT = 1n << 254n;
/** Credit and the energy that it rests on. */
const CREDIT_PART = (2n ** 40n - 1n) << 214n;
/** Balance, suspension, nonce, credit, debt, registration: what outlives an order. */
const LASTING = MAX_BALANCE | SUSPENDED_BIT | ((2n ** 20n - 1n) << 194n) | CREDIT_PART | INDEBTED_BIT | REGISTERED_BIT;

/**
 * The market as a stranger knows it who reads nothing but its events, the times of their blocks, and the parameters
 * that it was deployed with.
 */
class Rebuilt {
  readonly registered = new Map<number, Registered>();
  readonly states = new Map<number, bigint>();
  readonly roles = new Map<string, Set<string>>();
  /** How often the rare things happened that have no event of their own. */
  readonly silent = { suspendedLeft: 0, deadLeft: 0, recordsMoved: 0, expired: 0 };
  private readonly published = new Map<number, bigint>();
  private readonly records = new Map<number, bigint>();
  private readonly unsettled = new Map<number, { fills: readonly PackedFill[]; publication: bigint }>();
  private readonly unsettledRecords = new Map<number, bigint>();
  private live = new Set<number>();
  private sequence = 0n;
  private paused = false;
  private lastFrame = 0;
  private lastLoadW = 0n;
  private lastKnown = false;
  private pflW = 0n;
  private gridBalance = 0n;

  constructor(private readonly parameters: DeploymentParameters) {}

  /** Takes in one event. */
  apply(name: string, arg: Arguments, timestamp: number): void {
    const pile = () => Number(arg("pile"));
    switch (name) {
      case "PileRegistered":
        this.registered.set(pile(), {
          account: arg("account") as string,
          operator: arg("operator") as string,
          ratedW: arg("ratedW") as bigint,
        });
        return void this.states.set(
          pile(),
          REGISTERED_BIT | (this.parameters.initialCredit << 214n) | (this.parameters.creditPriorWh << 228n),
        );
      case "SuspensionSet":
        this.change(pile(), (word) => ((arg("suspended") as boolean) ? word | SUSPENDED_BIT : word & ~SUSPENDED_BIT));
        return;
      case "Deposited":
        this.change(pile(), (word) => (word & ~MAX_BALANCE) | (arg("balance") as bigint));
        return;
      case "Withdrawn":
        // A dead order leaves on the way out.
        this.change(pile(), (word) => {
          const dead = decodePileState(word).remainingWh !== 0n && !this.isLive(word, timestamp);
          if (dead) this.silent.deadLeft++;
          const kept = dead ? word & LASTING : word;
          return (kept & ~MAX_BALANCE) | (arg("balance") as bigint);
        });
        return;
      case "OrderPlaced":
        this.states.set(pile(), arg("state") as bigint);
        this.live.add(pile());
        this.sequence = decodePileState(arg("state") as bigint).sequence + 1n;
        return;
      case "OrderCancelled":
        this.states.set(pile(), arg("state") as bigint);
        return;
      case "NonceSkipped":
        this.change(pile(), (word) => word + (1n << 194n));
        return;
      case "EntryPauseSet":
        this.paused = arg("paused") as boolean;
        return;
      case "FramePublished":
        this.published.set(Number(arg("frame")) % REMEMBERED_FRAMES, arg("publication") as bigint);
        return;
      case "FrameCleared":
        this.clear(
          Number(arg("frame")),
          arg("loadW") as bigint,
          arg("pflW") as bigint,
          arg("fills") as readonly bigint[],
        );
        return;
      case "FrameSettled":
        this.settle(Number(arg("frame")), arg("gridBalance") as bigint, arg("postings") as readonly bigint[]);
        return;
      case "GridWithdrawn":
        this.gridBalance = arg("gridBalance") as bigint;
        return;
      case "RoleAdminChanged":
        // Who may grant a role is nobody's state here.
        return;
      case "RoleGranted":
        this.holders(arg("role") as string).add(arg("account") as string);
        return;
      case "RoleRevoked":
        this.holders(arg("role") as string).delete(arg("account") as string);
        return;
      case "OrderRefused":
        return;
      default:
        throw new Error(`an event that this reader does not know: ${name}`);
    }
  }

  /** `bookHead()`. */
  get head(): bigint {
    const bits = [...this.live].reduce((word, pile) => word | (1n << BigInt(pile - 1)), 0n);
    const moreWords = BigInt(Math.ceil(Math.max(0, this.registered.size - 208) / 255));
    return bits | (this.sequence << 208n) | (this.paused ? 1n << 248n : 0n) | (moreWords << 249n) | (1n << 255n);
  }

  /** `chronicle()`. */
  get chronicle(): bigint {
    const load = BigInt.asUintN(40, this.lastLoadW) << 32n;
    const known = this.lastKnown ? 1n << 72n : 0n;
    return BigInt(this.lastFrame) | load | known | (this.pflW << 73n) | (this.gridBalance << 153n);
  }

  /** `publication(frame)`. */
  publication(frame: number): bigint {
    const word = this.published.get(frame % REMEMBERED_FRAMES) ?? 0n;
    return decodePublication(word)?.frame === frame ? word : 0n;
  }

  /** `frameRecord(frame)`. */
  frameRecord(frame: number): bigint {
    const word = this.records.get(frame % REMEMBERED_FRAMES) ?? 0n;
    return (word & 0xffffffffn) === BigInt(frame) ? word : (this.unsettledRecords.get(frame) ?? 0n);
  }

  /** `liveStates()` at a time. */
  liveStates(timestamp: number): [bigint[], bigint[]] {
    const live = [...this.states].filter(([, word]) => this.isLive(word, timestamp));
    return [live.map(([pile]) => BigInt(pile)), live.map(([, word]) => word)];
  }

  /** What settling a frame takes: its fills and its publication; undefined where there is nothing to settle. */
  toSettle(frame: number): { fills: readonly PackedFill[]; publication: bigint } | undefined {
    return this.unsettled.get(frame);
  }

  private change(pile: number, change: (word: bigint) => bigint): void {
    const word = this.states.get(pile);
    if (word === undefined) throw new Error(`pile ${pile.toString()} was never registered`);
    this.states.set(pile, change(word));
  }

  private holders(role: string): Set<string> {
    const holders = this.roles.get(role) ?? new Set<string>();
    this.roles.set(role, holders);
    return holders;
  }

  private isLive(word: bigint, timestamp: number): boolean {
    const { remainingWh, expiryFrame } = decodePileState(word);
    return remainingWh !== 0n && timestamp < expiryFrame * this.parameters.frameSeconds && this.lastFrame < expiryFrame;
  }

  /** What an order in a slot locks with `energyWh` left. */
  private lock(word: bigint, energyWh: bigint): bigint {
    const { charge, priceTicks } = decodePileState(word);
    const { tickSize, wheelingCap, bondPrice } = this.parameters;
    return ((charge ? priceTicks * tickSize + wheelingCap : bondPrice) * energyWh + 999n) / 1000n;
  }

  private clear(frame: number, loadW: bigint, pflW: bigint, words: readonly bigint[]): void {
    const publication = this.publication(frame);
    const fills = words.map(decodeFill);
    const kept = new Set<number>();
    for (const pile of this.live) {
      const word = this.states.get(pile) ?? 0n;
      const order = decodePileState(word);
      if (order.remainingWh === 0n) continue;
      if (order.expiryFrame < frame) {
        this.silent.expired++;
        continue;
      }
      if (order.suspended) {
        this.silent.suspendedLeft++;
        this.states.set(pile, (word & LASTING) + this.lock(word, order.remainingWh));
      } else if (frame < order.expiryFrame) {
        kept.add(pile);
      }
    }
    const { wheelingPrice, bondPrice } = this.prices(publication);
    const filled = new Map<number, { energyWh: bigint; spent: bigint }>();
    const add = (pile: number, energyWh: bigint, ...prices: bigint[]) => {
      const sum = filled.get(pile) ?? { energyWh: 0n, spent: 0n };
      const spent = prices.reduce((total, price) => total + (price * energyWh) / 1000n, sum.spent);
      filled.set(pile, { energyWh: sum.energyWh + energyWh, spent });
    };
    for (const { sell, buy, energyWh, price } of fills) {
      if (sell === 0) {
        add(buy, energyWh, price);
      } else {
        add(buy, energyWh, price, wheelingPrice);
        add(sell, energyWh, bondPrice);
      }
    }
    for (const [pile, { energyWh, spent }] of filled) {
      this.change(pile, (word) => {
        const { remainingWh } = decodePileState(word);
        const left = remainingWh - energyWh;
        if (left === 0n) kept.delete(pile);
        return word - (energyWh << 76n) + this.lock(word, remainingWh) - this.lock(word, left) - spent;
      });
    }
    this.live = kept;
    [this.lastFrame, this.lastLoadW, this.lastKnown, this.pflW] = [frame, loadW, publication !== 0n, pflW];

    const slot = frame % REMEMBERED_FRAMES;
    const old = this.records.get(slot) ?? 0n;
    if (old >> 72n !== 0n) {
      this.silent.recordsMoved++;
      this.unsettledRecords.set(Number(old & 0xffffffffn), old);
    }
    const hash = BigInt(keccak256(concat([publication, ...words].map((word) => toBeHex(word, 32)))));
    const digest = words.length === 0 ? 0n : (hash >> 72n) << 72n;
    this.records.set(slot, BigInt(frame) | (BigInt.asUintN(40, loadW) << 32n) | digest);
    if (words.length !== 0) this.unsettled.set(frame, { fills, publication });
  }

  private settle(frame: number, gridBalance: bigint, postings: readonly bigint[]): void {
    for (const { pile, money, agreedWh, creditedWh } of postings.map(decodePosting)) {
      this.change(pile, (word) => {
        const { credit, creditWh } = decodePileState(word);
        const sum = creditWh + agreedWh;
        const mean = agreedWh === 0n ? credit : (2n * (credit * creditWh + 10_000n * creditedWh) + sum) / (2n * sum);
        const restsOn = sum > 2n ** 26n - 1n ? 2n ** 26n - 1n : sum;
        // Without meters everything is delivered as agreed, so nobody runs into debt.
        return (word & ~CREDIT_PART) + money + (mean << 214n) + (restsOn << 228n);
      });
    }
    this.gridBalance = gridBalance;
    this.unsettled.delete(frame);
    const slot = frame % REMEMBERED_FRAMES;
    const word = this.records.get(slot) ?? 0n;
    if ((word & 0xffffffffn) === BigInt(frame)) this.records.set(slot, word & ((1n << 72n) - 1n));
    else this.unsettledRecords.delete(frame);
  }

  private prices(publication: bigint): { wheelingPrice: bigint; bondPrice: bigint } {
    const { tickSize, bondPrice } = this.parameters;
    return { wheelingPrice: (decodePublication(publication)?.wheelingTicks ?? 0n) * tickSize, bondPrice };
  }
}

/** Follows a market event by event. */
class Follower {
  readonly rebuilt: Rebuilt;
  readonly seen = new Set<string>();
  private nextBlock = 0;

  constructor(
    private readonly market: Market,
    parameters: DeploymentParameters,
  ) {
    this.rebuilt = new Rebuilt(parameters);
  }

  /** Reads what happened since it last did. */
  async catchUp(): Promise<void> {
    const latest = await ethers.provider.getBlockNumber();
    if (latest < this.nextBlock) return;
    const address = await this.market.getAddress();
    const logs = await ethers.provider.getLogs({ address, fromBlock: this.nextBlock, toBlock: latest });
    const times = new Map<number, number>();
    for (const log of logs) {
      const parsed = this.market.interface.parseLog(log);
      if (parsed === null) throw new Error("a log that the ABI does not know");
      let timestamp = times.get(log.blockNumber);
      if (timestamp === undefined) {
        timestamp = (await ethers.provider.getBlock(log.blockNumber))?.timestamp ?? 0;
        times.set(log.blockNumber, timestamp);
      }
      this.rebuilt.apply(parsed.name, (name) => parsed.args.getValue(name) as unknown, timestamp);
      this.seen.add(parsed.name);
    }
    this.nextBlock = latest + 1;
  }

  /** Compares everything with the market's own views. */
  async expectSame(frames: Iterable<number>): Promise<void> {
    await this.catchUp();
    const { market, rebuilt } = this;
    expect(await market.pileCount()).to.equal(BigInt(rebuilt.registered.size));
    for (const [pile, record] of rebuilt.registered) {
      expect(decodePileState(await market.pileState(pile)), `slot of pile ${pile.toString()}`).to.deep.equal(
        decodePileState(rebuilt.states.get(pile) ?? 0n),
      );
      expect(await market.pileState(pile)).to.equal(rebuilt.states.get(pile));
      expect(fields(await market.pileRecord(pile))).to.deep.equal(record);
    }
    expect(await market.bookHead(), "head").to.equal(rebuilt.head);
    expect(await market.chronicle(), "chronicle").to.equal(rebuilt.chronicle);
    expect(await market.gridBalance()).to.equal(rebuilt.chronicle >> 153n);
    expect(await market.liveStates(), "live orders").to.deep.equal(rebuilt.liveStates(await time.latest()));
    for (const frame of frames) {
      expect(await market.publication(frame), `publication of ${frame.toString()}`).to.equal(
        rebuilt.publication(frame),
      );
      expect(await market.frameRecord(frame), `record of ${frame.toString()}`).to.equal(rebuilt.frameRecord(frame));
    }
  }
}

describe("Rebuilding a market from its events alone", () => {
  const F = 1800;

  async function fixture() {
    return deployDirect(6, {
      ratedW: 9000,
      tickSize: 10n,
      wheelingCap: 2n * PENNY,
      bondPrice: PENNY,
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
    const { market, delivery, token, parameters, admin, piles: early } = await loadFixture(fixture);
    const piles = [...early];
    const follower = new Follower(market, parameters);
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
            importPrice: BigInt(random.integer(1000, 2500)) * 100n,
            exportPrice: 50_000n,
            wheelingPrice: BigInt(random.integer(0, 2000)) * 10n,
          },
        ]);
      }
      if (random.chance(0.5)) await market.setSuspended(random.pick(piles), random.chance(0.4));
      if (random.chance(0.3)) await market.setEntryPaused(random.chance(0.2));
      if (random.chance(0.15)) {
        const pile = await market.pileOf(random.pick(piles));
        await delivery.setMeterKey(market, pile, random.pick(piles));
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
        const work = follower.rebuilt.toSettle(past);
        if (work === undefined || past >= frame || !random.chance(0.1)) continue;
        const [event] = await market.queryFilter(market.filters.FrameCleared(past));
        await settleNow(market, past, work.publication, [...(event?.args.fills ?? [])]);
      }
      const income = await market.gridBalance();
      if (income > 0n && random.chance(0.2)) await market.withdrawGrid(admin, income);
      await follower.expectSame([frame - 3, frame, frame + 1, frame + 4]);
    }

    await follower.expectSame(frames);
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
    for (const [what, times] of Object.entries(follower.rebuilt.silent)) expect(times, what).to.be.greaterThan(0);

    // Everything that is left to settle can be settled, slots reused or not; then everybody leaves.
    await time.increaseTo((first + 40 + REMEMBERED_FRAMES) * F);
    for (const frame of frames) {
      const work = follower.rebuilt.toSettle(frame);
      if (work === undefined) continue;
      const [event] = await market.queryFilter(market.filters.FrameCleared(frame));
      await settleNow(market, frame, work.publication, [...(event?.args.fills ?? [])]);
    }
    for (const pile of piles) {
      const free = await market.freeBalanceOf(pile);
      if (free > 0n) await market.connect(pile).withdraw(pile, free);
    }
    if ((await market.gridBalance()) > 0n) await market.withdrawGrid(admin, await market.gridBalance());
    await follower.expectSame(frames);
    expect(await token.balanceOf(market)).to.equal(0n);
  });

  it("gives the holders of every role", async () => {
    const { market, parameters, admin, piles } = await loadFixture(fixture);
    const follower = new Follower(market, parameters);
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

  it("notices a slot that is wrong by one bit", async () => {
    const { market, parameters, piles } = await loadFixture(fixture);
    const follower = new Follower(market, parameters);
    const firstFrame = Number(await market.nextFirstFrame());
    await market
      .connect(nth(piles, 0))
      .place({ charge: true, price: PENNY, energyWh: 100n, peakWh: 0n, expiryFrame: firstFrame });
    await follower.expectSame([]);
    follower.rebuilt.states.set(1, (follower.rebuilt.states.get(1) ?? 0n) ^ (1n << 76n));
    let noticed = false;
    await follower.expectSame([]).catch(() => (noticed = true));
    expect(noticed).to.equal(true);
  });
});
