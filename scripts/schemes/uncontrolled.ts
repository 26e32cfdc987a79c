import { frameWh, type EnergyLimits, type EvStay } from "../piles/ev";
import { chargeOnArrival, type Schedule } from "./schedule";

/** No control at all: every EV charges on arrival at its rated power. SPEC 7, the "none" of [T 4.4.2]. */
export function uncontrolled(evs: readonly EvStay[], market: EnergyLimits): Schedule {
  return chargeOnArrival(evs, market, (ev) => frameWh(market, ev.ratedW));
}
