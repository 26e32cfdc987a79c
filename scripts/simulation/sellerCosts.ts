import { costPerKwhSold, refillCostPerKwhSold, wearPerKwhSold } from "../piles/battery";
import type { EvStay } from "../piles/ev";
import type { DayOptions } from "./dayOptions";

/**
 * Price at which sellers fill up again, money units per kWh: the lowest import tariff of the measured frames. Nobody is
 * sure to get all of it at that price, so the costs that follow from it are the least, and what is left of the earnings
 * is the most.
 */
export function refillPrice(options: DayOptions): number {
  const { first, count } = options.measured;
  return options.refillPricePerKwh ?? lowestTariff(options, first, first + count - 1);
}

/** The lowest import tariff of some frames, money units per kWh. */
export function lowestTariff(options: DayOptions, first: number, last: number): number {
  const tariff = (_: unknown, index: number) => Number(options.publication(first + index).importPricePerKwh);
  return Math.min(...Array.from({ length: last - first + 1 }, tariff));
}

/** The least that a seller takes where asks cover costs, money units per kWh, rounded up. */
export function leastAsk(ev: EvStay, refillPricePerKwh: number): number {
  return Math.ceil(costPerKwhSold(ev, refillPricePerKwh));
}

/** Costs of energy sold, money units, each rounded up: of the energy that replaces it, and of wear. */
export interface SellerCosts {
  refillCost: bigint;
  wearCost: bigint;
}

/** Costs of what an EV sold at the plug; none for energy charged. */
export function sellerCosts(ev: EvStay, movedWh: number, refillPricePerKwh: number): SellerCosts {
  const amount = (pricePerKwh: number) =>
    ev.side === "charge" ? 0n : BigInt(Math.ceil((movedWh * pricePerKwh) / 1000));
  return { refillCost: amount(refillCostPerKwhSold(ev, refillPricePerKwh)), wearCost: amount(wearPerKwhSold(ev)) };
}

/** Part of the sellers' earnings that refilling, losses and wear leave them, money units; below 0 at a loss. */
export function sellersNet({ earned, refillCost, wearCost }: SellerCosts & { earned: bigint }): bigint {
  return earned - refillCost - wearCost;
}
