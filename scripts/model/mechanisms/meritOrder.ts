import type { Trade } from "../../core/types";
import { type Auction, least } from "./offers";

/** Bids in order of their time, each from the cheapest ask that is left, at what that ask asks. SPEC 3. */
export const meritOrder: Auction = (bids, asks) => {
  const left = asks.map((ask) => ({ ...ask }));
  const trades: Trade[] = [];
  for (const bid of bids) {
    let wantedWh = bid.energyWh;
    for (const ask of left) {
      const energyWh = ask.price <= bid.price ? least(wantedWh, ask.energyWh) : 0n;
      if (energyWh === 0n) continue;
      trades.push({ sell: ask.pile, buy: bid.pile, price: ask.price, energyWh });
      ask.energyWh -= energyWh;
      wantedWh -= energyWh;
    }
  }
  return trades;
};
