import type { Offer } from "../../../../../scripts/model/mechanisms/offers";
import type { Random } from "../../../../../scripts/core/random";
import type { Trade } from "../../../../../scripts/core/types";

/** Both sides of a book, each in order of price, ties in order of placement. */
export interface PricedBook {
  bids: Offer[];
  asks: Offer[];
}

/** A random book; prices are close together, so that many tie. @param most orders of a side */
export function randomBook(random: Random, most = 8): PricedBook {
  const span = random.pick([4, 12, 60]);
  const largest = random.pick([1, 3, 5_000]);
  const side = (name: string, rising: 1 | -1): Offer[] => {
    const offers = Array.from({ length: random.integer(0, most) }, (_, i) => ({
      pile: `${name}${i + 1}`,
      price: BigInt(random.integer(1, span)),
      energyWh: BigInt(random.integer(1, largest)),
    }));
    return offers.sort((a, b) => rising * Number(a.price - b.price));
  };
  return { bids: side("b", -1), asks: side("a", 1) };
}

/** Energy that each pile trades, Wh. */
export function tradedWh(trades: readonly Trade[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { sell, buy, energyWh } of trades) {
    for (const pile of [sell, buy]) sums.set(pile, (sums.get(pile) ?? 0n) + energyWh);
  }
  return sums;
}

/** All energy that is traded, Wh. */
export function energyOf(trades: readonly Trade[]): bigint {
  return trades.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}

/** Worth of trades at the orders' own prices, price times Wh. */
export function welfareOf({ bids, asks }: PricedBook, trades: readonly Trade[]): bigint {
  const price = new Map([...bids, ...asks].map((offer) => [offer.pile, offer.price]));
  return trades.reduce((sum, { sell, buy, energyWh }) => sum + (price.get(buy)! - price.get(sell)!) * energyWh, 0n);
}
