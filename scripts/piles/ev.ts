import type { MarketParameters, Side } from "../core/types";
import { type BatteryModel, batteryOf } from "./battery";

/**
 * One stay of one EV at its pile: the whole of what its agent knows about it.
 *
 * Frames are those of the simulation. An EV that plugs in during frame `a` can first be delivered to in frame `a + 1`
 * (the order goes out in `a`, before the window of `a + 1` opens), in every scheme alike; `departureFrame` is the last
 * frame in which it can be delivered to.
 */
export interface EvStay {
  /** The pile it is plugged into. */
  pile: string;
  /** `charge`: wants to be filled up to `targetSoc`; `discharge`: sells what it holds above `targetSoc`. */
  side: Side;
  arrivalFrame: number;
  departureFrame: number;
  /** Battery capacity, Wh. */
  batteryWh: number;
  /** State of charge on arrival, 0 to 1 [T 3.7, 4.5c]. */
  initialSoc: number;
  /** State of charge wanted on departure, 0 to 1 [T 4.5b]. */
  targetSoc: number;
  /** Rated power of the pile for this EV, both ways, W [T 3.8]. */
  ratedW: number;
  /** Losses, wear and reserve of its battery; none of them by default. */
  battery?: Readonly<BatteryModel>;
  /** Charging: may sell early in the stay what it holds above its reserve, and buys it back before it leaves. */
  bothWays?: boolean;
  /**
   * Recorded in a file: whatever of its need the market's rules cannot deliver is unserved. The EVs that a setting draws
   * ask for what they can have and no more. SPEC 7.
   */
  recorded?: boolean;
}

/** Parameters of a market that an EV's energy depends on. */
export type EnergyLimits = Pick<MarketParameters, "frameSeconds" | "icebergPeakWh" | "minEnergyWh">;

/** Energy that a power moves in one frame, Wh, rounded down. */
export function frameWh(market: Pick<MarketParameters, "frameSeconds">, powerW: number): number {
  return Math.floor((powerW * market.frameSeconds) / 3600);
}

/** Frames in which the EV can be delivered to. */
export function stayFrames(ev: EvStay): number {
  return Math.max(0, ev.departureFrame - ev.arrivalFrame);
}

/**
 * Energy that the EV would move at the plug if its stay allowed everything, Wh, to the nearest: `|targetSoc - initialSoc|`
 * of its battery [T 3.9], with the losses on the way in added and those on the way out taken off. What a reserve limits
 * is rounded down, so that the reserve stays whole.
 */
export function neededWh(ev: EvStay): number {
  const { side, batteryWh, initialSoc, targetSoc } = ev;
  const { chargeEfficiency, dischargeEfficiency, reserveSoc } = batteryOf(ev);
  if (side === "charge") return Math.max(0, Math.round(((targetSoc - initialSoc) * batteryWh) / chargeEfficiency));
  const aboveTargetWh = Math.round((initialSoc - targetSoc) * batteryWh * dischargeEfficiency);
  if (reserveSoc === 0) return Math.max(0, aboveTargetWh);
  return Math.max(0, Math.min(aboveTargetWh, Math.floor((initialSoc - reserveSoc) * batteryWh * dischargeEfficiency)));
}

/**
 * The energy an EV asks for, Wh: what it needs or, where less, what its stay allows at the market's peak size (or its
 * own rated power, where that is less). The same for every scheme, so that all move the same energy. SPEC 7. Nothing
 * if it is less than the smallest order.
 */
export function askedWh(ev: EvStay, market: EnergyLimits): number {
  const asked = Math.min(neededWh(ev), cappedFrameWh(ev, market) * stayFrames(ev));
  return asked < Number(market.minEnergyWh) ? 0 : asked;
}

/**
 * The energy that has to be delivered for an EV to be served, Wh: what its file says of a recorded one, what it asks for
 * of any other.
 */
export function wantedWh(ev: EvStay, market: EnergyLimits): number {
  return ev.recorded === true ? neededWh(ev) : askedWh(ev, market);
}

/**
 * Energy that the EV's pile could deliver in its stay at rated power, Wh; no rule of a market can change
 * it.
 */
export function possibleWh(ev: EvStay, market: EnergyLimits): number {
  return Math.min(neededWh(ev), frameWh(market, ev.ratedW) * stayFrames(ev));
}

/** Energy that the EV can move in one frame at the market's peak size, Wh. */
export function cappedFrameWh(ev: EvStay, market: EnergyLimits): number {
  return Math.min(Number(market.icebergPeakWh), frameWh(market, ev.ratedW));
}

/**
 * Whether the market shows an order in tranches [T 4.13]: above its threshold, above what the pile can move in a frame, or
 * naming a peak below its quantity. Unless its last frame is its first, it is an iceberg. SPEC 2.
 *
 * @param pileFrameWh Energy that the pile can move in a frame, Wh.
 * @param peakWh Named peak, Wh; 0 for none.
 */
export function isIceberg(icebergThresholdWh: number, pileFrameWh: number, energyWh: number, peakWh = 0): boolean {
  return energyWh > icebergThresholdWh || energyWh > pileFrameWh || (peakWh > 0 && peakWh < energyWh);
}
