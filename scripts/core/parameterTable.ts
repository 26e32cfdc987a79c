/**
 * Every parameter of a market, one row each: defaults, scenario files, flags with their help, the client and
 * `docs/parameters.md` follow from it. A new parameter is a row here, a field of the contract's struct, and its use.
 *
 * @module
 */

import { type Matching, MATCHINGS } from "./matching";

/** Whole numbers between two, both included. */
export interface Bound {
  least: number | bigint;
  most: number | bigint;
  /** As people write it; empty for a plain number. */
  unit: string;
}

/** A row's part that every parameter has. */
interface Row {
  /** In words, without the unit. */
  meaning: string;
  /** Type of the field in the contract's struct. */
  contractType: string;
  /** The flag, where it is shorter than the name. */
  flag?: string;
}

/** A parameter that is a figure; `bigint` where the market reckons with it in money or energy. */
export interface FigureRow<Value extends number | bigint = number | bigint> extends Row, Bound {
  kind: "figure";
  usual: Value;
}

/** A parameter that chooses a rule. */
export interface ChoiceRow<Word extends string = string> extends Row {
  kind: "choice";
  words: readonly Word[];
  usual: Word;
  /** The contract's field: an enum with the words in this order (`uint8`), or the address of a contract. */
  field: string;
  /** The word for which an optional contract is named; none where the field has a value for each word. */
  setBy?: Word;
}

/** Fits the 20 bits in which the contract keeps a peak, Wh. */
const MOST_PEAK_WH = 2 ** 20 - 1;
/** Fits the 24 bits in which it keeps energy and a price in ticks. */
export const MOST_24_BITS = 2 ** 24 - 1;
/** Largest load that it records, W. */
const MOST_LOAD_W = 2 ** 31 - 1;
const MOST_32_BITS = 2 ** 32 - 1;
const MOST_40_BITS = 2 ** 40 - 1;
/** Fits the 52 bits in which it keeps a balance. */
const MOST_BALANCE = 2 ** 52 - 1;
const MOST_16_BITS = 2 ** 16 - 1;
const A_DAY_SECONDS = 86_400;
/** Longest time of reading that any market takes: 48 frames of a day. */
const MOST_READING_SECONDS = 48 * A_DAY_SECONDS;

const PER_KWH = "money units per kWh";
const TEN_THOUSANDTHS = "1/10 000";
const CREDIT = "1/100 point";

