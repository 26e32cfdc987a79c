import type { MarketParameters } from "../core/types";
import { askedWh, type EnergyLimits, type EvStay } from "../piles/ev";

/** A scheme's schedule of a population, over frames 0 to the last departure. */
export interface Schedule {
  /** P_EV per frame, W, rounded away from zero as the market records it [T 4.3a]. Index: frame. */
  evLoadW: number[];
  /** Energy drawn per frame, Wh. Index: frame. */
  evWh: number[];
  /** Energy asked for per EV, Wh, in the order of the population. SPEC 7. */
  askedWh: number[];
  /** Energy delivered per EV, Wh. */
  servedWh: number[];
}

/**
 * Charges each EV from its first frame on, at up to `perFrameWh(ev)` a frame, until it has what it asked for or leaves.
 *
 * Discharging EVs stay idle: without a market nobody buys what they could sell.
 */
export function chargeOnArrival(
  evs: readonly EvStay[],
  market: EnergyLimits,
  perFrameWh: (ev: EvStay) => number,
): Schedule {
  const frames = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), 0) + 1;
  const evWh = new Array<number>(frames).fill(0);
  const asked = evs.map((ev) => (ev.side === "charge" ? askedWh(ev, market) : 0));
  const served = evs.map((ev, index) => {
    const limitWh = perFrameWh(ev);
    let leftWh = asked[index]!;
    for (let frame = ev.arrivalFrame + 1; frame <= ev.departureFrame && leftWh > 0; frame++) {
      const energyWh = Math.min(limitWh, leftWh);
      evWh[frame]! += energyWh;
      leftWh -= energyWh;
    }
    return asked[index]! - leftWh;
  });
  return { evLoadW: evWh.map((energyWh) => energyToPowerW(market, energyWh)), evWh, askedWh: asked, servedWh: served };
}

/** Energy moved in one frame as power, W, rounded away from zero [T 4.3a]. */
export function energyToPowerW(market: Pick<MarketParameters, "frameSeconds">, energyWh: number): number {
  const powerW = (Math.abs(energyWh) * 3600) / market.frameSeconds;
  return Math.sign(energyWh) * Math.ceil(powerW);
}
