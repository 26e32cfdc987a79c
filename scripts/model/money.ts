import type { MarketParameters, Order, Side } from "../core/types";

/** Wh per kWh: prices are per kWh, energy is in Wh. */
const WH_PER_KWH = 1000n;

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/**
 * Price of energy, rounded down: the same figure on both sides of a trade. SPEC 1.
 *
 * @param price Money units per kWh, not negative.
 * @param energyWh Wh, not negative.
 * @returns Money units.
 */
export function amountDown(price: bigint, energyWh: bigint): bigint {
  return (price * energyWh) / WH_PER_KWH;
}

/**
 * Lock for energy, rounded up, so that it covers any later payments for it by {@link amountDown}, however
 * the energy is cut into trades. SPEC 1.
 *
 * @param price Money units per kWh, not negative.
 * @param energyWh Wh, not negative.
 * @returns Money units.
 */
export function amountUp(price: bigint, energyWh: bigint): bigint {
  return ceilDiv(price * energyWh, WH_PER_KWH);
}

/**
 * Lock of an order on its pile's balance: a bid's limit and the largest wheeling charge, an ask's bond. SPEC 2.
 *
 * @param energyWh The order's rest, Wh.
 * @returns Money units.
 */
export function lockFor(
  market: Pick<MarketParameters, "wheelingCapPerKwh" | "bondPricePerKwh">,
  side: Side,
  price: bigint,
  energyWh: bigint,
): bigint {
  return side === "charge"
    ? amountUp(price + market.wheelingCapPerKwh, energyWh)
    : amountUp(market.bondPricePerKwh, energyWh);
}

/** {@link lockFor} of an order as it stands in the book. */
export function lockOf(market: Pick<MarketParameters, "wheelingCapPerKwh" | "bondPricePerKwh">, order: Order): bigint {
  return lockFor(market, order.side, order.price, order.remainingWh);
}
