import type { Side } from "../../core/types";
import { MarketRefusal } from "../refusal";
import { type FlexibleOrder, type FrozenBook, servableWh, tranche } from "./frozenBook";

/** Rest of the energy that each flexible order can be served, as frames go by, Wh. */
export type LeftWh = Map<FlexibleOrder, bigint>;

/** An order's part of a frame's total. */
export interface Allotted {
  order: FlexibleOrder;
  /** Above 0, Wh. */
  energyWh: bigint;
}

/** S of every order: what it can be served at all, as the match left it. */
export function leftAtMatch(book: FrozenBook): LeftWh {
  return new Map([...book.bids, ...book.asks].map((order) => [order, servableWh(book, order)]));
}

/** One side of a book in the order in which totals are shared out: earliest last frame first, then priority. SPEC 4. */
export function inAllotmentOrder(orders: readonly FlexibleOrder[]): FlexibleOrder[] {
  // Sorting keeps the order of priority among equals.
  return [...orders].sort((a, b) => a.expiryFrame - b.expiryFrame);
}

/** Shares out the totals of a plan's frames by last frame, side by side. SPEC 4. */
export class Allotment {
  private readonly bids: FlexibleOrder[];
  private readonly asks: FlexibleOrder[];

  constructor(private readonly book: FrozenBook) {
    this.bids = inAllotmentOrder(book.bids);
    this.asks = inAllotmentOrder(book.asks);
  }

  /**
   * Shares out one frame's total.
   *
   * @param leftWh The rest of each order; allotted energy is taken off.
   * @throws MarketRefusal PlanNotAllottable where the orders cannot take it all.
   */
  allot(offset: number, side: Side, totalWh: bigint, leftWh: LeftWh): Allotted[] {
    const allotted: Allotted[] = [];
    let openWh = totalWh;
    for (const order of side === "charge" ? this.bids : this.asks) {
      if (openWh === 0n) break;
      if (!mayMove(this.book, order, offset)) continue;
      const left = leftWh.get(order)!;
      const most = tranche(order, offset, left);
      const energyWh = most < openWh ? most : openWh;
      if (energyWh === 0n) continue;
      allotted.push({ order, energyWh });
      leftWh.set(order, left - energyWh);
      openWh -= energyWh;
    }
    if (openWh > 0n) {
      throw new MarketRefusal("PlanNotAllottable", { offset, side, totalWh, allottedWh: totalWh - openWh });
    }
    return allotted;
  }
}

/** Whether an order may trade with the grid in a frame: published, not beyond its last one, and within its limit. */
export function mayMove(book: FrozenBook, order: FlexibleOrder, offset: number): boolean {
  const publication = book.publications[offset];
  if (publication === undefined || book.frame + offset > order.expiryFrame) return false;
  return order.side === "charge"
    ? order.price >= publication.importPricePerKwh
    : order.price <= publication.exportPricePerKwh;
}
