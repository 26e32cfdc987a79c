import type { NamedMatching } from "../../core/matching";
import { mcafee } from "./mcafee";
import { meritOrder } from "./meritOrder";
import type { Auction } from "./offers";
import { payAsBid } from "./payAsBid";
import { midMarketRate, supplyDemandRatio } from "./proportional";
import { uniform } from "./uniform";
import { vickrey } from "./vickrey";

/** The rules under which piles trade with piles first and the grid fills what is left, beside AdBEV's own. SPEC 3. */
export const AUCTIONS: Readonly<Record<Exclude<NamedMatching, "adbev" | "credit" | "congestion">, Auction>> = {
  uniform,
  payAsBid,
  mcafee,
  vickrey,
  meritOrder,
  midMarketRate,
  supplyDemandRatio,
  // Nobody trades with anybody.
  gridOnly: () => [],
};
