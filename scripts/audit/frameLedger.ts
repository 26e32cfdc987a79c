import { concat, keccak256, toBeHex } from "ethers";

import { decodeFill, decodePublication, GRID, type PackedFill, REMEMBERED_FRAMES } from "../chain/packedWords";
import { amountDown } from "../market/model/money";
import type { MarketParameters } from "../market/types";

/** What a frame's fills set aside, money units, by pile; {@link GRID} stands for the grid operator's account. */
export type SetAside = ReadonlyMap<number, bigint>;

/** A cleared frame whose fills await settlement. */
export interface OpenFrame {
  publication: bigint;
  /** The fills as the events tell them: the match's, then those of its round. */
  packed: readonly bigint[];
  fills: readonly PackedFill[];
  /** How many of them the match made. */
  matched: number;
}

/** Bits of a record below its hash. */
const DIGEST_SHIFT = 72n;
const FRAME_MASK = 0xffff_ffffn;

/**
 * Publications and records as the market remembers them, in slots by frame modulo 128, and what is open of each cleared
 * frame. SPEC 1, 5.
 */
export class FrameLedger {
  /** Frames that were cleared, moved energy and are not settled. */
  readonly open = new Map<number, OpenFrame>();
  /** How many records lost their slot to a later frame before they were settled. */
  recordsMoved = 0;

  private readonly publications = new Map<number, bigint>();
  private readonly records = new Map<number, bigint>();
  /** Unsettled records whose slot another frame has. */
  private readonly moved = new Map<number, bigint>();

  constructor(private readonly market: Pick<MarketParameters, "tickSize" | "bondPrice">) {}

  /** Every frame that something is remembered of. */
  get frames(): number[] {
    const held = [...this.publications.values(), ...this.records.values()].map((word) => Number(word & FRAME_MASK));
    return [...new Set([...held, ...this.moved.keys()])].sort((a, b) => a - b);
  }

  /** `publication(frame)`. */
  publication(frame: number): bigint {
    const word = this.publications.get(frame % REMEMBERED_FRAMES) ?? 0n;
    return Number(word & FRAME_MASK) === frame ? word : 0n;
  }

  /** `frameRecord(frame)`. */
  record(frame: number): bigint {
    const word = this.records.get(frame % REMEMBERED_FRAMES) ?? 0n;
    return Number(word & FRAME_MASK) === frame ? word : (this.moved.get(frame) ?? 0n);
  }

  /** Base load of a frame, W; undefined where it was not published or is forgotten. */
  recall(frame: number): { baseLoadW: bigint } | undefined {
    return decodePublication(this.publication(frame));
  }

  publish(frame: number, word: bigint): void {
    this.publications.set(frame % REMEMBERED_FRAMES, word);
  }

  /** Keeps the record of a frame that has been matched. */
  match(frame: number, loadW: bigint, packed: readonly bigint[]): void {
    const slot = frame % REMEMBERED_FRAMES;
    const old = this.records.get(slot) ?? 0n;
    if (old >> DIGEST_SHIFT !== 0n) {
      this.recordsMoved++;
      this.moved.set(Number(old & FRAME_MASK), old);
    }
    const publication = this.publication(frame);
    this.records.set(slot, recordOf(frame, loadW, packed.length === 0 ? 0n : digest(publication, packed)));
    if (packed.length === 0) return;
    this.open.set(frame, { publication, packed, fills: packed.map(decodeFill), matched: packed.length });
  }

  /** Adds what a round executed to a frame's record. */
  extend(frame: number, loadW: bigint, packed: readonly bigint[]): void {
    if (packed.length === 0) return;
    const before = this.open.get(frame);
    const slot = frame % REMEMBERED_FRAMES;
    const first = before === undefined ? this.publication(frame) : kept(this.records.get(slot) ?? 0n);
    this.records.set(slot, recordOf(frame, loadW, digest(first, packed)));
    const whole = [...(before?.packed ?? []), ...packed];
    const matched = before?.matched ?? 0;
    const publication = before?.publication ?? this.publication(frame);
    this.open.set(frame, { publication, packed: whole, fills: whole.map(decodeFill), matched });
  }

  /** Closes a frame's record. @returns what awaited settlement; undefined where nothing did */
  settle(frame: number): OpenFrame | undefined {
    const open = this.open.get(frame);
    this.open.delete(frame);
    const slot = frame % REMEMBERED_FRAMES;
    const word = this.records.get(slot) ?? 0n;
    if (Number(word & FRAME_MASK) === frame) this.records.set(slot, word & ((1n << DIGEST_SHIFT) - 1n));
    else this.moved.delete(frame);
    return open;
  }

  /** What fills set aside: a buyer its price and the wheeling charge, a seller its bond, the grid its exports. SPEC 5. */
  setAside(fills: readonly PackedFill[], publication: bigint): SetAside {
    const { tickSize, bondPrice } = this.market;
    const wheelingPrice = (decodePublication(publication)?.wheelingTicks ?? 0n) * tickSize;
    const sums = new Map<number, bigint>();
    const add = (whose: number, amount: bigint) => sums.set(whose, (sums.get(whose) ?? 0n) + amount);
    for (const { sell, buy, energyWh, price } of fills) {
      const paid = amountDown(price, energyWh);
      if (sell === GRID || buy === GRID) add(buy, paid);
      else add(buy, paid + amountDown(wheelingPrice, energyWh));
      if (sell !== GRID) add(sell, amountDown(bondPrice, energyWh));
    }
    return sums;
  }

  /** Everything that awaits settlement, money units. */
  get inDelivery(): bigint {
    let sum = 0n;
    for (const { fills, publication } of this.open.values()) sum += total(this.setAside(fills, publication));
    return sum;
  }
}

/** Sum of what is set aside, money units. */
export function total(setAside: SetAside): bigint {
  return [...setAside.values()].reduce((sum, amount) => sum + amount, 0n);
}

/** The word of `types/FrameRecord.sol`. */
function recordOf(frame: number, loadW: bigint, hash: bigint): bigint {
  return BigInt(frame) | (BigInt.asUintN(40, loadW) << 32n) | kept(hash);
}

/** The part of a hash that a record keeps, in its place. */
function kept(hash: bigint): bigint {
  return (hash >> DIGEST_SHIFT) << DIGEST_SHIFT;
}

function digest(first: bigint, words: readonly bigint[]): bigint {
  return BigInt(keccak256(concat([first, ...words].map((word) => toBeHex(word, 32)))));
}
