import { allAt, type Auction, efficient, facing, least, type Offer } from "./offers";

/** Parts of the price of all trades. */
interface Margins {
  /** The lowest bid that takes part, money units per kWh. */
  bid: bigint;
  /** The highest ask that takes part, at most that. */
  ask: bigint;
  supplyWh: bigint;
  demandWh: bigint;
}

/** All trade at the mean of the lowest bid and the highest ask. SPEC 3. */
export const midMarketRate: Auction = (bids, asks) => proportional(bids, asks, ({ bid, ask }) => (bid + ask) / 2n);

/** All trade at the highest ask where supply reaches; the shorter it is, the nearer to the lowest bid. SPEC 3. */
export const supplyDemandRatio: Auction = (bids, asks) =>
  proportional(bids, asks, ({ bid, ask, supplyWh, demandWh }) =>
    supplyWh >= demandWh ? ask : (bid * ask * demandWh) / ((bid - ask) * supplyWh + ask * demandWh),
  );

/** Trades of what is left when the extremes are dropped; the long side shares in proportion. */
function proportional(
  bids: readonly Offer[],
  asks: readonly Offer[],
  priceOf: (margins: Margins) => bigint,
): ReturnType<Auction> {
  const match = efficient(bids, asks);
  if (match.pairings.length === 0) return [];
  const [kept, offered] = [[...bids], [...asks]];
  while (kept.at(-1)!.price < offered.at(-1)!.price) {
    const [bidsBeyond, asksBeyond] = [kept.length > match.bids, offered.length > match.asks];
    if (bidsBeyond) kept.pop();
    if (asksBeyond) offered.pop();
  }
  const [demandWh, supplyWh] = [energyOf(kept), energyOf(offered)];
  const price = priceOf({ bid: kept.at(-1)!.price, ask: offered.at(-1)!.price, supplyWh, demandWh });
  const energyWh = least(demandWh, supplyWh);
  return allAt(facing(shared(kept, energyWh), shared(offered, energyWh)), { price });
}

/** Offers cut in proportion so that they come to `totalWh`; what rounding leaves goes by priority. */
function shared(offers: readonly Offer[], totalWh: bigint): Offer[] {
  const wholeWh = energyOf(offers);
  const cut = offers.map((offer) => ({ ...offer, energyWh: (offer.energyWh * totalWh) / wholeWh }));
  let restWh = totalWh - energyOf(cut);
  cut.forEach((offer, i) => {
    const moreWh = least(restWh, offers[i]!.energyWh - offer.energyWh);
    offer.energyWh += moreWh;
    restWh -= moreWh;
  });
  return cut;
}

function energyOf(offers: readonly Offer[]): bigint {
  return offers.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}
