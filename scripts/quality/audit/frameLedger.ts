import { concat, id, keccak256, toBeHex } from "ethers";

import { decodeFill, decodePublication, GRID, type PackedFill, REMEMBERED_FRAMES } from "../../chain/packedWords";
import { marginFor } from "../../model/margin";
import { amountDown } from "../../model/money";
import { groupsOf } from "../../model/parts";
import type { MarketParameters } from "../../core/types";

/** Stands for the operator's matching fund where a pile would stand; no pile has this number. */
export const FUND = -1;

/**
 * Money that a frame's fills set aside, money units, by pile; {@link GRID} stands for the grid operator's
 * account and {@link FUND} for its matching fund.
 */
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
/** Levels of hashes of fills. */
const LEVEL = { match: 1n, round: 2n, roundAfterMatch: 3n, rest: 4n } as const;
const DOMAIN = (BigInt(id("AdBEV frame")) >> 232n) << 232n;

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

  /** @param address Of the market, which hashes of fills are about. */
  constructor(
    private readonly market: Pick<
      MarketParameters,
      "tickSize" | "bondPricePerKwh" | "frameSeconds" | "readingSeconds" | "breach"
    >,
    private readonly address: string,
  ) {}

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
    const hash = packed.length === 0 ? 0n : this.digest(LEVEL.match, frame, publication, packed);
    this.records.set(slot, recordOf(frame, loadW, hash));
    if (packed.length === 0) return;
    this.open.set(frame, { publication, packed, fills: packed.map(decodeFill), matched: packed.length });
  }

  /** Adds what a round executed to a frame's record. */
  extend(frame: number, loadW: bigint, packed: readonly bigint[]): void {
    if (packed.length === 0) return;
    const before = this.open.get(frame);
    const slot = frame % REMEMBERED_FRAMES;
    const first = before === undefined ? this.publication(frame) : kept(this.records.get(slot) ?? 0n);
    const level = before === undefined ? LEVEL.round : LEVEL.roundAfterMatch;
    this.records.set(slot, recordOf(frame, loadW, this.digest(level, frame, first, packed)));
    const whole = [...(before?.packed ?? []), ...packed];
    const matched = before?.matched ?? 0;
    const publication = before?.publication ?? this.publication(frame);
    this.open.set(frame, { publication, packed: whole, fills: whole.map(decodeFill), matched });
  }

  /**
   * Closes a frame's record, or the part of it that concerns the groups of some piles.
   *
   * @param posted Piles that the settlement changed something of.
   * @param rest Hash of the rest as the event says; 0 where there is none.
   * @returns The settled part; undefined where nothing awaited it, or another part was settled than `rest` says.
   */
  settle(frame: number, posted: ReadonlySet<number>, rest: bigint): OpenFrame | undefined {
    const open = this.open.get(frame);
    if (open === undefined) return undefined;
    const waits = (fill: PackedFill): boolean => rest !== 0n && !this.isSettled(open, posted).has(partyOf(fill));
    const left = open.packed.filter((_, i) => waits(open.fills[i]!));
    const leftMatched = open.packed.slice(0, open.matched).filter((_, i) => waits(open.fills[i]!)).length;
    if (left.length === 0) {
      if (rest !== 0n) return undefined;
      this.open.delete(frame);
    } else {
      const count = (BigInt(leftMatched) << 16n) | BigInt(left.length - leftMatched);
      if (this.digest(LEVEL.rest, frame, open.publication, left, count) !== rest) return undefined;
      this.open.set(frame, { ...open, packed: left, fills: left.map(decodeFill), matched: leftMatched });
    }
    const slot = frame % REMEMBERED_FRAMES;
    const word = this.records.get(slot) ?? 0n;
    const inSlot = Number(word & FRAME_MASK) === frame;
    const record = ((inSlot ? word : this.moved.get(frame)!) & ((1n << DIGEST_SHIFT) - 1n)) | kept(rest);
    if (inSlot) this.records.set(slot, record);
    else if (rest === 0n) this.moved.delete(frame);
    else this.moved.set(frame, record);
    const settled = open.packed.filter((_, i) => !waits(open.fills[i]!));
    return {
      ...{ publication: open.publication, packed: settled, fills: settled.map(decodeFill) },
      matched: open.matched - leftMatched,
    };
  }

  /** M(t) of a pile, money units. SPEC 2. */
  margin(ratedW: bigint, publication: bigint): bigint {
    const packed = decodePublication(publication);
    if (packed === undefined) return 0n;
    const { tickSize } = this.market;
    return marginFor(this.market, ratedW, {
      importPricePerKwh: packed.importTicks * tickSize,
      exportPricePerKwh: packed.exportTicks * tickSize,
      wheelingPricePerKwh: packed.wheelingTicks * tickSize,
    });
  }

  /** All that fills and the margins of their piles set aside, money units. @param ratedW Of a pile by its number. */
  setAsideBy({ fills, matched, publication }: OpenFrame, ratedW: (pile: number) => bigint): bigint {
    let sum = total(this.setAside(fills, publication));
    for (const part of [fills.slice(0, matched), fills.slice(matched)]) {
      const piles = new Set(part.flatMap(({ sell, buy }) => [sell, buy]).filter((pile) => pile !== GRID));
      for (const pile of piles) sum += this.margin(ratedW(pile), publication);
    }
    return sum;
  }

  /** The piles of the groups in which a pile was posted. */
  private isSettled({ fills }: OpenFrame, posted: ReadonlySet<number>): Set<number> {
    const between = fills.filter(({ sell, buy }) => sell !== GRID && buy !== GRID);
    const trades = between.map(({ sell, buy, ...of }) => ({ ...of, sell: String(sell), buy: String(buy) }));
    const grid = fills
      .filter((fill) => !between.includes(fill))
      .map(
        (fill) =>
          ({ ...fill, pile: String(partyOf(fill)), side: fill.sell === GRID ? "charge" : "discharge" }) as const,
      );
    const groups = groupsOf({ trades, grid }).map((group) => group.map(Number));
    return new Set(groups.filter((group) => group.some((pile) => posted.has(pile))).flat());
  }

  /** Hash of a list of a frame's fills: `contracts/libraries/FillsDigest.sol`. */
  private digest(
    level: bigint,
    frame: number,
    first: bigint,
    words: readonly bigint[],
    count = BigInt(words.length),
  ): bigint {
    const header = DOMAIN | (level << 224n) | (BigInt(this.address) << 64n) | (BigInt(frame) << 32n) | count;
    return BigInt(keccak256(concat([header, first, ...words].map((word) => toBeHex(word, 32)))));
  }

  /**
   * Money that fills set aside: a buyer its price and the wheeling charge, a seller its bond, the grid its
   * exports. SPEC 5.
   */
  setAside(fills: readonly PackedFill[], publication: bigint): SetAside {
    const { tickSize, bondPricePerKwh } = this.market;
    const wheelingPricePerKwh = (decodePublication(publication)?.wheelingTicks ?? 0n) * tickSize;
    const sums = new Map<number, bigint>();
    const add = (whose: number, amount: bigint) => sums.set(whose, (sums.get(whose) ?? 0n) + amount);
    for (const { sell, buy, energyWh, price, premium = 0n, subsidy = 0n } of fills) {
      const paid = amountDown(price, energyWh) + amountDown(premium, energyWh);
      if (subsidy !== 0n) add(FUND, amountDown(subsidy, energyWh));
      if (sell === GRID || buy === GRID) add(buy, paid);
      else add(buy, paid + amountDown(wheelingPricePerKwh, energyWh));
      if (sell !== GRID) add(sell, amountDown(bondPricePerKwh, energyWh));
    }
    return sums;
  }

  /** Everything that awaits settlement, money units. @param ratedW Of a pile by its number. */
  inDelivery(ratedW: (pile: number) => bigint): bigint {
    let sum = 0n;
    for (const open of this.open.values()) sum += this.setAsideBy(open, ratedW);
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

/** The pile of a grid fill, or the buyer of a trade. */
function partyOf({ sell, buy }: PackedFill): number {
  return buy === GRID ? sell : buy;
}
