import type { Trade } from "../../core/types";

/** An order as an auction sees it. */
export interface Offer {
  pile: string;
  /** Limit, money units per kWh. */
  price: bigint;
  /** Energy that it displays, Wh; above 0. */
  energyWh: bigint;
}

/** Inputs of an auction beside the orders. */
export interface AuctionTerms {
  /** Where between two prices a trade's price lies, 1/10 000 from the lower one. */
  thetaBps: bigint;
  /** Matching fund, out of which sellers get more than buyers pay, money units. */
  fund: bigint;
}

/**
 * A rule: who trades with whom at what price, of orders in priority order.
 *
 * @returns In the order in which the trades are made.
 */
export type Auction = (bids: readonly Offer[], asks: readonly Offer[], terms: AuctionTerms) => Trade[];

/** Energy that one bid and one ask exchange, Wh. */
export interface Pairing<T extends Offer = Offer> {
  bid: T;
  ask: T;
  energyWh: bigint;
}

interface Span<T> {
  offer: T;
  from: bigint;
  to: bigint;
}

/** Lays offers end to end along an axis of energy. */
function spans<T extends Offer>(offers: readonly T[]): Span<T>[] {
  let end = 0n;
  return offers.map((offer) => ({ offer, from: end, to: (end += offer.energyWh) }));
}

/** Lays both sides along one axis of energy and tells who faces whom, in order. */
export function facing<T extends Offer>(bids: readonly T[], asks: readonly T[]): Pairing<T>[] {
  const opposite = spans(asks);
  return spans(bids).flatMap((bid) =>
    opposite.flatMap((ask) => {
      const from = bid.from > ask.from ? bid.from : ask.from;
      const to = bid.to < ask.to ? bid.to : ask.to;
      return from < to ? [{ bid: bid.offer, ask: ask.offer, energyWh: to - from }] : [];
    }),
  );
}

/** How far an efficient match goes. */
export interface Extent {
  pairings: Pairing[];
  /** How many bids it fills, the last of them perhaps in part, and how many asks. */
  bids: number;
  asks: number;
  /** The first bid and the first ask that it does not wholly fill. */
  firstBidLeft: Offer | undefined;
  firstAskLeft: Offer | undefined;
}

/**
 * The match that moves the most that is worth moving: dearest bid with cheapest ask, order by order, while they cross.
 *
 * @param bids Prices falling.
 * @param asks Prices rising.
 */
export function efficient(bids: readonly Offer[], asks: readonly Offer[]): Extent {
  const all = facing(bids, asks);
  const end = all.findIndex(({ bid, ask }) => bid.price < ask.price);
  const pairings = end < 0 ? all : all.slice(0, end);
  const filled = new Map<Offer, bigint>();
  for (const { bid, ask, energyWh } of pairings) {
    for (const offer of [bid, ask]) filled.set(offer, (filled.get(offer) ?? 0n) + energyWh);
  }
  const isLeft = (offer: Offer): boolean => (filled.get(offer) ?? 0n) < offer.energyWh;
  return {
    pairings,
    bids: bids.filter((bid) => filled.has(bid)).length,
    asks: asks.filter((ask) => filled.has(ask)).length,
    firstBidLeft: bids.find(isLeft),
    firstAskLeft: asks.find(isLeft),
  };
}

/** Trades of pairings that all have the same price. */
export function allAt(pairings: readonly Pairing[], prices: Pick<Trade, "price" | "premium" | "subsidy">): Trade[] {
  return pairings.map(({ bid, ask, energyWh }) => ({ sell: ask.pile, buy: bid.pile, energyWh, ...prices }));
}

export function least(...values: bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a));
}

export function most(...values: bigint[]): bigint {
  return values.reduce((a, b) => (b > a ? b : a));
}
