import type { Random } from "../../core/random";
import type { Decision, OwnState, PublicView } from "../agent";

/** How far an agent's own idea of a price lies from the guide price, at most, as a share of it. */
const SPREAD = 0.1;

/** The guide price of the next frame as this agent takes it, money units per kWh [T 4.11]. */
export function ownGuidePrice(view: PublicView, random: Random): number {
  return view.guidePrice(view.frame + 1) * random.stream("spread").uniform(1 - SPREAD, 1 + SPREAD);
}

/**
 * How a discharging EV sells: all of it at the guide price on arrival, and what is not sold by half its stay at the least
 * it takes. Two orders at most.
 */
export function sell(own: OwnState, view: PublicView, random: Random): Decision {
  if (view.moment !== "open") return undefined;
  const energyWh = own.remainingWh;
  if (energyWh < view.market.minEnergyWh) return undefined;
  if (own.order === undefined) return { price: Math.max(own.limitPrice, ownGuidePrice(view, random)), energyWh };
  const halfTime = (own.stay.arrivalFrame + own.stay.departureFrame) / 2;
  const canLower = own.order.price - own.limitPrice >= view.market.tickSize;
  return view.frame >= halfTime && canLower ? { price: own.limitPrice, energyWh } : undefined;
}
