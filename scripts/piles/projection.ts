import type { BookLine, PublicView } from "./agent";

/** Effect of the next frame's clearing on the book as it stands. */
export interface Projection {
  /** Wh traded between piles, by pile, bought or sold. */
  matchedWh: Map<string, number>;
  /** Wh filled from the grid, by pile. */
  gridWh: Map<string, number>;
  /** Wh filled from the grid in all. */
  totalGridWh: number;
}

/**
 * Projects a book into the next frame by the public rules [T 4.14, Tables 4-A, 4-B]. Anyone can work it
 * out; an agent does so to know how much its order would add to the load.
 *
 * @param lines The live orders; each takes part if its frames allow.
 */
export function projectClearing(view: PublicView, lines: readonly BookLine[]): Projection {
  const frame = view.frame + 1;
  const taking = lines.filter(({ firstFrame, expiryFrame }) => firstFrame <= frame && frame <= expiryFrame);
  const bids = inPriority(view, taking, "charge");
  const asks = inPriority(view, taking, "discharge");

  const left = new Map(taking.map((line) => [line, displayedWh(line)]));
  const matchedWh = new Map<string, number>();
  const add = (map: Map<string, number>, pile: string, wh: number) => map.set(pile, (map.get(pile) ?? 0) + wh);
  for (const bid of bids) {
    for (const ask of asks) {
      const energyWh = bid.price < ask.price ? 0 : Math.min(left.get(bid)!, left.get(ask)!);
      if (energyWh === 0) continue;
      left.set(bid, left.get(bid)! - energyWh);
      left.set(ask, left.get(ask)! - energyWh);
      add(matchedWh, bid.pile, energyWh);
      add(matchedWh, ask.pile, energyWh);
    }
  }

  const gridWh = new Map<string, number>();
  const published = view.published(frame);
  let roomWh = 0;
  if (published !== undefined) {
    const roomW = Math.max(0, view.market.usableCapacityW - published.baseLoadW);
    roomWh = Math.floor((roomW * view.market.frameSeconds) / 3600);
  }
  let totalGridWh = 0;
  for (const bid of bids) {
    const waits = bid.iceberg && frame - bid.firstFrame < view.market.maxWaitFrames && frame < bid.expiryFrame;
    if (waits || bid.price < (published?.importPricePerKwh ?? Infinity)) continue;
    const energyWh = Math.min(left.get(bid)!, roomWh - totalGridWh);
    if (energyWh === 0) continue;
    add(gridWh, bid.pile, energyWh);
    totalGridWh += energyWh;
  }
  return { matchedWh, gridWh, totalGridWh };
}

/** Energy that a line shows in a frame, Wh [T 4.13]. */
export function displayedWh(line: BookLine): number {
  return Math.min(line.peakWh, line.remainingWh);
}

/** One side of the book by f = priceWeight * Rank(price) + timeWeight * Rank(time) [T 4.14]. */
function inPriority(view: PublicView, lines: readonly BookLine[], side: BookLine["side"]): BookLine[] {
  const own = lines.filter((line) => line.side === side);
  const sign = side === "charge" ? -1 : 1;
  const priceRank = denseRank(own.map(({ price }) => sign * price));
  const timeRank = denseRank(own.map(({ firstFrame }) => firstFrame));
  const priority = ({ price, firstFrame }: BookLine) =>
    view.market.priceWeight * priceRank.get(sign * price)! + view.market.timeWeight * timeRank.get(firstFrame)!;
  return own.sort((a, b) => priority(a) - priority(b) || a.sequence - b.sequence);
}

function denseRank(values: readonly number[]): Map<number, number> {
  return new Map([...new Set(values)].sort((a, b) => a - b).map((value, index) => [value, index + 1]));
}
