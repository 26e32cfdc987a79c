import type { GridFill, Trade } from "../../core/types";
import type { GridSupply } from "../gridSupply";
import { least, most, type Offer } from "./offers";

/** A bid, and whether the grid may fill it in this frame. SPEC 3, step 3. */
export interface DrawingOffer extends Offer {
  mayDraw: boolean;
}

/** Fills of a frame in which the grid is a supplier like any other. */
export interface JointMatch {
  trades: Trade[];
  grid: GridFill[];
}

/** Findings of the walk along both sides of the book, before there is a price. */
interface Walk {
  pairings: { buy: string; sell: string; energyWh: bigint }[];
  drawnWh: Map<string, bigint>;
  totalWh: bigint;
  lastBid: bigint;
  lastAsk: bigint | undefined;
  /** Places of the first bid that is not wholly filled and of the cheapest ask that is left. */
  firstBidLeft: Offer | undefined;
  nextAsk: Offer | undefined;
}

/**
 * All at one price: asks and the grid, whose price rises with the load, serve the dearest bids, at each step whichever is
 * cheaper. SPEC 3.
 *
 * @param bids Prices falling.
 * @param asks Prices rising.
 * @param supply The grid's; undefined where it fills nothing.
 */
export function congestion(
  bids: readonly DrawingOffer[],
  asks: readonly Offer[],
  supply: GridSupply | undefined,
  thetaBps: bigint,
): JointMatch {
  const walk = serve(bids, asks, supply);
  const price = priceOf(walk, supply, thetaBps);
  const trades = walk.pairings.map((pairing): Trade => ({ ...pairing, price }));
  if (supply === undefined) return { trades, grid: [] };
  const premium = least(price - supply.tariff, supply.mostPremium);
  const grid = [...walk.drawnWh].map(([pile, energyWh]): GridFill => ({
    ...{ pile, side: "charge", price: supply.tariff, energyWh },
    ...(premium === 0n ? {} : { premium }),
  }));
  return { trades, grid };
}

function serve(bids: readonly DrawingOffer[], asks: readonly Offer[], supply: GridSupply | undefined): Walk {
  // A pile that moves less than a Wh a frame displays nothing.
  const offered = asks.filter(({ energyWh }) => energyWh > 0n).map((ask) => ({ ...ask }));
  const walk: Walk = {
    ...{ pairings: [], drawnWh: new Map(), totalWh: 0n, lastBid: 0n },
    ...{ lastAsk: undefined, firstBidLeft: undefined, nextAsk: offered[0] },
  };
  for (const bid of bids) {
    let leftWh = bid.energyWh;
    while (leftWh > 0n) {
      const ask = walk.nextAsk;
      const affordable = ask !== undefined && ask.price <= bid.price;
      if (affordable && (supply === undefined || supply.reachWh(ask.price - 1n) <= walk.totalWh)) {
        const energyWh = least(leftWh, ask.energyWh);
        walk.pairings.push({ buy: bid.pile, sell: ask.pile, energyWh });
        walk.lastAsk = ask.price;
        ask.energyWh -= energyWh;
        leftWh -= energyWh;
        if (ask.energyWh === 0n) walk.nextAsk = offered[offered.indexOf(ask) + 1];
      } else {
        if (supply === undefined || !bid.mayDraw) break;
        const reachWh = supply.reachWh(affordable ? ask.price - 1n : bid.price);
        if (reachWh <= walk.totalWh) break;
        const energyWh = least(leftWh, reachWh - walk.totalWh);
        walk.drawnWh.set(bid.pile, (walk.drawnWh.get(bid.pile) ?? 0n) + energyWh);
        walk.totalWh += energyWh;
        leftWh -= energyWh;
      }
      walk.lastBid = bid.price;
    }
    if (leftWh > 0n) walk.firstBidLeft ??= bid;
  }
  return walk;
}

/** The price of the dearest source that serves, or, where the grid serves nobody, between the last orders. */
function priceOf(walk: Walk, supply: GridSupply | undefined, thetaBps: bigint): bigint {
  const { lastAsk = 0n, lastBid, firstBidLeft, nextAsk, totalWh } = walk;
  if (supply !== undefined && totalWh > 0n) return most(lastAsk, supply.priceAt(totalWh));
  const high = least(lastBid, nextAsk?.price ?? lastBid, supply === undefined ? lastBid : supply.priceAt(1n));
  const low = most(lastAsk, firstBidLeft?.price ?? 0n);
  return low >= high ? high : low + (thetaBps * (high - low)) / 10_000n;
}
