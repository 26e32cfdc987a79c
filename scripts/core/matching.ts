/** The rules by which a frame's orders can be matched. SPEC 3. */
export const MATCHINGS = [
  "adbev",
  "credit",
  "uniform",
  "payAsBid",
  "mcafee",
  "vickrey",
  "meritOrder",
  "midMarketRate",
  "supplyDemandRatio",
  "gridOnly",
  "congestion",
] as const;

/** A rule that a market can be deployed with by its name. */
export type NamedMatching = (typeof MATCHINGS)[number];

/** A rule by which a frame's orders can be matched; `own` is a mechanism that nothing but its contract knows. */
export type Matching = NamedMatching | "own";

/** @throws RangeError where only the contract knows the rule: nothing off the chain can tell what it decides. */
export function requireNamed(matching: Matching): NamedMatching {
  if (matching !== "own") return matching;
  throw new RangeError("the market's mechanism is one of its own: only its contract knows the rule");
}
