import type { Random } from "../../../../core/random";
import { gridSupply } from "../../../../model/gridSupply";
import { congestion } from "../../../../model/mechanisms/congestion";
import { ACCOMPLICE } from "../../figures";
import { IDLE, stayAway } from "../../people";
import { movement, type Person } from "../../person";
import { IMPORT_PRICE, PENNY } from "../../rules";
import type { Street } from "../../street";
import type { Strategy } from "../../strategy";
import { ANY_PRICE, busyEvening, calmHours, drawCheat, FRAME_WH, FRAMES } from "./feeder";

const SELLER = {
  honest: "offers all that it has at its cost",
  rule: "all get the price of the dearest source, and the grid is a rival at every price above r (3)",
  cheat: "cheat",
  unpriced: [],
} as const satisfies Partial<Strategy>;

/** A seller who does something else than offer all at its cost, and perhaps an accomplice who bids and takes nothing. */
function selling(
  told: Pick<Strategy, "name" | "cheating" | "bound">,
  streetOf: (random: Random) => Street,
  act: (street: Street) => (frame: number, me: Person) => void,
  accomplice: (frame: number, me: Person) => void = stayAway,
): Strategy {
  return {
    ...{ ...SELLER, ...told },
    build(random, cheats) {
      const street = streetOf(random);
      street.join({ ...drawCheat(random, "discharge", [8, 19]), ...(cheats ? { act: act(street) } : {}) });
      const helping = cheats ? { act: accomplice, move: () => movement("charge", 0n) } : { act: stayAway };
      street.join({ ...IDLE, name: ACCOMPLICE, side: "charge", ...helping });
      return street;
    },
  };
}

/** The ask that pays best in a frame whose orders are all known, if what is left can be sold later for r. */
function bestAsk(street: Street, frame: number, me: Person): bigint {
  const { parameters } = street.options;
  const { bids, asks } = me.book(frame);
  const supply = gridSupply(parameters, street.publication(frame));
  const cost = me.options.pricePerKwh;
  const offers = asks
    .filter(({ pile }) => pile !== me.name)
    .map(({ pile, price, displayedWh }) => {
      return { pile, price, energyWh: displayedWh };
    });
  const drawing = bids.map(({ pile, price, displayedWh }) => ({ pile, price, energyWh: displayedWh, mayDraw: true }));
  const gainAt = (price: bigint): bigint => {
    // Ours comes last among equals.
    const all = [...offers, { pile: me.name, price, energyWh: me.leftWh }].sort((a, b) => Number(a.price - b.price));
    const { trades } = congestion(drawing, all, supply, parameters.thetaBps);
    const sold = trades.filter(({ sell }) => sell === me.name);
    const soldWh = sold.reduce((sum, { energyWh }) => sum + energyWh, 0n);
    const later = frame === FRAMES - 1 ? 0n : (IMPORT_PRICE - cost) * (me.leftWh - soldWh);
    return sold.reduce((sum, { price: paid, energyWh }) => sum + (paid - cost) * energyWh, later);
  };
  const premiums = Array.from({ length: 151 }, (_, tenths) => IMPORT_PRICE + (BigInt(tenths) * PENNY) / 10n);
  const limits = bids.map(({ price }) => price);
  return [...premiums, ...limits].reduce((best, price) => (gainAt(price) > gainAt(best) ? price : best), cost);
}

const ASKING_BEST = (street: Street) => (frame: number, me: Person) => {
  if (me.leftWh > 0n) me.place({ price: bestAsk(street, frame, me), energyWh: me.leftWh, expiryFrame: frame });
};

/** Asks whatever pays best, with everybody's orders before it, where often the grid serves nobody. */
export const highAsk = selling(
  {
    name: "high-ask",
    cheating:
      "under the congestion price, in hours in which it is mostly piles that trade, sees all orders and asks what pays " +
      "best, or waits for a frame in which the grid serves",
    bound:
      "where the grid serves nobody, the price lies thetaBps of the way from the last ask to what the grid would take " +
      "for a first Wh, and whoever asks for that has the rest: at most r + q less its cost per kWh. With thetaBps = " +
      "10 000 asks get that anyway, and buyers pay it",
  },
  calmHours,
  ASKING_BEST,
);

/** The same where the grid serves in most frames. */
export const highAskBusy = selling(
  {
    name: "high-ask-busy",
    cheating: "the same in a loaded evening in which the grid serves in every frame and makes the price",
    bound:
      "asking δ more loses the sale of δ / σ kW: it pays only if q is less than σ times the seller's kW, W, and brings " +
      "at most σ W² / 4 an hour",
  },
  busyEvening,
  ASKING_BEST,
);

/** Offers half of what it has, so that the grid has to deliver more. */
export const withheldSale = selling(
  {
    name: "withheld-sale",
    cheating: "the same market; offers half of what is left in each frame, so that the price stays higher",
    bound:
      "the price of the half that it sells rises by σ times the other half's kW, at most σ W² / 4 an hour for W kW; what is left may be sold for less",
  },
  busyEvening,
  () => (frame, me) => {
    if (me.leftWh === 0n) return;
    me.place({ price: me.options.pricePerKwh, energyWh: (me.leftWh + 1n) / 2n, expiryFrame: frame });
  },
);

/** A seller whose accomplice bids the price up and takes nothing. */
export const riggedPair = selling(
  {
    name: "rigged-pair",
    cheating:
      "a seller under the congestion price, whose accomplice bids 60 p for all that its pile moves while the seller " +
      "has something left, and takes nothing",
    bound: "it pays where the seller sells more kW than (q + r − x) / σ: 150 kW at the default rise",
  },
  busyEvening,
  () => (frame, me) => {
    if (me.leftWh > 0n) me.place({ price: me.options.pricePerKwh, energyWh: me.leftWh, expiryFrame: frame });
  },
  (frame, me) => {
    if (!me.book(frame).asks.some(({ pile }) => pile === "cheat")) return;
    me.place({ price: ANY_PRICE, energyWh: FRAME_WH, expiryFrame: frame });
  },
);