/** The parameters by name: usual value, unit, least, most, type in the contract, meaning, flag where it is shorter. */
// prettier-ignore
export const PARAMETERS = {
  frameSeconds: count(1800, "s", 2, A_DAY_SECONDS, "uint32", "length of a frame"),
  auctionSeconds: count(600, "s", 1, A_DAY_SECONDS, "uint32",
    "length of the auction window at the end of a frame, below frameSeconds"),
  leadFrames: count(2, "frames", 1, 95, "uint16", "how long before its window a frame must be published"),
  priceWeight: count(10, "", 0, MOST_16_BITS, "uint16", "weight of the price rank, α [T 4.14]"),
  timeWeight: count(1, "", 0, MOST_16_BITS, "uint16", "weight of the time rank, β [T 4.14]"),
  icebergThresholdWh: amount(4000n, "Wh", 0, MOST_PEAK_WH, "uint32", "orders above it are icebergs", "threshold"),
  icebergPeakWh: amount(2000n, "Wh", 1, MOST_PEAK_WH, "uint32",
    "largest tranche that an iceberg displays in a frame", "peak"),
  minEnergyWh: amount(1n, "Wh", 1, MOST_24_BITS, "uint32", "smallest order"),
  maxWaitFrames: count(12, "frames", 0, MOST_16_BITS, "uint16",
    "wait after which an iceberg's tranche is filled from the grid: WT_max [T Table 4-B]", "wait"),
  capacityW: amount(250_000n, "W", 0, MOST_LOAD_W, "uint32",
    "capacity of the transformer: P_sub [T 4.3b]", "capacity"),
  lossAllowanceW: amount(0n, "W", 0, MOST_LOAD_W, "uint32", "part of the capacity that is kept for losses [T 4.3b]"),
  tickSize: amount(1n, PER_KWH, 1, MOST_16_BITS, "uint16", "step of prices and tariffs"),
  bondPricePerKwh: amount(0n, PER_KWH, 0, MOST_40_BITS, "uint64",
    "bond that an ask locks; with meters where a defaulter pays at least importCapPerKwh, which is then its default", "bondPrice"),
  wheelingCapPerKwh: amount(0n, PER_KWH, 0, MOST_40_BITS, "uint64",
    "largest wheeling charge that may be published; bids lock for it", "wheelingCap"),
  importCapPerKwh: amount(1_000_000n, PER_KWH, 0, MOST_40_BITS, "uint64", "highest import tariff that may be published", "importCap"),
  cancelPricePerKwh: amount(150_000n, PER_KWH, 0, MOST_40_BITS, "uint64",
    "charge for cancelling an order that plans reckon with, per kWh displayed; 0 for none", "cancelPrice"),
  keeperReward: amount(0n, "money units", 0, MOST_BALANCE, "uint64",
    "claim of whoever clears, settles or executes a frame; 0 for none"),
  settlement: choice(["adbev", "benefit"], "adbev", { field: "rounds", contractType: "address", setBy: "benefit" },
    "who decides the flexible energy: adbev, the clearing; benefit, plans that compete in rounds"),
  roundSeconds: count(120, "s", 1, A_DAY_SECONDS, "uint32", "commit phase of a round, and its reveal phase"),
  finaliseSeconds: count(120, "s", 0, A_DAY_SECONDS, "uint32",
    "time for which the winning plan alone can be executed; above 0 where plans compete"),
  maxHorizon: count(24, "frames", 1, 48, "uint8", "how far plans look ahead at most", "horizon"),
  allotment: choice(["expiry", "laxity"], "expiry", { field: "allotment", contractType: "uint8" },
    "what plans give: by expiry totals, which go to who ends first; by laxity a level, up to which each order moves"),
  chargeEfficiencyBps: amount(10_000n, TEN_THOUSANDTHS, 1, 20_000, "uint16", "v: load that energy charged puts on the feeder; 10500 where 5 % are lost on the way [T 6.1]"),
  dischargeEfficiencyBps: amount(10_000n, TEN_THOUSANDTHS, 1, 20_000, "uint16", "ϖ: load that energy fed in takes off the feeder; 9500 where 5 % are lost on the way [T 6.1]"),
  readingSeconds: count(0, "s", 0, MOST_READING_SECONDS, "uint32",
    "how long meter readings are waited for, at most 48 frames; 0: no meters, all counts as agreed", "readings"),
  breach: choice(["defaulter", "counterparty"], "defaulter", { field: "breach", contractType: "uint8" },
    "who breaches [D]: defaulter compensates the other side, counterparty only loses credit"),
  toleranceBps: amount(0n, TEN_THOUSANDTHS, 0, 10_000, "uint16", "energy above the agreed that still trades at its price"),
  initialCredit: amount(5_000n, CREDIT, 0, 10_000, "uint16", "credit that a pile begins with"),
  creditPriorWh: amount(100_000n, "Wh", 0, 2 ** 26 - 1, "uint32", "energy that the initial credit rests on"),
  minCredit: amount(0n, CREDIT, 0, 10_000, "uint16",
    "least credit to place orders and propose plans, at most initialCredit"),
  matching: choice<Matching>(MATCHINGS, "adbev", { field: "mechanism", contractType: "address" },
    "rule by which orders trade: adbev [T 4.8], credit by the weights of [D Table 1], with meters, an auction of SPEC 3, or the grid alone"),
  thetaBps: amount(5_000n, TEN_THOUSANDTHS, 0, 10_000, "uint16",
    "where between two prices a trade's price lies, from the lower one, for rules that ask for it"),
  congestionFromW: amount(55_000n, "W", 0, MOST_32_BITS, "uint32",
    "load above which the grid's price rises with it, where matching is congestion", "congestionFrom"),
  congestionPricePerKwhPerKw: amount(1_000n, "money units per kWh and kW", 0, MOST_32_BITS, "uint32",
    "by how much it rises with each kW above that", "congestionPrice"),
  unit: amount(1n, "smallest token units", 1, 2n ** 64n - 1n, "uint64",
    "size of a money unit; commands choose it by the token's decimals"),
  pileCap: count(512, "piles", 1, 1_024, "uint16", "most piles that may be registered", "piles"),
} as const;

/** A parameter's name. */
export type ParameterName = keyof typeof PARAMETERS;

/** Names of all parameters, in the order of the table. */
export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[];

/** Names of the parameters that are figures. */
export type FigureName = {
  [Name in ParameterName]: (typeof PARAMETERS)[Name] extends FigureRow ? Name : never;
}[ParameterName];

/** Value of a row. */
type ValueOf<Of> = Of extends FigureRow<infer Value> ? Value : Of extends ChoiceRow<infer Word> ? Word : never;

/** Everything that is fixed when a feeder's market is deployed, its rules and what it counts in. */
export type DeploymentParameters = { -readonly [Name in ParameterName]: ValueOf<(typeof PARAMETERS)[Name]> };

/** The rules of a market: {@link DeploymentParameters} without what the model has no use for. */
export type MarketParameters = Omit<DeploymentParameters, "unit" | "pileCap">;

/** A row of a plain number: {@link FigureRow}. */
function count(
  usual: number,
  unit: string,
  least: number,
  most: number,
  contractType: string,
  meaning: string,
  flag?: string,
): FigureRow<number> {
  return { kind: "figure", usual, unit, least, most, contractType, meaning, ...(flag === undefined ? {} : { flag }) };
}

/** A row of money, energy, power or a share: {@link FigureRow}. */
function amount(
  usual: bigint,
  unit: string,
  least: number,
  most: number | bigint,
  contractType: string,
  meaning: string,
  flag?: string,
): FigureRow<bigint> {
  return { kind: "figure", usual, unit, least, most, contractType, meaning, ...(flag === undefined ? {} : { flag }) };
}

/** A row of a rule: {@link ChoiceRow}. */
function choice<const Word extends string>(
  words: readonly Word[],
  usual: NoInfer<Word>,
  contract: { field: string; contractType: string; setBy?: NoInfer<Word> },
  meaning: string,
): ChoiceRow<Word> {
  return { kind: "choice", words, usual, ...contract, meaning };
}
