import type { Random } from "../../core/random";
import type { MarketPort } from "../../core/ports";
import { AMPLE_FUND } from "../../simulation/day";
import { least } from "../../model/mechanisms/offers";
import { type AuctionBook, PENNY, randomAuctionBook } from "./auctionBook";

/** Orders of a side of the book that is cleared, at most. */
const SIDE = 25;
const PUBLICATION = {
  baseLoadW: 33_000n,
  importPricePerKwh: BigInt(20 * PENNY),
  exportPricePerKwh: BigInt(5 * PENNY),
  wheelingPricePerKwh: 0n,
};
/** Moves any order of a random book within a frame. */
const RATED_W = 22_000n;

/** Gas of clearing a book. */
export interface ClearingGas {
  orders: number;
  /** Gas of the transaction that clears it. */
  gas: number;
}

/** The book whose clearing is measured: the same for every rule of a seed. */
export function gasBook(random: Random): AuctionBook {
  return randomAuctionBook(random, SIDE);
}

/** Places a book on a market that pays for gas, and clears it. @param port A market of its own. */
export async function clearingGas(port: MarketPort, { orders }: AuctionBook): Promise<ClearingGas> {
  await port.register(orders.map(({ pile }) => ({ pile, ratedW: RATED_W })));
  if (port.parameters.matching === "vickrey") await port.setAside?.(AMPLE_FUND);
  await port.publish(
    -port.parameters.leadFrames - 1,
    0,
    Array.from({ length: 4 }, () => PUBLICATION),
  );
  const { tickSize, icebergPeakWh } = port.parameters;
  const results = await port.submit(
    0,
    orders.map(({ pile, order: { side, price, remainingWh } }) => ({
      ...{ pile, kind: "place" as const },
      order: {
        side,
        price: price - (price % tickSize),
        energyWh: remainingWh,
        peakWh: least(remainingWh, icebergPeakWh),
        expiryFrame: 2,
      },
    })),
  );
  const placed = results.filter(({ accepted }) => accepted).length;
  await port.clear(1);
  return { orders: placed, gas: Number(port.gasUse?.()["clear"]?.gas ?? 0n) };
}
