/**
 * Price formation between two piles: the midpoint of their limits, rounded down, the average mechanism of [S 5.2.2];
 * [T] names no rule. SPEC 3.
 *
 * @param bidPricePerKwh the buyer's limit, money units per kWh, at least the seller's
 * @param askPricePerKwh the seller's limit, money units per kWh
 * @returns money units per kWh; never below the ask or above the bid
 */
export function tradePrice(bidPricePerKwh: bigint, askPricePerKwh: bigint): bigint {
  return (bidPricePerKwh + askPricePerKwh) / 2n;
}
