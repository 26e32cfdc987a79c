import { toBeHex } from "ethers";
import hre from "hardhat";

import type { Market } from "../../typechain-types";

/** An order as it is written straight into its pile's slot. Prices in ticks. */
export interface PokedOrder {
  charge: boolean;
  priceTicks: bigint;
  remainingWh: bigint;
  peakWh: bigint;
  firstFrame: number;
  /** expiryFrame - firstFrame */
  spanFrames: number;
  iceberg?: boolean;
  suspended?: boolean;
  sequence: number;
  /** {@link POKED_BALANCE} by default. */
  balance?: bigint;
}

/** Content of a publication slot. Tariffs in ticks. */
export interface PokedPublication {
  frame: number;
  baseLoadW: bigint;
  importTicks: bigint;
  exportTicks: bigint;
  wheelingTicks: bigint;
}

/** Piles whose live bit is in the head, and in each further word. */
const HEAD_BITS = 208;
const WORD_BITS = 255;
const REMEMBERED_FRAMES = 128;
const SENTINEL = 1n << 255n;
const REGISTERED = 1n << 255n;

/** A free balance that needs its whole field. */
export const POKED_BALANCE = 10n ** 15n;
/** Reach of each pile in a frame where there are meters, Wh, and the largest one, of one of them. */
const REACH_WH = 11_000n;
const LARGEST_REACH_WH = 2n ** 24n - 1n;
/** Reaches that share a word. */
const REACHES_PER_WORD = 8;

/**
 * A market whose storage is written directly, so that a book of a thousand orders takes a fraction of a second. Where
 * the variables are is read from the compiler's storage layout.
 */
export class PokedMarket {
  private constructor(
    private readonly address: string,
    private readonly slots: ReadonlyMap<string, bigint>,
  ) {}

  static async of(market: Market): Promise<PokedMarket> {
    const build = await hre.artifacts.getBuildInfo("contracts/market/Market.sol:Market");
    const output = build?.output.contracts["contracts/market/Market.sol"]?.Market as unknown as {
      storageLayout: { storage: { label: string; slot: string }[] };
    };
    const slots = new Map(output.storageLayout.storage.map(({ label, slot }) => [label, BigInt(slot)]));
    return new PokedMarket(await market.getAddress(), slots);
  }

  /** Puts orders into the slots of piles 1, 2, … and lights their live bits. */
  async setOrders(orders: readonly PokedOrder[]): Promise<void> {
    const live = new Array<bigint>(5).fill(0n);
    for (const [i, order] of orders.entries()) {
      const [word, bit] =
        i < HEAD_BITS ? [0, i] : [1 + Math.floor((i - HEAD_BITS) / WORD_BITS), (i - HEAD_BITS) % WORD_BITS];
      live[word]! |= 1n << BigInt(bit);
      await this.set("_states", i + 1, stateOf(order));
    }
    await this.set("_pileCount", 0, BigInt(orders.length) | (LARGEST_REACH_WH << 32n));
    for (let word = 0; word * REACHES_PER_WORD <= Math.min(orders.length, 512); word++) {
      const reaches = Array.from({ length: REACHES_PER_WORD }, (_, i) => REACH_WH << BigInt(32 * i));
      await this.set(
        "_reaches",
        word,
        reaches.reduce((a, b) => a | b),
      );
    }
    const moreWords = orders.length <= HEAD_BITS ? 0 : Math.ceil((orders.length - HEAD_BITS) / WORD_BITS);
    const head = live[0]! | (BigInt(orders.length) << 208n) | (BigInt(moreWords) << 249n) | SENTINEL;
    await this.set("_head", 0, head);
    for (let word = 1; word < live.length; word++) await this.set("_moreLive", word - 1, live[word]! | SENTINEL);
  }

  /** Publishes frames, whatever the time. */
  async publish(publications: readonly PokedPublication[]): Promise<void> {
    for (const { frame, baseLoadW, importTicks, exportTicks, wheelingTicks } of publications) {
      const tariffs = (importTicks << 64n) | (exportTicks << 88n) | (wheelingTicks << 112n);
      await this.set(
        "_publications",
        frame % REMEMBERED_FRAMES,
        BigInt(frame) | (BigInt.asUintN(32, baseLoadW) << 32n) | tariffs,
      );
    }
  }

  /** Lets `frame` have been cleared last, published, with a load of 1 W, the operator holding `gridBalance`. */
  async setLastCleared(frame: number, gridBalance = 1n): Promise<void> {
    await this.set("_marketTotals", 0, BigInt(frame) | (1n << 32n) | (1n << 72n) | (1n << 73n) | (gridBalance << 153n));
  }

  /** Lets a frame have been cleared and not settled. */
  async setOpenRecord(frame: number): Promise<void> {
    await this.set("_records", frame % REMEMBERED_FRAMES, BigInt(frame) | (1n << 255n));
  }

  private async set(variable: string, index: number, value: bigint): Promise<void> {
    const slot = this.slots.get(variable);
    if (slot === undefined) throw new RangeError(`the market has no variable ${variable}`);
    const position = toBeHex(slot + BigInt(index));
    // Hardhat wants no leading zeros here.
    await hre.network.provider.send("hardhat_setStorageAt", [
      this.address,
      position.replace(/^0x0+(?=.)/, "0x"),
      toBeHex(value, 32),
    ]);
  }
}

/** `contracts/types/PileState.sol`. */
function stateOf(order: PokedOrder): bigint {
  const flags = (order.charge ? 1n : 0n) | (order.iceberg ? 2n : 0n) | (order.suspended ? 4n : 0n);
  return (
    (order.balance ?? POKED_BALANCE) |
    (order.priceTicks << 52n) |
    (order.remainingWh << 76n) |
    (order.peakWh << 100n) |
    (BigInt(order.firstFrame) << 120n) |
    (BigInt(order.spanFrames) << 152n) |
    (flags << 159n) |
    (BigInt(order.sequence) << 162n) |
    REGISTERED
  );
}
