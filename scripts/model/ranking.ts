import type { MarketParameters, Order, Side } from "../core/types";
import { creditScore, NO_ATTRIBUTES, type PileAttributes } from "./creditRanking";

/** An order with its owner. */
export interface Placed {
  pile: string;
  order: Order;
  /** Standing of the owner in a market that ranks by credit. */
  standing?: { creditHundredths: bigint; attributes: Readonly<PileAttributes> };
}

/** One line of the book of a frame, as the clearing sees it. */
export interface BookEntry {
  pile: string;
  side: Side;
  /** Limit price, money units per kWh. */
  price: bigint;
  /** Energy that may trade in this frame, Wh [T 4.13]. */
  displayedWh: bigint;
  /** Energy that follows in later tranches, Wh. */
  hiddenWh: bigint;
  /** w = t - firstFrame. */
  waitedFrames: number;
  /** Dense rank of the price on its side, 1 = best for the other side. */
  priceRank: number;
  /** Dense rank of the waiting time on its side, 1 = longest. */
  timeRank: number;
  /**
   * f = priceWeight * Rank(price) + timeWeight * Rank(time); the lowest comes first [T 4.14]. In a market that ranks by credit the
   * weighted sum of [D Table 1], in tenths; the highest comes first.
   */
  priority: number;
}

/** A {@link BookEntry} with the order behind it. */
export interface Ranked extends BookEntry {
  order: Order;
}

/** The line of the book by itself. */
export function asBookEntry(ranked: Ranked): BookEntry {
  const { pile, side, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, priority } = ranked;
  return { pile, side, price, displayedWh, hiddenWh, waitedFrames, priceRank, timeRank, priority };
}

/**
 * Energy that an order shows in a frame: its peak at most, which is all of an order that fits in one, Wh.
 * SPEC 2, [T 4.13].
 */
export function displayedWh(order: Order): bigint {
  return order.peakWh < order.remainingWh ? order.peakWh : order.remainingWh;
}

/** 1 for the least of `values`, 2 for the next different one, and so on: equal values share a rank, none is left out. */
function denseRanks<T extends bigint | number>(values: readonly T[]): Map<T, number> {
  const ascending = [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(ascending.map((value, index) => [value, index + 1]));
}

/** Smaller is better: the highest bid and the lowest ask have rank 1. */
function badness(order: Order): bigint {
  return order.side === "charge" ? -order.price : order.price;
}

/** Of an auction's orders: the price comes before every wait, which is 96 frames at most. */
const PRICE_FIRST = { priceWeight: 128, timeWeight: 1 } as const;
const TIME_ONLY = { priceWeight: 0, timeWeight: 1 } as const;

/** The weights by which a side's orders rank: AdBEV's are the market's own, an auction's are its rule's. SPEC 3. */
function weightsOf(
  { matching, priceWeight, timeWeight }: Pick<MarketParameters, "priceWeight" | "timeWeight" | "matching">,
  side: Side | undefined,
): { priceWeight: number; timeWeight: number } {
  if (matching === "adbev" || matching === "credit") return { priceWeight, timeWeight };
  return matching === "meritOrder" && side === "charge" ? TIME_ONLY : PRICE_FIRST;
}

/**
 * One side of frame `frame`'s book, in priority order [T 4.14]: f ascending, ties by the sequence of placement. SPEC 3.1.
 * Ranked by credit, the score of [D Table 1] descending. SPEC 6.
 *
 * @param orders The orders of one side that take part in the frame.
 */
export function rankSide(
  market: Pick<MarketParameters, "priceWeight" | "timeWeight" | "matching" | "icebergThresholdWh">,
  frame: number,
  orders: readonly Placed[],
): Ranked[] {
  const priceRanks = denseRanks(orders.map(({ order }) => badness(order)));
  // An earlier first frame is a longer wait.
  const timeRanks = denseRanks(orders.map(({ order }) => order.firstFrame));
  const byCredit = market.matching === "credit";
  const { priceWeight, timeWeight } = weightsOf(market, orders[0]?.order.side);
  return orders
    .map(({ pile, order, standing }): Ranked => {
      const priceRank = priceRanks.get(badness(order))!;
      const timeRank = timeRanks.get(order.firstFrame)!;
      const shown = displayedWh(order);
      return {
        pile,
        order,
        side: order.side,
        price: order.price,
        displayedWh: shown,
        hiddenWh: order.remainingWh - shown,
        waitedFrames: frame - order.firstFrame,
        priceRank,
        timeRank,
        priority: byCredit
          ? creditScore(market, standing?.attributes ?? NO_ATTRIBUTES, {
              creditHundredths: standing?.creditHundredths ?? 0n,
              ...{ priceRank, prices: priceRanks.size, remainingWh: order.remainingWh },
            })
          : priceWeight * priceRank + timeWeight * timeRank,
      };
    })
    .sort((a, b) => (a.priority - b.priority) * (byCredit ? -1 : 1) || (a.order.sequence < b.order.sequence ? -1 : 1));
}
