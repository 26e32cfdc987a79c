import { allAt, type Auction, efficient, least, most } from "./offers";

/**
 * One price for all, from the least at which nobody is left out to the most: `lo + theta (hi - lo)`, where lo is the last
 * ask filled or the first bid not wholly filled, whichever is more, and hi the last bid filled or the first ask not wholly
 * filled, whichever is less. SPEC 3.
 */
export const uniform: Auction = (bids, asks, { thetaBps }) => {
  const match = efficient(bids, asks);
  if (match.pairings.length === 0) return [];
  const { bid, ask } = match.pairings.at(-1)!;
  const low = most(ask.price, match.firstBidLeft?.price ?? 0n);
  const high = least(bid.price, match.firstAskLeft?.price ?? bid.price);
  return allAt(match.pairings, { price: low + (thetaBps * (high - low)) / 10_000n });
};
