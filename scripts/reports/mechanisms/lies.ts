import type { Side } from "../../core/types";
import { type AuctionBook, type Setting, tradesOn } from "./auctionBook";

/** Outcome of the best lies of a side's orders, each by itself while all others tell the truth. */
export interface Lies {
  orders: number;
  /** Orders that some lie makes better off. */
  gain: number;
  /** Gain of the best lies of all of them, money units per kWh times Wh. */
  gained: bigint;
  /** Energy that the side trades where all tell the truth, Wh. */
  tradedWh: bigint;
}

/** Prices that are tried in place of an order's own, evenly from the lowest limit of the book to the highest. */
const STEPS = 20;

/** Nobody who lies. */
export function noLies(): Record<Side, Lies> {
  const none = { orders: 0, gain: 0, gained: 0n, tradedWh: 0n };
  return { charge: { ...none }, discharge: { ...none } };
}

/** Adds what the orders of a book gain by their best lies. */
export function addLies(lies: Record<Side, Lies>, setting: Setting, book: AuctionBook): void {
  const prices = book.orders.map(({ order }) => order.price);
  if (prices.length === 0) return;
  const lowest = prices.reduce((a, b) => (a < b ? a : b));
  const highest = prices.reduce((a, b) => (a > b ? a : b));
  const step = (highest - lowest) / BigInt(STEPS);
  for (const { pile, order } of book.orders) {
    const of = lies[order.side];
    const honest = surplusOf(setting, book, pile, order.price);
    let best = honest.surplus;
    for (let i = 0n; i <= BigInt(STEPS); i++) {
      const named = renamed(book, pile, lowest + i * step);
      const { surplus } = surplusOf(setting, named, pile, order.price);
      if (surplus > best) best = surplus;
    }
    of.orders++;
    of.tradedWh += honest.tradedWh;
    of.gained += best - honest.surplus;
    if (best > honest.surplus) of.gain++;
  }
}

/** The book with another limit for one pile's order; no price below one. */
function renamed({ frame, orders }: AuctionBook, liar: string, price: bigint): AuctionBook {
  const said = price < 1n ? 1n : price;
  return {
    frame,
    orders: orders.map((one) => (one.pile === liar ? { ...one, order: { ...one.order, price: said } } : one)),
  };
}

/** Gain of a pile whose energy is worth `worth` to it by the trades of a frame, money units per kWh times Wh. */
function surplusOf(
  setting: Setting,
  book: AuctionBook,
  pile: string,
  worth: bigint,
): { surplus: bigint; tradedWh: bigint } {
  let surplus = 0n;
  let tradedWh = 0n;
  for (const { sell, buy, price, premium = 0n, subsidy = 0n, energyWh } of tradesOn(setting, book)) {
    if (buy === pile) surplus += (worth - price - premium) * energyWh;
    else if (sell === pile) surplus += (price + subsidy - worth) * energyWh;
    else continue;
    tradedWh += energyWh;
  }
  return { surplus, tradedWh };
}
