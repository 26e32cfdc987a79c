import { requireNamed } from "../core/matching";
import type { GridFill, MarketParameters, Publication, Trade } from "../core/types";
import { chargingRoomWh } from "./load";
import { gridSupply } from "./gridSupply";
import { AUCTIONS } from "./mechanisms/auctions";
import { congestion } from "./mechanisms/congestion";
import type { Offer } from "./mechanisms/offers";
import type { Ranked } from "./ranking";
import { tradePrice } from "./tradePrice";

/** The match of a frame's book, before it is booked. */
export interface Match {
  /** In the order in which they were made. */
  trades: Trade[];
  /** Energy that each order still displays in the frame, Wh. */
  leftWh: Map<Ranked, bigint>;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/**
 * Step 2 of the frame clearing, SPEC 3: matches crossing orders by the market's rule. Only decides; the
 * caller books.
 *
 * @param bids In priority order.
 * @param asks In priority order.
 * @param fund Matching fund, out of which sellers get more than buyers pay, money units.
 * @throws RangeError where only the market's own mechanism knows its rule.
 */
export function match(
  { matching: rule, thetaBps }: Pick<MarketParameters, "matching" | "thetaBps">,
  bids: readonly Ranked[],
  asks: readonly Ranked[],
  fund: bigint,
): Match {
  const matching = requireNamed(rule);
  if (matching === "adbev" || matching === "credit") return matchAtMidpoints(bids, asks);
  if (matching === "congestion") throw new RangeError("matching by congestion decides trades and grid fills at once");
  const leftWh = new Map<Ranked, bigint>([...bids, ...asks].map((entry) => [entry, entry.displayedWh]));
  const byPile = new Map([...leftWh.keys()].map((entry) => [entry.pile, entry]));
  const trades = AUCTIONS[matching](bids.map(offerOf), asks.map(offerOf), { thetaBps, fund });
  for (const { sell, buy, energyWh } of trades) {
    for (const pile of [sell, buy]) leftWh.set(byPile.get(pile)!, leftWh.get(byPile.get(pile)!)! - energyWh);
  }
  return { trades, leftWh };
}

/**
 * Steps 2 and 3 at once, under the rule in which the grid is a supplier like any other. SPEC 3.
 *
 * @returns Undefined under every other rule.
 */
export function matchWithGrid(
  market: MarketParameters,
  frame: number,
  bids: readonly Ranked[],
  asks: readonly Ranked[],
  publication: Publication | undefined,
): (Match & { grid: GridFill[] }) | undefined {
  if (market.matching !== "congestion") return undefined;
  const drawing = bids.map((bid) => ({ ...offerOf(bid), mayDraw: mayNotWait(market, frame, bid) }));
  const supply = gridSupply(market, publication);
  const { trades, grid } = congestion(drawing, asks.map(offerOf), supply, market.thetaBps);
  const filledWh = new Map<string, bigint>();
  const fills = [
    ...trades.flatMap(({ buy, sell, energyWh }) => [buy, sell].map((pile) => ({ pile, energyWh }))),
    ...grid,
  ];
  for (const { pile, energyWh } of fills) filledWh.set(pile, (filledWh.get(pile) ?? 0n) + energyWh);
  const leftOf = (entry: Ranked): bigint => entry.displayedWh - (filledWh.get(entry.pile) ?? 0n);
  return { trades, grid, leftWh: new Map([...bids, ...asks].map((entry) => [entry, leftOf(entry)])) };
}

function offerOf({ pile, price, displayedWh }: Ranked): Offer {
  return { pile, price, energyWh: displayedWh };
}

/** AdBEV's rule [T Tables 4-A, 4-B]: each bid, by priority, with each ask that it can afford, by priority. */
function matchAtMidpoints(bids: readonly Ranked[], asks: readonly Ranked[]): Match {
  const leftWh = new Map<Ranked, bigint>([...bids, ...asks].map((entry) => [entry, entry.displayedWh]));
  const trades: Trade[] = [];
  for (const bid of bids) {
    for (const ask of asks) {
      if (bid.price < ask.price) continue;
      const energyWh = min(leftWh.get(bid)!, leftWh.get(ask)!);
      if (energyWh === 0n) continue;
      trades.push({ sell: ask.pile, buy: bid.pile, price: tradePrice(bid.price, ask.price), energyWh });
      leftWh.set(bid, leftWh.get(bid)! - energyWh);
      leftWh.set(ask, leftWh.get(ask)! - energyWh);
    }
  }
  return { trades, leftWh };
}

/**
 * Steps 3 and 4: fills unmatched bids from the main grid, within the room that the capacity leaves. Surplus: unmatched
 * asks simply stay, with their waiting time (passive iceberg execution [T Table 4-B]).
 *
 * @param bids In priority order.
 * @param leftWh Energy that they still display, Wh; filled energy is taken off.
 * @param publication Base load and tariffs of the frame; undefined if they were not published: then the grid fills
 * nothing.
 * @param mayFill Which bids the grid fills at all.
 * @returns In the order in which they were made.
 */
export function fillFromGrid(
  market: MarketParameters,
  bids: readonly Ranked[],
  leftWh: Map<Ranked, bigint>,
  publication: Publication | undefined,
  mayFill: (bid: Ranked) => boolean,
): GridFill[] {
  if (publication === undefined) return [];
  const grid: GridFill[] = [];
  let roomWh = chargingRoomWh(market, publication.baseLoadW);
  for (const bid of bids) {
    if (!mayFill(bid) || bid.price < publication.importPricePerKwh) continue;
    const energyWh = min(leftWh.get(bid)!, roomWh);
    if (energyWh === 0n) continue;
    grid.push({ pile: bid.pile, side: "charge", price: publication.importPricePerKwh, energyWh });
    leftWh.set(bid, leftWh.get(bid)! - energyWh);
    roomWh -= energyWh;
  }
  return grid;
}

/**
 * Shortage, aggressive iceberg execution [T Table 4-B]: a normal bid is filled at once, an iceberg's tranche only after
 * WT_max frames of waiting or in its last frame. SPEC 3.3.
 */
export function mayNotWait(market: Pick<MarketParameters, "maxWaitFrames">, frame: number, bid: Ranked): boolean {
  return !bid.order.iceberg || isForced(market, bid.waitedFrames, frame, bid.order.expiryFrame);
}

/** Whether an iceberg's tranche may wait no longer for a seller. SPEC 3.3. */
export function isForced(
  { maxWaitFrames }: Pick<MarketParameters, "maxWaitFrames">,
  waitedFrames: number,
  frame: number,
  expiryFrame: number,
): boolean {
  return waitedFrames >= maxWaitFrames || frame === expiryFrame;
}
