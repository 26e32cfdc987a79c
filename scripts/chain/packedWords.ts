/**
 * The market's packed words, decoded and encoded. The layouts are drawn in `contracts/types/`; a test compares both.
 */

/** Fills name the main grid by this index, which no pile has. */
export const GRID = 0;

/** Frames whose publications and records the market remembers. */
export const REMEMBERED_FRAMES = 128;

/** An unsigned field of a packed word. */
export const field = (word: bigint, shift: number, bits: number): bigint =>
  (word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
const signed = (word: bigint, shift: number, bits: number): bigint => BigInt.asIntN(bits, field(word, shift, bits));

/** A pile's slot: balance, nonce, credit, order. Prices are in ticks. */
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
  /** 1/100 point, 0 to 10 000. */
  credit: bigint;
  /** Energy that the credit rests on, Wh. */
  creditWh: bigint;
  /** Whether the pile's money leaves for its payout address alone. */
  payout: boolean;
}

/** Decodes `types/PileState.sol`. */
export function decodePileState(word: bigint): PileState {
  const firstFrame = Number(field(word, 120, 32));
  return {
    balance: field(word, 0, 52),
    priceTicks: field(word, 52, 24),
    remainingWh: field(word, 76, 24),
    peakWh: field(word, 100, 20),
    firstFrame,
    expiryFrame: firstFrame + Number(field(word, 152, 7)),
    charge: field(word, 159, 1) === 1n,
    iceberg: field(word, 160, 1) === 1n,
    suspended: field(word, 161, 1) === 1n,
    sequence: field(word, 162, 32),
    nonce: field(word, 194, 20),
    credit: field(word, 214, 14),
    creditWh: field(word, 228, 26),
    payout: field(word, 254, 1) === 1n,
  };
}

/** One trade or grid fill; `sell` is {@link GRID} where the grid delivers. Price in money units per kWh. */
export interface PackedFill {
  sell: number;
  buy: number;
  energyWh: bigint;
  price: bigint;
  /** Premium that the buyer pays the grid operator beyond the price; left out where it is nothing. */
  premium?: bigint;
  /** Subsidy that the seller gets out of the matching fund beyond the price; as above. */
  subsidy?: bigint;
}

/** Decodes `types/Fill.sol`. */
export function decodeFill(word: bigint): PackedFill {
  return {
    sell: Number(field(word, 0, 16)),
    buy: Number(field(word, 16, 16)),
    energyWh: field(word, 32, 24),
    price: field(word, 56, 64),
    ...(field(word, 120, 64) === 0n ? {} : { premium: field(word, 120, 64) }),
    ...(field(word, 184, 72) === 0n ? {} : { subsidy: field(word, 184, 72) }),
  };
}

/** A frame's publication; tariffs in ticks. */
export interface PackedPublication {
  frame: number;
  baseLoadW: bigint;
  importTicks: bigint;
  exportTicks: bigint;
  wheelingTicks: bigint;
  /** Load expected of orders, W; of a frozen book, the part that counts in its round. */
  expectedLoadW: bigint;
  /** By how many frames those orders come before the frame, a tenth of that load each. */
  lagFrames: number[];
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
    expectedLoadW: signed(word, 136, 24),
    lagFrames: Array.from({ length: 10 }, (_, tenth) => Number(field(word, 232 - 8 * tenth, 8))),
  };
}

/** The market's running totals. */
export interface MarketTotals {
  /** 0 = none yet. */
  lastFrame: number;
  lastLoadW: bigint;
  lastKnown: boolean;
  pflW: bigint;
  gridBalance: bigint;
  /** Whether a benefit round may still fill orders of the last frame. */
  roundOpen: boolean;
  /** Frames with fills that are not wholly settled. */
  openFrames: number;
}

/** Decodes `types/MarketTotals.sol`. */
export function decodeMarketTotals(word: bigint): MarketTotals {
  return {
    lastFrame: Number(field(word, 0, 32)),
    lastLoadW: signed(word, 32, 40),
    lastKnown: field(word, 72, 1) === 1n,
    pflW: field(word, 73, 80),
    gridBalance: field(word, 153, 64),
    roundOpen: field(word, 217, 1) === 1n,
    openFrames: Number(field(word, 218, 32)),
  };
}

/** Record of a cleared frame. */
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

/** Piles whose live bits are in the book's first word. */
export const PILES_IN_HEAD = 208;

