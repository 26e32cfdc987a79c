import { askedWh, cappedFrameWh, type EnergyLimits, type EvStay, frameWh, stayFrames } from "../piles/ev";
import { chargeOnArrival, type Schedule } from "./schedule";

/**
 * A plain cap: every EV charges on arrival, at the market's peak size or its rated power, whichever is less. It shows
 * the effect of a cap without any market: the bar that a market has to clear. SPEC 7.
 */
export function capped(evs: readonly EvStay[], market: EnergyLimits): Schedule {
  return chargeOnArrival(evs, market, (ev) => cappedFrameWh(ev, market));
}

/**
 * A lower cap of one figure: every EV charges on arrival at `capW`, or at the mean power that its stay calls for where
 * that is more, so that everybody is served.
 */
export function cappedAt(capW: number): (evs: readonly EvStay[], market: EnergyLimits) => Schedule {
  return (evs, market) =>
    chargeOnArrival(evs, market, (ev) => {
      const meanWh = Math.ceil(askedWh(ev, market) / Math.max(1, stayFrames(ev)));
      return Math.max(meanWh, Math.min(frameWh(market, capW), frameWh(market, ev.ratedW)));
    });
}
