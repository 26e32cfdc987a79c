/**
 * The market's packed words, decoded and encoded. The layouts are drawn in `contracts/types/`; a test compares both.
 */

/** Fills name the main grid by this index, which no pile has. */
export const GRID = 0;

/** Frames whose publications and records the market remembers. */
export const REMEMBERED_FRAMES = 128;

const field = (word: bigint, shift: number, bits: number): bigint =>
  (word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
const signed = (word: bigint, shift: number, bits: number): bigint => BigInt.asIntN(bits, field(word, shift, bits));

/** A pile's slot: balance, nonce, order. Prices are in ticks. */
export interface PileState {
  balance: bigint;
  priceTicks: bigint;
  remainingWh: bigint;
  peakWh: bigint;
  firstFrame: number;
  expiryFrame: number;
  charge: boolean;
  iceberg: boolean;
  suspended: boolean;
  sequence: bigint;
  nonce: bigint;
}

/** Decodes `types/PileState.sol`. */
export function decodePileState(word: bigint): PileState {
  const firstFrame = Number(field(word, 132, 32));
  return {
    balance: field(word, 0, 64),
    priceTicks: field(word, 64, 24),
    remainingWh: field(word, 88, 24),
    peakWh: field(word, 112, 20),
    firstFrame,
    expiryFrame: firstFrame + Number(field(word, 164, 7)),
    charge: field(word, 171, 1) === 1n,
    iceberg: field(word, 172, 1) === 1n,
    suspended: field(word, 173, 1) === 1n,
    sequence: field(word, 174, 40),
    nonce: field(word, 214, 24),
  };
}

/** One trade or grid fill; `sell` is {@link GRID} where the grid delivers. Price in money units per kWh. */
export interface PackedFill {
  sell: number;
  buy: number;
  energyWh: bigint;
  price: bigint;
}

/** Decodes `types/Fill.sol`. */
export function decodeFill(word: bigint): PackedFill {
  return {
    sell: Number(field(word, 0, 16)),
    buy: Number(field(word, 16, 16)),
    energyWh: field(word, 32, 24),
    price: field(word, 56, 64),
  };
}

/** A frame's publication; tariffs in ticks. */
export interface PackedPublication {
  frame: number;
  baseLoadW: bigint;
  importTicks: bigint;
  exportTicks: bigint;
  wheelingTicks: bigint;
}

/** Decodes `types/Publication.sol`; undefined for the zero word, which means unpublished. */
export function decodePublication(word: bigint): PackedPublication | undefined {
  if (word === 0n) return undefined;
  return {
    frame: Number(field(word, 0, 32)),
    baseLoadW: signed(word, 32, 32),
    importTicks: field(word, 64, 24),
    exportTicks: field(word, 88, 24),
    wheelingTicks: field(word, 112, 24),
  };
}

/** The market's running totals. */
export interface Chronicle {
  /** 0 = none yet. */
  lastFrame: number;
  lastLoadW: bigint;
  lastKnown: boolean;
  pflW: bigint;
  gridBalance: bigint;
}

/** Decodes `types/Chronicle.sol`. */
export function decodeChronicle(word: bigint): Chronicle {
  return {
    lastFrame: Number(field(word, 0, 32)),
    lastLoadW: signed(word, 32, 40),
    lastKnown: field(word, 72, 1) === 1n,
    pflW: field(word, 73, 80),
    gridBalance: field(word, 153, 64),
  };
}

/** What is remembered of a cleared frame. */
export interface FrameRecord {
  frame: number;
  loadW: bigint;
  /** Whether fills await settlement. */
  open: boolean;
}

/** Decodes `types/FrameRecord.sol`; undefined for the zero word. */
export function decodeFrameRecord(word: bigint): FrameRecord | undefined {
  if (word === 0n) return undefined;
  return { frame: Number(field(word, 0, 32)), loadW: signed(word, 32, 40), open: word >> 72n !== 0n };
}

/** Sequence, pause and live piles of the book's first word. */
export interface BookHead {
  live: bigint;
  sequence: bigint;
  paused: boolean;
  /** Words of the bitmap after the first that have registered piles. */
  moreWords: number;
}

/** Decodes `types/BookHead.sol`. */
export function decodeBookHead(word: bigint): BookHead {
  return {
    live: field(word, 0, 208),
    sequence: field(word, 208, 40),
    paused: field(word, 248, 1) === 1n,
    moreWords: Number(field(word, 249, 3)),
  };
}

/** What a signed order does. */
export type SignedAction = "place" | "replace" | "cancel";

/** The terms that a pile signs. */
export interface SignedTerms {
  action: SignedAction;
  charge: boolean;
  price: bigint;
  energyWh: bigint;
  peakWh: bigint;
  expiryFrame: number;
  nonce: bigint;
  /** Unix time, s. */
  deadline: number;
}

const ACTIONS: readonly SignedAction[] = ["place", "replace", "cancel"];

/** EIP-712 type of {@link SignedTerms}. */
export const ORDER_TYPES = {
  Order: [
    { name: "action", type: "uint8" },
    { name: "charge", type: "bool" },
    { name: "price", type: "uint256" },
    { name: "energyWh", type: "uint256" },
    { name: "peakWh", type: "uint256" },
    { name: "expiryFrame", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** The EIP-712 message of {@link SignedTerms}. */
export function orderMessage(terms: SignedTerms): Record<string, unknown> {
  return { ...terms, action: ACTIONS.indexOf(terms.action) };
}

/**
 * Encodes `types/SignedTerms.sol`.
 * @throws RangeError where a value does not fit its field
 */
export function packSignedTerms(terms: SignedTerms): bigint {
  const put = (name: string, value: bigint, shift: number, bits: number): bigint => {
    if (value < 0n || value >= 1n << BigInt(bits)) {
      throw new RangeError(`${name} is ${value.toString()}; a signed order holds 0 to 2^${bits.toString()} - 1`);
    }
    return value << BigInt(shift);
  };
  return (
    BigInt(ACTIONS.indexOf(terms.action)) |
    (terms.charge ? 4n : 0n) |
    put("energyWh", terms.energyWh, 8, 24) |
    put("peakWh", terms.peakWh, 32, 24) |
    put("expiryFrame", BigInt(terms.expiryFrame), 56, 32) |
    put("price", terms.price, 88, 40) |
    put("nonce", terms.nonce, 128, 24) |
    put("deadline", BigInt(terms.deadline), 152, 40)
  );
}
