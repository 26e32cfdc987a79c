import { type Imbalance, noImbalance, type Reading } from "../settlement";
import type { GridFill, MarketParameters, Publication, Side, Trade } from "../types";
import { MAX_UINT24 } from "./limits";
import { movableWh } from "./load";
import { amountDown } from "./money";

/** r, x and w of a frame, money units per kWh. */
export type Tariffs = Pick<Publication, "importPrice" | "exportPrice" | "wheelingPrice">;

/** Those of a frame for which nothing was published: its trades settle, and the grid pays and takes nothing. */
export const NO_TARIFFS: Readonly<Tariffs> = { importPrice: 0n, exportPrice: 0n, wheelingPrice: 0n };

/** What was decided for a frame and is not settled yet. */
export interface Delivery {
  trades: Trade[];
  grid: GridFill[];
  /** What each pile that was filled set aside beside its fills, money units; nothing in a market without meters. */
  margins: ReadonlyMap<string, bigint>;
  tariffs: Tariffs;
}

/** A pile's energy in a frame, once readings and silence are known. */
export interface Metered {
  side: Side;
  silent: boolean;
  reading: Reading;
}

/** A party's part of a fill. */
export interface Share {
  pile: string;
  /** Metered energy that is attributed to the fill, Wh: consumed by a buyer, produced by a seller. */
  actualWh: bigint;
  silent: boolean;
}

/** A fill with what its parties moved; a trade has both, a grid fill one. */
export interface MeteredFill {
  /** Money units per kWh. */
  price: bigint;
  agreedWh: bigint;
  buyer?: Share;
  seller?: Share;
}

/** What a fill makes due, money units. */
export interface Dues {
  buyerToSeller: bigint;
  buyerToGrid: bigint;
  sellerToBuyer: bigint;
  /** For breach of an export fill. */
  sellerToGrid: bigint;
  /** Of an export fill, up to what was set aside for it. */
  gridToSeller: bigint;
  /** Energy that nobody agreed to: paid while the operator's account lasts, then claimed. */
  surplusToSeller: bigint;
  imbalance: Imbalance;
}

function min(...values: bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least));
}

function notNegative(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

/** The piles with fills in a frame and their sides, in the order of the fills. A pile has one order, so one side. */
export function partiesOf({ trades, grid }: Pick<Delivery, "trades" | "grid">): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const { buy, sell } of trades) sides.set(buy, "charge").set(sell, "discharge");
  for (const { pile, side } of grid) sides.set(pile, side);
  return sides;
}

/**
 * What silence is taken for, of a buyer or a seller: it consumed all that its pile can move in a frame and produced
 * nothing. SPEC 5.
 *
 * @param ratedW Rated power of the pile, W.
 */
export function silentReading(market: Pick<MarketParameters, "frameSeconds">, ratedW: bigint): Reading {
  return { consumedWh: min(movableWh(market, ratedW), MAX_UINT24), producedWh: 0n };
}

/**
 * Attributes metered energy to fills: to a pile's fills in their order, grid fills last, each up to its agreed energy;
 * what is over belongs to the last of them. SPEC 5.
 *
 * @param metered Every pile that has fills.
 */
export function attribute(
  { trades, grid }: Pick<Delivery, "trades" | "grid">,
  metered: ReadonlyMap<string, Metered>,
): MeteredFill[] {
  const fills = [
    ...trades.map(({ buy, sell, price, energyWh }) => ({ buyer: buy, seller: sell, price, energyWh })),
    ...grid.map(({ pile, side, price, energyWh }) => ({
      ...(side === "charge" ? { buyer: pile } : { seller: pile }),
      price,
      energyWh,
    })),
  ].map((fill) => ({ buyer: undefined, seller: undefined, ...fill }));
  const lastFill = new Map<string, number>();
  fills.forEach(({ buyer, seller }, index) => {
    for (const pile of [buyer, seller]) if (pile !== undefined) lastFill.set(pile, index);
  });

  const leftWh = new Map<string, bigint>();
  for (const [pile, { side, reading }] of metered) {
    leftWh.set(pile, side === "charge" ? reading.consumedWh : reading.producedWh);
  }
  const shareOf = (pile: string | undefined, index: number, agreedWh: bigint): Share | undefined => {
    if (pile === undefined) return undefined;
    const left = leftWh.get(pile)!;
    const actualWh = lastFill.get(pile) === index ? left : min(left, agreedWh);
    leftWh.set(pile, left - actualWh);
    return { pile, actualWh, silent: metered.get(pile)!.silent };
  };
  return fills.map(({ buyer, seller, price, energyWh }, index): MeteredFill => {
    const bought = shareOf(buyer, index, energyWh);
    const sold = shareOf(seller, index, energyWh);
    return {
      price,
      agreedWh: energyWh,
      ...(bought === undefined ? {} : { buyer: bought }),
      ...(sold === undefined ? {} : { seller: sold }),
    };
  });
}

