import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { frameWh, isIceberg } from "../ev";
import { sell } from "./selling";

/**
 * For a benefit market: an EV asks for all it needs in one iceberg on arrival, until it leaves and at the highest tariff
 * of its stay, and lets the plans decide when it is served. Discharging EVs {@link sell} to other piles, and to the grid
 * where a plan wants it.
 */
export class WholeNeed implements OrderPolicy {
  readonly name = "wholeNeed";

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    if (own.stay.side === "discharge") return sell(own, view, random);
    const { market } = view;
    const energyWh = own.remainingWh;
    if (view.moment === "close" || own.order !== undefined || energyWh < market.minEnergyWh) return undefined;
    const pileWh = frameWh(market, own.stay.ratedW);
    // Plans decide over icebergs alone: a small need becomes one by a peak just below it. In the last frame nothing does.
    const lastFrame = own.stay.departureFrame <= view.frame + 1;
    const flexible = lastFrame || isIceberg(market.icebergThresholdWh, pileWh, energyWh);
    return { price: highestTariff(own, view), energyWh, ...(flexible ? {} : { peakWh: energyWh - 1 }) };
  }
}

/**
 * Price at which the grid fills a bid in any published frame of the rest of the stay, as far as the agent's
 * limit goes.
 */
export function highestTariff(own: OwnState, view: PublicView): number {
  let highest = 0;
  for (let frame = view.frame + 1; frame <= own.stay.departureFrame; frame++) {
    highest = Math.max(highest, view.published(frame)?.importPricePerKwh ?? 0);
  }
  return highest === 0 ? own.limitPrice : Math.min(own.limitPrice, highest);
}
