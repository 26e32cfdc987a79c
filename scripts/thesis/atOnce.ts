import { type EvStay, frameWh } from "../piles/ev";
import { type ControlledSchedule, energiesToMoveWh, type FeederLimits, ScheduleBuilder } from "../schemes/controlled";

/** Every EV charges, and discharges, on arrival at its rated power: demands carried out as they come [T 5.4.2]. */
export function atOnce(evs: readonly EvStay[], market: FeederLimits): ControlledSchedule {
  const builder = new ScheduleBuilder(evs, market);
  const wanted = energiesToMoveWh(evs, market, true);
  evs.forEach(({ arrivalFrame, departureFrame, ratedW }, index) => {
    let leftWh = wanted[index]!;
    for (let frame = arrivalFrame + 1; frame <= departureFrame && leftWh > 0; frame++) {
      const energyWh = Math.min(leftWh, frameWh(market, ratedW));
      builder.move(index, frame, energyWh);
      leftWh -= energyWh;
    }
  });
  return builder.build();
}
