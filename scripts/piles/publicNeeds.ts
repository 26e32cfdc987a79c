import type { FrameOutcome } from "../core/types";
import type { BookLine, PublicNeed } from "./agent";

/** A charging order as the chain logs it when it is placed. */
export interface LoggedOrder {
  pile: string;
  pileFrameWh: number;
  energyWh: number;
  expiryFrame: number;
}

/**
 * Needs of the piles, read from the market's public log: the orders placed and the fills since.
 *
 * A pile's first order announces what it needs and until when. A smaller order placed later, while that announcement is
 * still open, is a slice of it: so a pile that is given its energy slice by slice stays known between two orders.
 */
export class PublicNeeds {
  private readonly open = new Map<
    string,
    { pileFrameWh: number; announcedWh: number; energyWh: number; lastFrame: number }
  >();

  /** A charging order was placed in frame `now`. */
  placed(order: LoggedOrder, now: number): void {
    const known = this.open.get(order.pile);
    if (known !== undefined && known.lastFrame > now && order.energyWh <= known.energyWh) return;
    const { pile, pileFrameWh, energyWh, expiryFrame } = order;
    this.open.set(pile, { pileFrameWh, announcedWh: energyWh, energyWh, lastFrame: expiryFrame });
  }

  /** A charging order was cancelled and not replaced. */
  cancelled(pile: string): void {
    this.open.delete(pile);
  }

  /** A frame was cleared. */
  cleared(outcome: FrameOutcome): void {
    for (const { buy, energyWh } of outcome.trades) this.given(buy, Number(energyWh));
    for (const { pile, energyWh } of outcome.grid) this.given(pile, Number(energyWh));
    for (const [pile, { lastFrame }] of this.open) if (lastFrame <= outcome.frame) this.open.delete(pile);
  }

  /** The needs that are open, each with its live order. */
  list(book: readonly BookLine[]): PublicNeed[] {
    const orders = new Map(book.filter(({ side }) => side === "charge").map((line) => [line.pile, line]));
    return [...this.open].map(([pile, need]) => ({ pile, ...need, order: orders.get(pile) }));
  }

  private given(pile: string, energyWh: number): void {
    const need = this.open.get(pile);
    if (need === undefined) return;
    need.energyWh -= energyWh;
    if (need.energyWh <= 0) this.open.delete(pile);
  }
}
