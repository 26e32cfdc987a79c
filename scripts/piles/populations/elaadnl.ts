import {
  ELAAD_CONNECTION_HOURS,
  ELAAD_ENERGY_KWH,
  ELAAD_MODELS,
  ELAAD_WEEKDAY_ARRIVALS_PERCENT,
  type ElaadSite,
} from "../../data/elaadnl";
import { IDEAL_BATTERY } from "../battery";
import type { EvStay } from "../ev";
import { drawStays, type Population } from "../population";
import { drawExceedance } from "./exceedance";

/** How the ElaadNL population is drawn. */
export interface ElaadOptions {
  /** Kind of charging point; `private` by default. */
  site?: ElaadSite;
  /** Share of the EVs that sell the drawn energy instead of buying it, 0 to 1; 0.2 by default, as in chapter 4. */
  dischargingShare?: number;
}

/** No EV sells its battery below this [T 4.4.1]. */
const DISCHARGE_TO_SOC = 0.5;

/**
 * EVs as they come to Dutch charging points on a weekday: arrival, stay and energy each drawn from ElaadNL's sessions,
 * independently, on piles of the AC power of the car's model.
 *
 * Energies are those of the charging point: what a battery gets of them, or gives up for them, follows from its losses.
 *
 * Ours: a stay that would outlast the pile's next arrival ends the frame before it (one EV at a time), and what the data
 * does not know, the discharging share.
 */
export function elaadPopulation({ site = "private", dischargingShare = 0.2 }: ElaadOptions = {}): Population {
  return (options) => {
    const { chargeEfficiency, dischargeEfficiency } = options.battery ?? IDEAL_BATTERY;
    const stays = drawStays(
      options,
      (_, random) =>
        random.pick(
          ELAAD_MODELS,
          ELAAD_MODELS.map(({ registrations }) => registrations),
        ),
      (pile, firstFrameOfDay, model, random): EvStay => {
        const arrivals = ELAAD_WEEKDAY_ARRIVALS_PERCENT[site];
        const quarter = random.pick([...arrivals.keys()], arrivals);
        const arrivalFrame = firstFrameOfDay + Math.floor((quarter * 900) / options.frameSeconds);
        const hours = drawExceedance(ELAAD_CONNECTION_HOURS[site], random);
        const share = Math.min(1, (drawExceedance(ELAAD_ENERGY_KWH[site], random) * 1000) / model.batteryWh);
        const discharges = random.chance(dischargingShare);
        return {
          pile,
          side: discharges ? "discharge" : "charge",
          arrivalFrame,
          departureFrame: arrivalFrame + Math.max(1, Math.round((hours * 3600) / options.frameSeconds)),
          batteryWh: model.batteryWh,
          initialSoc: discharges ? 1 : 1 - share * chargeEfficiency,
          targetSoc: discharges ? Math.max(DISCHARGE_TO_SOC, 1 - share / dischargeEfficiency) : 1,
          ratedW: model.acW,
        };
      },
    );
    return endBeforeNextArrival(stays);
  };
}

function endBeforeNextArrival(stays: readonly EvStay[]): EvStay[] {
  const nextArrival = new Map<string, number>();
  return stays
    .toReversed()
    .map((ev) => {
      const departureFrame = Math.min(ev.departureFrame, nextArrival.get(ev.pile) ?? Infinity);
      nextArrival.set(ev.pile, ev.arrivalFrame);
      return { ...ev, departureFrame };
    })
    .reverse();
}
