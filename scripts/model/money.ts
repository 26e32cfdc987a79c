import type { MarketParameters, Order, Side } from "../core/types";

/** Wh per kWh: prices are per kWh, energy is in Wh. */
const WH_PER_KWH = 1000n;

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/**
 * What energy costs, rounded down: the same figure on both sides of a trade. SPEC 1.
 *
 * @param price Money units per kWh, not negative.
 * @param energyWh Wh, not negative.
 * @returns Money units.
 */
export function amountDown(price: bigint, energyWh: bigint): bigint {
  return (price * energyWh) / WH_PER_KWH;
}

/**
 * What is locked for energy, rounded up, so that whatever is later paid for it by {@link amountDown} is covered, however
 * it is cut into trades. SPEC 1.
 *
 * @param price Money units per kWh, not negative.
 * @param energyWh Wh, not negative.
 * @returns Money units.
 */
export function amountUp(price: bigint, energyWh: bigint): bigint {
  return ceilDiv(price * energyWh, WH_PER_KWH);
}

/**
 * What an order locks of its pile's balance: a bid its limit and the largest wheeling charge, an ask its bond. SPEC 2.
 *
 * @param energyWh What is left of the order, Wh.
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
