import {
  type Bound,
  type DeploymentParameters,
  type FigureName,
  MOST_24_BITS,
  PARAMETER_NAMES,
  PARAMETERS,
} from "./parameterTable";

export type { Bound } from "./parameterTable";

/** Bounds of a market's figures by name: the contracts take what lies within them, the model takes the same. SPEC 2. */
export const MARKET_BOUNDS = Object.fromEntries(
  PARAMETER_NAMES.filter((name) => PARAMETERS[name].kind === "figure").map((name) => [name, PARAMETERS[name]]),
) as unknown as Readonly<Record<FigureName, Bound>>;

/** Bounds of a pile's rated power, W, beside moving 1 Wh a frame. */
export const RATED_BOUND: Bound = { least: 1, most: MOST_24_BITS, unit: "W" };

/** Most piles of a market with meters, and most piles times frames of the horizon in one with rounds. */
export const MOST_METERED_PILES = 512;
export const MOST_ROUND_SIZE = 24_576;

/** Values that a bound accepts, in words. */
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
    const value = market[name as FigureName];
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
  const { minCredit = 0n, initialCredit, matching, readingSeconds, breach, bondPricePerKwh, importCapPerKwh } = market;
  if (initialCredit !== undefined && minCredit > initialCredit) {
    return `minCredit is ${minCredit}; expected at most initialCredit, ${initialCredit}: else nobody can begin`;
  }
  if (matching === "credit" && readingSeconds === 0) {
    return "matching is credit; expected readingSeconds above 0: without meters two piles raise each other";
  }
  if (bondPricePerKwh === undefined || importCapPerKwh === undefined || breach !== "defaulter" || !readingSeconds)
    return undefined;
  if (bondPricePerKwh >= importCapPerKwh) return undefined;
  return `bondPricePerKwh is ${bondPricePerKwh}; expected at least importCapPerKwh, ${importCapPerKwh}, where a defaulter pays: bonds cover any breach`;
}

/** Fault of a pile's rated power, in words; undefined where there is none. */
export function ratedProblem(ratedW: bigint, frameSeconds: number): string | undefined {
  const moves = ratedW * BigInt(frameSeconds) >= 3_600n;
  if (isWithin(ratedW, RATED_BOUND) && moves) return undefined;
  const enough = moves ? "" : `, enough to move 1 Wh in a frame of ${frameSeconds} s`;
  return `rated power is ${ratedW} W; expected ${boundWords(RATED_BOUND)}${enough}`;
}
