import { type Imbalance, noImbalance } from "../core/settlement";
import type { MarketParameters } from "../core/types";
import type { MeteredFill, Share, Tariffs } from "./delivery";
import { amountDown } from "./money";

/** Dues of a fill, money units. */
export interface Dues {
  buyerToSeller: bigint;
  buyerToGrid: bigint;
  sellerToBuyer: bigint;
  /** For breach. */
  sellerToGrid: bigint;
  /** Of an export fill, up to what was set aside for it; the subsidy of a trade. */
  gridToSeller: bigint;
  /** Energy that nobody agreed to: paid while the operator's account lasts, then claimed. */
  surplusToSeller: bigint;
  imbalance: Imbalance;
}

type Rules = Pick<MarketParameters, "breach" | "toleranceBps">;

const NOTHING_DUE: Readonly<Omit<Dues, "imbalance">> = {
  buyerToSeller: 0n,
  buyerToGrid: 0n,
  sellerToBuyer: 0n,
  sellerToGrid: 0n,
  gridToSeller: 0n,
  surplusToSeller: 0n,
};

function min(...values: bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least));
}

function notNegative(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

/**
 * Cost of energy that its taker had not agreed to, money units: r, and the spread where a defaulter pays.
 * SPEC 5.
 *
 * @param consumedWh Wh.
 */
export function unaskedCost({ breach }: Pick<Rules, "breach">, tariffs: Tariffs, consumedWh: bigint): bigint {
  return amountDown(tariffs.importPricePerKwh, consumedWh) + spreadOn({ breach }, tariffs, consumedWh);
}

/**
 * Dues of a fill by the rule of SPEC 5: [D]'s three sums, and a defaulter's payment for its breach where
 * that is agreed.
 */
export function duesOf(market: Rules, tariffs: Tariffs, fill: MeteredFill): Dues {
  const { buyer, seller } = fill;
  if (buyer !== undefined && seller !== undefined) return tradeDues(market, tariffs, fill, buyer, seller);
  return gridDues(market, tariffs, fill);
}

function tradeDues(
  market: Rules,
  tariffs: Tariffs,
  { price, premium, subsidy, agreedWh }: MeteredFill,
  buyer: Share,
  seller: Share,
): Dues {
  const { importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh } = tariffs;
  const consumedWh = buyer.actualWh;
  const producedWh = seller.actualWh;
  // More than was agreed at a price above the tariff would cost the buyer more than it set aside; where the sides' prices
  // differ, it would cost the buyer or the operator more.
  const exact = price > importPricePerKwh || premium > 0n || subsidy > 0n;
  const mostWh = exact ? agreedWh : (agreedWh * (10_000n + market.toleranceBps)) / 10_000n;
  const tradedWh = min(consumedWh, producedWh, mostWh);
  // Wanted energy that the seller did not bring, and brought energy that the buyer did not take.
  const missing = shortfall(market, tariffs, importPricePerKwh - price - premium, min(consumedWh, agreedWh) - tradedWh);
  const left = shortfall(market, tariffs, price - exportPricePerKwh, min(producedWh, agreedWh) - tradedWh);
  const unaskedWh = notNegative(consumedWh - (agreedWh > tradedWh ? agreedWh : tradedWh));
  const spreadOnUnasked = spreadOn(market, tariffs, unaskedWh);

  const imbalance = noImbalance();
  imbalance[buyer.silent ? "silence" : "overConsumption"] +=
    amountDown(importPricePerKwh, consumedWh - tradedWh - missing.energyWh) + spreadOnUnasked;
  imbalance[buyer.silent ? "silence" : "underConsumption"] += left.loss + left.toGrid;
  imbalance.overProduction += amountDown(exportPricePerKwh, producedWh - tradedWh - left.energyWh);
  imbalance[seller.silent ? "silence" : "underProduction"] += missing.loss + missing.toGrid;
  return {
    ...NOTHING_DUE,
    buyerToSeller: amountDown(price, tradedWh) + left.compensation,
    buyerToGrid:
      amountDown(importPricePerKwh, consumedWh - tradedWh) +
      amountDown(premium, tradedWh) +
      amountDown(wheelingPricePerKwh, tradedWh) +
      (left.toGrid + spreadOnUnasked),
    gridToSeller: amountDown(subsidy, tradedWh),
    sellerToBuyer: missing.compensation,
    sellerToGrid: missing.toGrid,
    surplusToSeller: amountDown(exportPricePerKwh, producedWh - tradedWh),
    imbalance,
  };
}

/** The grid is a counterparty like any other: what it agreed to and was not taken, or not brought, costs r - x. */
function gridDues(market: Rules, tariffs: Tariffs, { premium, agreedWh, buyer, seller }: MeteredFill): Dues {
  const { importPricePerKwh, exportPricePerKwh } = tariffs;
  const imbalance = noImbalance();
  const missingWh = agreedWh - (buyer ?? seller)!.actualWh;
  const { loss, compensation } = shortfall(market, tariffs, importPricePerKwh - exportPricePerKwh, missingWh);
  if (buyer !== undefined) {
    const overWh = notNegative(buyer.actualWh - agreedWh);
    const spreadOnUnasked = spreadOn(market, tariffs, overWh);
    imbalance[buyer.silent ? "silence" : "overConsumption"] += amountDown(importPricePerKwh, overWh) + spreadOnUnasked;
    imbalance[buyer.silent ? "silence" : "underConsumption"] += loss;
    // A premium is for room under the transformer, and that is gone whether or not it was used.
    const forRoom = amountDown(premium, agreedWh);
    const buyerToGrid = amountDown(importPricePerKwh, buyer.actualWh) + forRoom + compensation + spreadOnUnasked;
    return { ...NOTHING_DUE, buyerToGrid, imbalance };
  }
  const producedWh = seller!.actualWh;
  const dueWhole = amountDown(exportPricePerKwh, producedWh);
  const gridToSeller = min(dueWhole, amountDown(exportPricePerKwh, agreedWh));
  const surplusToSeller = dueWhole - gridToSeller;
  imbalance.overProduction += surplusToSeller;
  imbalance[seller!.silent ? "silence" : "underProduction"] += loss;
  return { ...NOTHING_DUE, gridToSeller, surplusToSeller, sellerToGrid: compensation, imbalance };
}

/** Dues for energy that one side was short of, money units. */
interface Shortfall {
  /** Wh. */
  energyWh: bigint;
  /** The other side's loss, whoever bears it. */
  loss: bigint;
  /** Of the loss, what the one who is short pays. */
  compensation: bigint;
  /** Its payment to the grid besides, so that it pays the spread at least. */
  toGrid: bigint;
}

/**
 * @param lossPrice Cost of a kWh of it to the other side; nothing if negative.
 * @param missingWh Nothing if negative.
 */
function shortfall(market: Rules, tariffs: Tariffs, lossPrice: bigint, missingWh: bigint): Shortfall {
  const energyWh = notNegative(missingWh);
  const loss = amountDown(notNegative(lossPrice), energyWh);
  if (market.breach !== "defaulter") return { energyWh, loss, compensation: 0n, toGrid: 0n };
  const rest = tariffs.importPricePerKwh - tariffs.exportPricePerKwh - notNegative(lossPrice);
  return { energyWh, loss, compensation: loss, toGrid: amountDown(notNegative(rest), energyWh) };
}

/** r - x for energy that nobody agreed to, where a defaulter pays, money units. */
function spreadOn(
  { breach }: Pick<Rules, "breach">,
  { importPricePerKwh, exportPricePerKwh }: Tariffs,
  energyWh: bigint,
): bigint {
  return breach === "defaulter" ? amountDown(importPricePerKwh - exportPricePerKwh, energyWh) : 0n;
}
