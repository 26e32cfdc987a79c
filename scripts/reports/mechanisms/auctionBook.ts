import { match } from "../../model/clearing";
import { efficient, type Offer } from "../../model/mechanisms/offers";
import { type Placed, rankSide } from "../../model/ranking";
import type { MarketParameters, Trade } from "../../core/types";
import type { Random } from "../../core/random";

/** The orders that take part in a frame. */
export interface AuctionBook {
  frame: number;
  orders: readonly Placed[];
}

/** Setting of a rule's trades beside a book. */
export interface Setting {
  market: MarketParameters;
  /** Matching fund, out of which sellers get more than buyers pay, money units. */
  fund: bigint;
}

/** Trades that a market's rule makes of a book. */
export function tradesOn({ market, fund }: Setting, { frame, orders }: AuctionBook): Trade[] {
  const side = (which: Placed["order"]["side"]) =>
    rankSide(
      market,
      frame,
      orders.filter(({ order }) => order.side === which),
    );
  return match(market, side("charge"), side("discharge"), fund).trades;
}

/** Worth of trades at the orders' own limits, money units per kWh times Wh. */
export function welfareOf({ orders }: AuctionBook, trades: readonly Trade[]): bigint {
  const price = new Map(orders.map(({ pile, order }) => [pile, order.price]));
  return trades.reduce((sum, { sell, buy, energyWh }) => sum + (price.get(buy)! - price.get(sell)!) * energyWh, 0n);
}

/** The most that the trades of a book can be worth, money units per kWh times Wh. */
export function mostWelfare({ orders }: AuctionBook): bigint {
  const side = (which: Placed["order"]["side"], rising: number): Offer[] =>
    orders
      .filter(({ order }) => order.side === which)
      .map(({ pile, order: { price, peakWh, remainingWh } }) => ({
        pile,
        price,
        energyWh: peakWh < remainingWh ? peakWh : remainingWh,
      }))
      .sort((a, b) => rising * Number(a.price - b.price));
  const { pairings } = efficient(side("charge", -1), side("discharge", 1));
  return pairings.reduce((sum, { bid, ask, energyWh }) => sum + (bid.price - ask.price) * energyWh, 0n);
}

/** Money units in a penny. */
export const PENNY = 10_000;
/** Limits of random books, pence, and what they show, Wh. */
const LIMITS = { charge: [15, 30], discharge: [10, 25] } as const;
const SHOWN_WH = [100, 2_000] as const;

/** A random book of up to `most` orders a side, limits that cross for two in three pairs. */
export function randomAuctionBook(random: Random, most: number): AuctionBook {
  const frame = 1_000;
  const side = (which: "charge" | "discharge") =>
    Array.from({ length: random.integer(1, most) }, (_, i): Placed => {
      const [low, high] = LIMITS[which];
      const energyWh = BigInt(random.integer(...SHOWN_WH));
      const waited = random.integer(0, 6);
      return {
        pile: `${which} ${i + 1}`,
        order: {
          ...{ side: which, price: BigInt(random.integer(low * PENNY, high * PENNY)), iceberg: false },
          ...{ remainingWh: energyWh, peakWh: energyWh, sequence: BigInt(random.integer(0, 2 ** 30)) },
          ...{ firstFrame: frame - waited, expiryFrame: frame + 6 },
        },
      };
    });
  return { frame, orders: [...side("charge"), ...side("discharge")] };
}