/** What a fill makes due by the rule of SPEC 5: [D]'s three sums, and who breaches pays for it where that is agreed. */
export function duesOf(
  market: Pick<MarketParameters, "breach" | "overBps">,
  tariffs: Tariffs,
  fill: MeteredFill,
): Dues {
  const { buyer, seller } = fill;
  if (buyer !== undefined && seller !== undefined) return tradeDues(market, tariffs, fill, buyer, seller);
  return gridDues(market, tariffs, fill);
}

const NOTHING_DUE: Readonly<Omit<Dues, "imbalance">> = {
  buyerToSeller: 0n,
  buyerToGrid: 0n,
  sellerToBuyer: 0n,
  sellerToGrid: 0n,
  gridToSeller: 0n,
  surplusToSeller: 0n,
};

function tradeDues(
  market: Pick<MarketParameters, "breach" | "overBps">,
  { importPrice, exportPrice, wheelingPrice }: Tariffs,
  { price, agreedWh }: MeteredFill,
  buyer: Share,
  seller: Share,
): Dues {
  const consumedWh = buyer.actualWh;
  const producedWh = seller.actualWh;
  // More than was agreed at a price above the tariff would cost the buyer more than it set aside.
  const mostWh = price > importPrice ? agreedWh : (agreedWh * (10_000n + market.overBps)) / 10_000n;
  const tradedWh = min(consumedWh, producedWh, mostWh);
  // What the seller did not bring of what was wanted, and what the buyer did not take of what was brought.
  const missingWh = notNegative(min(consumedWh, agreedWh) - tradedWh);
  const leftWh = notNegative(min(producedWh, agreedWh) - tradedWh);
  const missingCost = amountDown(notNegative(importPrice - price), missingWh);
  const leftCost = amountDown(notNegative(price - exportPrice), leftWh);
  const compensated = market.breach === "defaulter";

  const imbalance = noImbalance();
  imbalance[buyer.silent ? "silence" : "overConsumption"] += amountDown(importPrice, consumedWh - tradedWh - missingWh);
  imbalance[buyer.silent ? "silence" : "underConsumption"] += leftCost;
  imbalance.overProduction += amountDown(exportPrice, producedWh - tradedWh - leftWh);
  imbalance[seller.silent ? "silence" : "underProduction"] += missingCost;
  return {
    ...NOTHING_DUE,
    buyerToSeller: amountDown(price, tradedWh) + (compensated ? leftCost : 0n),
    buyerToGrid: amountDown(importPrice, consumedWh - tradedWh) + amountDown(wheelingPrice, tradedWh),
    sellerToBuyer: compensated ? missingCost : 0n,
    surplusToSeller: amountDown(exportPrice, producedWh - tradedWh),
    imbalance,
  };
}

/** The grid is a counterparty like any other: what it agreed to and was not taken, or not brought, costs r - x. */
function gridDues(
  { breach }: Pick<MarketParameters, "breach">,
  { importPrice, exportPrice }: Tariffs,
  { agreedWh, buyer, seller }: MeteredFill,
): Dues {
  const imbalance = noImbalance();
  const missingWh = notNegative(agreedWh - (buyer ?? seller)!.actualWh);
  const missingCost = amountDown(notNegative(importPrice - exportPrice), missingWh);
  const compensation = breach === "defaulter" ? missingCost : 0n;
  if (buyer !== undefined) {
    const overWh = notNegative(buyer.actualWh - agreedWh);
    imbalance[buyer.silent ? "silence" : "overConsumption"] += amountDown(importPrice, overWh);
    imbalance[buyer.silent ? "silence" : "underConsumption"] += missingCost;
    return { ...NOTHING_DUE, buyerToGrid: amountDown(importPrice, buyer.actualWh) + compensation, imbalance };
  }
  const producedWh = seller!.actualWh;
  const dueWhole = amountDown(exportPrice, producedWh);
  const gridToSeller = min(dueWhole, amountDown(exportPrice, agreedWh));
  const surplusToSeller = dueWhole - gridToSeller;
  imbalance.overProduction += surplusToSeller;
  imbalance[seller!.silent ? "silence" : "underProduction"] += missingCost;
  return { ...NOTHING_DUE, gridToSeller, surplusToSeller, sellerToGrid: compensation, imbalance };
}
