import type { Random } from "../../core/random";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../agent";
import { nextTariff } from "./impatient";
import { ownGuidePrice, sell } from "./selling";
import { planSlices, type SliceOptions } from "./slicePlan";
import { highestTariff } from "./wholeNeed";

/** How patient and how calm the agents are. */
export interface WaterlineOptions extends SliceOptions {
  /** Largest peak that an iceberg names for the tranches the grid fills by itself, Wh: small ones disturb little. */
  calmPeakWh: number;
}

/**
 * The default policy: agents that fill the valleys of the load together, by what all of them read on the chain.
 *
 * - On arrival an EV asks for all it needs in one order, which says openly how much and until when. If its stay is long
 *   enough for the market to fill an iceberg after WT_max, it bids the tariff and names a peak that spreads its energy
 *   over the frames in which that happens: often its only order. Otherwise it bids the guide price, below the tariff, and
 *   waits for a peer.
 * - Shortly before each window every agent works out, from the public book, how far the load of the next frame lies below
 *   the level that all known needs call for, and whose turn it is to fill the gap ({@link planSlices}). Whose turn it is
 *   takes a slice of what it needs with a normal order at the tariff.
 * - Discharging EVs {@link sell} at the guide price, later at their least.
 */
export class Waterline implements OrderPolicy {
  readonly name = "waterline";
  readonly options: Readonly<WaterlineOptions>;
  /** The plan is the same for all agents that see the same, so it is worked out once. */
  private readonly plans = new WeakMap<PublicView, Map<string, number>>();

  /** @param options Defaults: slices from 300 Wh, 0.7 held, peaks of 500 Wh. */
  constructor(options: Partial<WaterlineOptions> = {}) {
    this.options = { toleranceWh: 300, hold: 0.7, calmPeakWh: 500, ...options };
  }

  decide(own: OwnState, view: PublicView, random: Random): Decision {
    if (own.stay.side === "discharge") return sell(own, view, random);
    if (view.moment === "open") {
      const justCame = own.stay.arrivalFrame === view.frame && own.order === undefined;
      return justCame ? this.wait(own, view, random) : undefined;
    }
    const slice = this.plan(view).get(own.stay.pile);
    if (slice !== undefined) return { price: nextTariff(own, view), energyWh: Math.min(slice, own.remainingWh) };
    return own.order === undefined ? this.wait(own, view, random) : undefined;
  }

  /** An order for all that is still needed, to wait with. */
  private wait(own: OwnState, view: PublicView, random: Random): Decision {
    const energyWh = own.remainingWh;
    if (energyWh < view.market.minEnergyWh) return undefined;
    const filledFrames = own.stay.departureFrame - (view.frame + 1 + view.market.maxWaitFrames) + 1;
    if (filledFrames > 0) {
      const spreadWh = Math.ceil(energyWh / filledFrames);
      const peakWh = Math.min(spreadWh, this.options.calmPeakWh, energyWh - 1);
      return { price: highestTariff(own, view), energyWh, peakWh };
    }
    // Below the tariff, or the grid would fill a normal order at once.
    const below = Math.min(ownGuidePrice(view, random), nextTariff(own, view) - view.market.tickSize);
    return { price: Math.max(view.market.tickSize, below), energyWh };
  }

  private plan(view: PublicView): Map<string, number> {
    const known = this.plans.get(view);
    if (known !== undefined) return known;
    const plan = planSlices(view, this.options);
    this.plans.set(view, plan);
    return plan;
  }
}
