import type { Trade } from "../../core/types";
import { allAt, type Auction, efficient, type Extent, facing, type Offer } from "./offers";

/**
 * All of the efficient match at the mean of the first bid and the first ask beyond it, if that lies between its last ask and its
 * last bid; else its last orders step out, buyers pay the last bid and sellers get the last ask. SPEC 3, [McAfee 1992].
 */
export const mcafee: Auction = (bids, asks) => reduced(bids, asks, efficient(bids, asks));

/** {@link mcafee} of a match that is known. */
export function reduced(bids: readonly Offer[], asks: readonly Offer[], match: Extent): Trade[] {
  if (match.pairings.length === 0) return [];
  const last = match.pairings.at(-1)!;
  const beyond = { bid: bids[match.bids], ask: asks[match.asks] };
  if (beyond.bid !== undefined && beyond.ask !== undefined) {
    const price = (beyond.bid.price + beyond.ask.price) / 2n;
    if (price >= last.ask.price && price <= last.bid.price) return allAt(match.pairings, { price });
  }
  const premium = last.bid.price - last.ask.price;
  const prices = { price: last.ask.price, ...(premium === 0n ? {} : { premium }) };
  return allAt(facing(bids.slice(0, match.bids - 1), asks.slice(0, match.asks - 1)), prices);
}
