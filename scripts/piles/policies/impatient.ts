import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { frameWh } from "../ev";
import { sell } from "./selling";

/**
 * Buys at once: from arrival on, a normal order of peak size at the tariff in every frame. It does on the
 * market what a plain cap does; the shortest example of a policy.
 */
export class Impatient implements OrderPolicy {
  readonly name = "impatient";

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    if (own.stay.side === "discharge") return sell(own, view, random);
    if (view.moment === "close" || own.order !== undefined) return undefined;
    return { price: nextTariff(own, view), energyWh: Math.min(peakSliceWh(own, view), own.remainingWh) };
  }
}

/**
 * Price at which the grid fills a bid in the next frame whatever others bid: the tariff as far as the agent's limit goes, a
 * tick where energy is free; the limit where the price rises with the load.
 */
export function nextTariff(own: OwnState, view: PublicView): number {
  if (view.market.congestion !== undefined) return own.limitPrice;
  const tariff = view.published(view.frame + 1)?.importPricePerKwh ?? own.limitPrice;
  return Math.max(view.market.tickSize, Math.min(own.limitPrice, tariff));
}

/** A slice of peak size that leaves no rest too small to be ordered, Wh. */
export function peakSliceWh(own: OwnState, view: PublicView): number {
  const { icebergPeakWh, minEnergyWh } = view.market;
  const slice = Math.min(icebergPeakWh, frameWh(view.market, own.stay.ratedW));
  const restWh = own.remainingWh - slice;
  return restWh > 0 && restWh < minEnergyWh ? slice - minEnergyWh : slice;
}
