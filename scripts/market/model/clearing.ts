import type { GridFill, MarketParameters, Publication, Trade } from "../types";
import { chargingRoomWh } from "./load";
import type { Ranked } from "./ranking";

/** What a clearing decided, before it is booked. */
export interface Decision {
  /** In the order in which they were made. */
  trades: Trade[];
  /** In the order in which they were made. */
  grid: GridFill[];
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/**
 * Steps 2 to 4 of the frame clearing [T Tables 4-A, 4-B], SPEC 3: matches what crosses, then fills from the main grid
 * what may not wait. Decides only; booking it is the caller's.
 *
 * @param bids In priority order.
 * @param asks In priority order.
 * @param publication Base load and tariffs of the frame; undefined if they were not published: then the grid fills
 * nothing.
 */
export function decide(
  market: MarketParameters,
  frame: number,
  bids: readonly Ranked[],
  asks: readonly Ranked[],
  publication: Publication | undefined,
): Decision {
  const leftWh = new Map<Ranked, bigint>([...bids, ...asks].map((entry) => [entry, entry.displayedWh]));
  const take = (entry: Ranked, energyWh: bigint) => leftWh.set(entry, leftWh.get(entry)! - energyWh);

  const trades: Trade[] = [];
  for (const bid of bids) {
    for (const ask of asks) {
      if (bid.price < ask.price) continue;
      const energyWh = min(leftWh.get(bid)!, leftWh.get(ask)!);
      if (energyWh === 0n) continue;
      // Midpoint, rounded down: the average mechanism of [S 5.2.2]; [T] names no price rule.
      trades.push({ sell: ask.pile, buy: bid.pile, price: (bid.price + ask.price) / 2n, energyWh });
      take(bid, energyWh);
      take(ask, energyWh);
    }
  }

  const grid: GridFill[] = [];
  if (publication !== undefined) {
    let roomWh = chargingRoomWh(market, publication.baseLoadW);
    for (const bid of bids) {
      if (!mayBeFilledFromGrid(market, frame, bid) || bid.price < publication.importPrice) continue;
      const energyWh = min(leftWh.get(bid)!, roomWh);
      if (energyWh === 0n) continue;
      grid.push({ pile: bid.pile, side: "charge", price: publication.importPrice, energyWh });
      take(bid, energyWh);
      roomWh -= energyWh;
    }
  }
  // Surplus: unmatched asks simply stay, with their waiting time (passive iceberg execution [T Table 4-B]).
  return { trades, grid };
}

/**
 * Shortage, aggressive iceberg execution [T Table 4-B]: a normal bid is filled at once, an iceberg's tranche only after
 * WT_max frames of waiting or in its last frame. SPEC 3.3.
 */
function mayBeFilledFromGrid(market: MarketParameters, frame: number, bid: Ranked): boolean {
  if (!bid.order.iceberg) return true;
  return bid.waitedFrames >= market.maxWaitFrames || frame === bid.order.expiryFrame;
}
