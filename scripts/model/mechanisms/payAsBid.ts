import { type Auction, efficient } from "./offers";

/** Each pair of the efficient match between its own limits: `ask + theta (bid - ask)`. SPEC 3. */
export const payAsBid: Auction = (bids, asks, { thetaBps }) =>
  efficient(bids, asks).pairings.map(({ bid, ask, energyWh }) => ({
    sell: ask.pile,
    buy: bid.pile,
    price: ask.price + (thetaBps * (bid.price - ask.price)) / 10_000n,
    energyWh,
  }));
