import { cappedFrameWh, type EnergyLimits, type EvStay } from "../piles/ev";
import { chargeOnArrival, type Schedule } from "./schedule";

/**
 * A plain cap: every EV charges on arrival, at the market's peak size or its rated power, whichever is less. What a cap
 * does without any market: the bar that a market has to clear. SPEC 7.
 */
export function capped(evs: readonly EvStay[], market: EnergyLimits): Schedule {
  return chargeOnArrival(evs, market, (ev) => cappedFrameWh(ev, market));
}
