import { askedWh, type EnergyLimits, type EvStay, stayFrames } from "../piles/ev";
import { wholeWh } from "../planners/rounding";
import { energyToPowerW, type Schedule } from "./schedule";

/**
 * Every EV draws its energy evenly over its own stay: it knows when it leaves and nothing else. No market, no chain, no
 * messages; the calmest that an EV can do by itself. Discharging EVs stay idle.
 */
export function spreadEvenly(evs: readonly EvStay[], market: EnergyLimits): Schedule {
  const frames = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), 0) + 1;
  const evWh = new Array<number>(frames).fill(0);
  const asked = evs.map((ev) => (ev.side === "charge" ? askedWh(ev, market) : 0));
  evs.forEach((ev, index) => {
    const stay = stayFrames(ev);
    const share = wholeWh(new Array<number>(stay).fill(asked[index]! / Math.max(1, stay)));
    share.forEach((wh, offset) => (evWh[ev.arrivalFrame + 1 + offset]! += wh));
  });
  return { evLoadW: evWh.map((wh) => energyToPowerW(market, wh)), evWh, askedWh: asked, servedWh: asked };
}
