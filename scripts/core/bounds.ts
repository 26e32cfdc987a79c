import type { DeploymentParameters } from "./parameters";

/** What a figure may be: whole numbers between two, both included. */
export interface Bound {
  least: number;
  most: number;
  /** Its unit, as people write it; nothing for a plain number. */
  unit: string;
}

/** Fits the 20 bits in which the contract keeps a peak, Wh. */
const MOST_PEAK_WH = 2 ** 20 - 1;
/** Fits the 24 bits in which it keeps energy and a price in ticks. */
const MOST_24_BITS = 2 ** 24 - 1;
/** Largest load that it records, W. */
const MOST_LOAD_W = 2 ** 31 - 1;
const MOST_40_BITS = 2 ** 40 - 1;
/** Fits the 52 bits in which it keeps a balance. */
const MOST_BALANCE = 2 ** 52 - 1;
const MOST_16_BITS = 2 ** 16 - 1;
const A_DAY_SECONDS = 86_400;

/** What the contracts take of a market's figures; the model takes the same. SPEC 2. */
export const MARKET_BOUNDS = {
  frameSeconds: { least: 2, most: A_DAY_SECONDS, unit: "s" },
  auctionSeconds: { least: 1, most: A_DAY_SECONDS, unit: "s" },
  leadFrames: { least: 1, most: 95, unit: "frames" },
  alpha: { least: 0, most: MOST_16_BITS, unit: "" },
  beta: { least: 0, most: MOST_16_BITS, unit: "" },
  icebergThresholdWh: { least: 0, most: MOST_PEAK_WH, unit: "Wh" },
  icebergPeakWh: { least: 1, most: MOST_PEAK_WH, unit: "Wh" },
  minEnergyWh: { least: 1, most: MOST_24_BITS, unit: "Wh" },
  maxWaitFrames: { least: 0, most: MOST_16_BITS, unit: "frames" },
  capacityW: { least: 0, most: MOST_LOAD_W, unit: "W" },
  lossAllowanceW: { least: 0, most: MOST_LOAD_W, unit: "W" },
  tickSize: { least: 1, most: MOST_16_BITS, unit: "money units per kWh" },
  bondPrice: { least: 0, most: MOST_40_BITS, unit: "money units per kWh" },
  wheelingCap: { least: 0, most: MOST_40_BITS, unit: "money units per kWh" },
  importCap: { least: 0, most: MOST_40_BITS, unit: "money units per kWh" },
  cancelPrice: { least: 0, most: MOST_40_BITS, unit: "money units per kWh" },
  keeperReward: { least: 0, most: MOST_BALANCE, unit: "money units" },
  maxHorizon: { least: 1, most: 48, unit: "frames" },
  chargeEfficiencyBps: { least: 1, most: 20_000, unit: "1/10 000" },
  dischargeEfficiencyBps: { least: 1, most: 20_000, unit: "1/10 000" },
  overBps: { least: 0, most: 10_000, unit: "1/10 000" },
  initialCredit: { least: 0, most: 10_000, unit: "1/100 point" },
  creditPriorWh: { least: 0, most: 2 ** 26 - 1, unit: "Wh" },
  minCredit: { least: 0, most: 10_000, unit: "1/100 point" },
  pileCap: { least: 1, most: 1_024, unit: "piles" },
} as const satisfies Partial<Record<keyof DeploymentParameters, Bound>>;

/** What a pile's rated power may be, W, beside moving 1 Wh a frame. */
export const RATED_BOUND: Bound = { least: 1, most: MOST_24_BITS, unit: "W" };

/** Most piles of a market with meters, and most piles times frames of the horizon in one with rounds. */
export const MOST_METERED_PILES = 512;
export const MOST_ROUND_SIZE = 24_576;

/** What a bound takes, in words. */
export function boundWords({ least, most, unit }: Bound): string {
  return `a whole number${unit === "" ? "" : ` of ${unit}`}, ${least} to ${most}`;
}

/** Whether a figure keeps to a bound. */
export function isWithin(value: number | bigint, { least, most }: Bound): boolean {
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  return whole && value >= least && value <= most;
}

/** The first of a market's figures that no contract takes, in words; undefined where all can be. */
export function marketProblem(market: Partial<DeploymentParameters>): string | undefined {
  for (const [name, bound] of Object.entries(MARKET_BOUNDS)) {
    const value = market[name as keyof typeof MARKET_BOUNDS];
    if (value !== undefined && !isWithin(value, bound)) return `${name} is ${value}; expected ${boundWords(bound)}`;
  }
  const { lossAllowanceW = 0n, capacityW } = market;
  if (capacityW !== undefined && lossAllowanceW > capacityW) {
    return `lossAllowanceW is ${lossAllowanceW}; expected at most the capacity, ${capacityW} W`;
  }
  return safetyProblem(market);
}

/** Figures by which nobody could begin, or somebody would trade at the cost of others, in words. SPEC 2. */
function safetyProblem(market: Partial<DeploymentParameters>): string | undefined {
  const { minCredit = 0n, initialCredit, ranking, readingSeconds, breach, bondPrice, importCap } = market;
  if (initialCredit !== undefined && minCredit > initialCredit) {
    return `minCredit is ${minCredit}; expected at most initialCredit, ${initialCredit}: else nobody can begin`;
  }
  if (ranking === "credit" && readingSeconds === 0) {
    return "ranking is credit; expected readingSeconds above 0: without meters two piles raise each other";
  }
  if (bondPrice === undefined || importCap === undefined || breach !== "defaulter" || !readingSeconds) return undefined;
  if (bondPrice >= importCap) return undefined;
  return `bondPrice is ${bondPrice}; expected at least importCap, ${importCap}, where a defaulter pays: bonds cover any breach`;
}

/** What is wrong with a pile's rated power, in words; undefined where nothing is. */
export function ratedProblem(ratedW: bigint, frameSeconds: number): string | undefined {
  const moves = ratedW * BigInt(frameSeconds) >= 3_600n;
  if (isWithin(ratedW, RATED_BOUND) && moves) return undefined;
  const enough = moves ? "" : `, enough to move 1 Wh in a frame of ${frameSeconds} s`;
  return `rated power is ${ratedW} W; expected ${boundWords(RATED_BOUND)}${enough}`;
}
