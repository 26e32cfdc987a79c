import { batteryChangeWh, batteryOf } from "./battery";
import { cappedFrameWh, type EnergyLimits, type EvStay, neededWh } from "./ev";

/**
 * EVs that sell early in their stay and buy back until they leave. Ours: such an EV sells in the first half of its stay
 * what it holds above its reserve, as far as the second half can bring it back together with what it needs anyway, at the
 * market's peak size; in the second half it buys to its target. It is one EV after the other to the market: an ask, then
 * a bid.
 */

/** Last frame in which such an EV sells: that in the middle of its stay. */
export function lastSellingFrame({ arrivalFrame, departureFrame }: EvStay): number {
  return Math.floor((arrivalFrame + departureFrame) / 2);
}

/**
 * Energy that such an EV sells at most, Wh at the plug, rounded down; 0 where that is less than the smallest order, or
 * where the EV does not do both.
 */
export function sellableWh(ev: EvStay, market: EnergyLimits): number {
  if (ev.bothWays !== true || ev.side === "discharge") return 0;
  const { chargeEfficiency, dischargeEfficiency, reserveSoc } = batteryOf(ev);
  const { arrivalFrame, departureFrame, batteryWh, initialSoc } = ev;
  const middle = lastSellingFrame(ev);
  const mostWh = cappedFrameWh(ev, market);
  const aboveReserveWh = (initialSoc - reserveSoc) * batteryWh * dischargeEfficiency;
  // A Wh is left for the rounding of the need.
  const spareWh = mostWh * (departureFrame - middle) - neededWh(ev) - 1;
  const soldWh = Math.floor(
    Math.min(aboveReserveWh, mostWh * (middle - arrivalFrame), spareWh * chargeEfficiency * dischargeEfficiency),
  );
  return soldWh < Number(market.minEnergyWh) ? 0 : soldWh;
}

/** The first half of such an EV's stay, as a stay that sells. */
export function sellingStay(ev: EvStay, market: EnergyLimits): EvStay {
  const selling: EvStay = { ...ev, side: "discharge", departureFrame: lastSellingFrame(ev) };
  const targetSoc = ev.initialSoc + batteryChangeWh(selling, sellableWh(ev, market)) / ev.batteryWh;
  return { ...selling, targetSoc };
}

/** The second half, as a stay that charges. @param soldWh Energy sold in the first half, Wh at the plug */
export function refillingStay(ev: EvStay, soldWh: number): EvStay {
  const changeWh = batteryChangeWh({ ...ev, side: "discharge" }, soldWh);
  return { ...ev, arrivalFrame: lastSellingFrame(ev), initialSoc: ev.initialSoc + changeWh / ev.batteryWh };
}