/** Decodes `types/BookHead.sol`. */
export function decodeBookHead(word: bigint): BookHead {
  return {
    live: field(word, 0, PILES_IN_HEAD),
    sequence: field(word, PILES_IN_HEAD, 32),
    paused: field(word, 248, 1) === 1n,
    moreWords: Number(field(word, 249, 3)),
  };
}

/** Action of a signed order. */
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

/** EIP-712 types of an order of an account that may be a contract. */
export const ORDER_OF_TYPES = {
  OrderOf: [
    { name: "account", type: "address" },
    { name: "order", type: "Order" },
  ],
  ...ORDER_TYPES,
};

/** EIP-712 type of a withdrawal by signature. */
export const WITHDRAWAL_TYPES = {
  Withdrawal: [
    { name: "account", type: "address" },
    { name: "to", type: "address" },
    { name: "amount", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** EIP-712 type of a deposit that somebody else submits. */
export const DEPOSIT_TYPES = {
  Deposit: [
    { name: "owner", type: "address" },
    { name: "market", type: "address" },
    { name: "account", type: "address" },
    { name: "tokenAmount", type: "uint256" },
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

/** Opens packed terms, {@link packSignedTerms}. @returns undefined where the word holds anything else besides */
export function unpackSignedTerms(word: bigint): SignedTerms | undefined {
  const action = ACTIONS[Number(field(word, 0, 2))];
  if (action === undefined || word < 0n || word >= 1n << 256n) return undefined;
  const terms: SignedTerms = {
    action,
    charge: field(word, 2, 1) === 1n,
    energyWh: field(word, 8, 24),
    peakWh: field(word, 32, 24),
    expiryFrame: Number(field(word, 56, 32)),
    price: field(word, 88, 40),
    nonce: field(word, 128, 24),
    deadline: Number(field(word, 152, 40)),
  };
  return packSignedTerms(terms) === word ? terms : undefined;
}

/** A reading as a meter signs it; energies in Wh. */
export interface MeterReading {
  pile: number;
  frame: number;
  consumedWh: bigint;
  producedWh: bigint;
}

/** EIP-712 type of a {@link MeterReading} of a market. */
export const READING_TYPES = {
  MeterReading: [
    { name: "market", type: "address" },
    { name: "pile", type: "uint256" },
    { name: "frame", type: "uint256" },
    { name: "consumedWh", type: "uint256" },
    { name: "producedWh", type: "uint256" },
  ],
};

/**
 * Encodes `types/MeterReading.sol`.
 * @throws RangeError where a value does not fit its field
 */
export function packMeterReading({ pile, frame, consumedWh, producedWh }: MeterReading): bigint {
  const put = (name: string, value: bigint, shift: number, bits: number): bigint => {
    if (value < 0n || value >= 1n << BigInt(bits)) {
      throw new RangeError(`${name} is ${value.toString()}; a reading holds 0 to 2^${bits.toString()} - 1`);
    }
    return value << BigInt(shift);
  };
  return (
    put("pile", BigInt(pile), 0, 16) |
    put("frame", BigInt(frame), 16, 32) |
    put("consumedWh", consumedWh, 48, 24) |
    put("producedWh", producedWh, 72, 24)
  );
}

/** Decodes `types/MeterReading.sol`. */
export function decodeMeterReading(word: bigint): MeterReading {
  return {
    pile: Number(field(word, 0, 16)),
    frame: Number(field(word, 16, 32)),
    consumedWh: field(word, 48, 24),
    producedWh: field(word, 72, 24),
  };
}

/** Effect of a settlement on a pile. */
export interface Posting {
  pile: number;
  /** Agreed energy that its credit is judged by, Wh. */
  agreedWh: bigint;
  /** How much of that counts as delivered, Wh. */
  creditedWh: bigint;
  /** Metered, or presumed where silent, Wh. */
  consumedWh: bigint;
  producedWh: bigint;
  silent: boolean;
  /** Money that its fills and margins set aside, less its dues, plus its receipts, money units. */
  money: bigint;
}

/** Decodes `types/Posting.sol`. */
export function decodePosting(word: bigint): Posting {
  return {
    pile: Number(field(word, 0, 16)),
    agreedWh: field(word, 16, 24),
    creditedWh: field(word, 40, 24),
    consumedWh: field(word, 64, 24),
    producedWh: field(word, 88, 24),
    silent: field(word, 112, 1) === 1n,
    money: field(word, 128, 64),
  };
}
