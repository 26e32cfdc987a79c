import { amountDown } from "../money";
import { allAt, type Auction, efficient, least, most } from "./offers";
import { reduced } from "./mcafee";

/**
 * All of the efficient match: buyers pay the last ask filled or the first bid beyond, whichever is more, sellers get the
 * last bid filled or the first ask beyond, whichever is less. The operator's fund pays the difference, and where it does
 * not reach, the rule is McAfee's. SPEC 3.
 */
export const vickrey: Auction = (bids, asks, { fund }) => {
  const match = efficient(bids, asks);
  if (match.pairings.length === 0) return [];
  const { bid, ask } = match.pairings.at(-1)!;
  const price = most(ask.price, bids[match.bids]?.price ?? 0n);
  const subsidy = least(bid.price, asks[match.asks]?.price ?? bid.price) - price;
  const deficit = match.pairings.reduce((sum, { energyWh }) => sum + amountDown(subsidy, energyWh), 0n);
  if (deficit > fund) return reduced(bids, asks, match);
  return allAt(match.pairings, { price, ...(subsidy === 0n ? {} : { subsidy }) });
};
