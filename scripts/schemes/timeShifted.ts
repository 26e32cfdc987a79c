import { askedWh, type EnergyLimits, type EvStay, frameWh } from "../piles/ev";
import { framesPerDay } from "../piles/population";
import { type ControlledSchedule, ScheduleBuilder } from "./controlled";

/** How charging is shifted. */
export interface TimeShiftedOptions {
  /** Hours of the day that count as off-peak, those of the lowest base load; 8. */
  offPeakHours?: number;
  /**
   * Treatment of energy that the off-peak frames of a stay cannot take: left unserved, as [T 3.4.2] reports of the
   * conventional strategy ("the total EV charging demand is not met"), or charged in the last frames before
   * departure.
   */
  rest?: "unserved" | "beforeDeparture";
}

/**
 * The "conventional" strategy of [T 3.4.2]: charging in peak time is shifted to when consumption is low. [T] gives no
 * rule for it; **Ours**: a timer. EVs charge at rated power from the first off-peak frame of their stay on, off-peak being
 * the eight hours of the day with the lowest base load; nothing looks at what other EVs do.
 *
 * @param baseLoadW P_home of a frame, W; its first day says which hours are off-peak.
 */
export function timeShifted(
  evs: readonly EvStay[],
  market: EnergyLimits,
  baseLoadW: (frame: number) => number,
  { offPeakHours = 8, rest = "unserved" }: TimeShiftedOptions = {},
): ControlledSchedule {
  const perDay = framesPerDay(market.frameSeconds);
  const offPeak = new Set(
    Array.from({ length: perDay }, (_, frame) => frame)
      .sort((a, b) => baseLoadW(a) - baseLoadW(b))
      .slice(0, Math.round((offPeakHours * 3600) / market.frameSeconds)),
  );
  const builder = new ScheduleBuilder(evs, market);
  evs.forEach((ev, index) => {
    if (ev.side === "discharge") return;
    const pileWh = frameWh(market, ev.ratedW);
    let leftWh = askedWh(ev, market);
    const charge = (frame: number) => {
      const energyWh = Math.min(pileWh, leftWh);
      if (energyWh > 0) builder.move(index, frame, energyWh);
      leftWh -= energyWh;
    };
    const stay = Array.from({ length: ev.departureFrame - ev.arrivalFrame }, (_, k) => ev.arrivalFrame + 1 + k);
    const night = stay.filter((frame) => offPeak.has(frame % perDay));
    night.forEach(charge);
    if (rest === "beforeDeparture")
      stay
        .filter((frame) => !night.includes(frame))
        .reverse()
        .forEach(charge);
  });
  return builder.build();
}
