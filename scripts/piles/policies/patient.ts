import { TariffForecast } from "../tariffForecast";
import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { peakSliceWh } from "./impatient";
import { sell } from "./selling";

/** How an agent judges what waiting is worth. */
export interface PatientOptions {
  /** Share of its limit's distance from what it expects that it adds as its frames run out, 0 to 1. */
  caution: number;
  /** Change of price below which an order stands as it is, money units per kWh. */
  leastChange: number;
}

/**
 * Each for itself at a price that rises with the load ({@link AgentMarket.congestion}): bids for a slice of peak size in every
 * frame what that slice would cost it later.
 *
 * An EV that needs `n` slices and has more frames than that left can do without this one as long as it gets the `n` cheapest
 * of those to come. So this frame is worth to it what the dearest of those would cost, by the price of the same hour a day
 * before; and where there are too few left, all that it can pay. It knows nothing of other agents' plans and needs to know
 * nothing: whoever bids more is served first, at the same price as everybody.
 */
export class Patient implements OrderPolicy {
  readonly name = "patient";
  private readonly options: Readonly<PatientOptions>;

  /** @param options Defaults: a caution of 0.3, changes from 0.1 p on. */
  constructor(options: Partial<PatientOptions> = {}) {
    this.options = { caution: 0.3, leastChange: 1_000, ...options };
  }

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    if (own.stay.side === "discharge") return sell(own, view, random);
    const energyWh = Math.min(peakSliceWh(own, view), own.remainingWh);
    if (view.moment === "close" || energyWh < view.market.minEnergyWh) return undefined;
    const price = Math.max(view.market.tickSize, this.worth(own, view, energyWh));
    const { order } = own;
    const stands = order?.remainingWh === energyWh && Math.abs(order.price - price) < this.options.leastChange;
    return stands ? undefined : { price, energyWh };
  }

  /** Worth of a slice in the next frame, money units per kWh. */
  private worth({ remainingWh, limitPrice, stay }: OwnState, view: PublicView, sliceWh: number): number {
    const slices = Math.ceil(remainingWh / sliceWh);
    const later = new TariffForecast(view).cheapest(view.frame + 2, stay.departureFrame);
    const dearest = later[slices - 1];
    if (dearest === undefined || dearest >= limitPrice) return limitPrice;
    const share = slices / (later.length + 1);
    return dearest + (limitPrice - dearest) * share ** 3 * this.options.caution;
  }
}
