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
] as const;

/** A rule by which a frame's orders can be matched. */
export type Matching = (typeof MATCHINGS)[number];
