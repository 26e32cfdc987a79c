import type { Reading } from "../core/settlement";
import type { GridFill, MarketParameters, Publication, Side, Trade } from "../core/types";
import { reachWh } from "./load";

/** r, x and w of a frame, money units per kWh. */
export type Tariffs = Pick<Publication, "importPricePerKwh" | "exportPricePerKwh" | "wheelingPricePerKwh">;

/** Those of a frame for which nothing was published: its trades settle, and the grid pays and takes nothing. */
export const NO_TARIFFS: Readonly<Tariffs> = { importPricePerKwh: 0n, exportPricePerKwh: 0n, wheelingPricePerKwh: 0n };

/** Decided and unsettled fills of a frame. */
export interface Delivery {
  trades: Trade[];
  grid: GridFill[];
  /** Margin that each filled pile set aside beside its fills, money units; nothing in a market without meters. */
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
  /** Premium that a buyer pays the grid operator beyond the price. */
  premium: bigint;
  /** Subsidy that a trade's seller gets from it beyond the price. */
  subsidy: bigint;
  agreedWh: bigint;
  buyer?: Share;
  seller?: Share;
}

/** The piles with fills in a frame and their sides, in the order of the fills. A pile has one order, so one side. */
export function partiesOf({ trades, grid }: Pick<Delivery, "trades" | "grid">): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const { buy, sell } of trades) sides.set(buy, "charge").set(sell, "discharge");
  for (const { pile, side } of grid) sides.set(pile, side);
  return sides;
}

/**
 * Reading presumed of a silent buyer or seller: it consumed all that its pile can move in a frame and
 * produced nothing. SPEC 5.
 *
 * @param ratedW Rated power of the pile, W.
 */
export function silentReading(market: Pick<MarketParameters, "frameSeconds">, ratedW: bigint): Reading {
  return { consumedWh: reachWh(market, ratedW), producedWh: 0n };
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
    ...trades.map(({ buy, sell, ...of }) => ({ buyer: buy, seller: sell, ...of })),
    ...grid.map(({ pile, side, ...of }) => ({
      ...(side === "charge" ? { buyer: pile } : { seller: pile }),
      ...of,
    })),
  ].map((fill) => ({ buyer: undefined, seller: undefined, premium: 0n, subsidy: 0n, ...fill }));
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
    const actualWh = lastFill.get(pile) === index || left < agreedWh ? left : agreedWh;
    leftWh.set(pile, left - actualWh);
    return { pile, actualWh, silent: metered.get(pile)!.silent };
  };
  return fills.map(({ buyer, seller, price, premium, subsidy, energyWh }, index): MeteredFill => {
    const bought = shareOf(buyer, index, energyWh);
    const sold = shareOf(seller, index, energyWh);
    return {
      ...{ price, premium, subsidy },
      agreedWh: energyWh,
      ...(bought === undefined ? {} : { buyer: bought }),
      ...(sold === undefined ? {} : { seller: sold }),
    };
  });
}
