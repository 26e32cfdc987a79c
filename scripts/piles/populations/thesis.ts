import type { Random } from "../../core/random";
import type { EvStay } from "../ev";
import { drawStays, frameOfDay, framesPerDay, type Population } from "../population";

/** A wave of arrivals, normal around an hour of the day. */
export interface Wave {
  share: number;
  meanHour: number;
  deviationHours: number;
}

/** A charger and the battery that goes with it. */
export interface Charger {
  share: number;
  batteryWh: number;
  ratedW: number;
  /** Where discharging has another rate, W. */
  dischargeW?: number;
}

/** A population as a chapter of the thesis describes it, with what it leaves open chosen. */
export interface ThesisPopulation {
  waves: readonly Wave[];
  chargers: readonly Charger[];
  /** Share of the EVs that discharge; by default those above `chargeToSoc` on arrival do. */
  dischargingShare?: number;
  /** State of charge on arrival, uniform. */
  initialSoc: readonly [number, number];
  chargeToSoc: number;
  dischargeToSoc: number;
}

/** **Ours**: [T 3.2.1] says that most EVs stay "for more than eight hours". */
const STAY_HOURS = { mean: 10, deviation: 1, least: 8 } as const;
const SECONDS_PER_HOUR = 3600;

/** Draws the population of a chapter. A stay ends at the latest as the pile's next EV arrives. */
export function thesisPopulation(of: ThesisPopulation): Population {
  return (options) => {
    const perDay = framesPerDay(options.frameSeconds);
    const arrivalOf = (day: Random) => drawArrival(of.waves, day.stream("arrival"), options.frameSeconds, perDay);
    return drawStays(
      options,
      (_, random) =>
        random.pick(
          of.chargers,
          of.chargers.map(({ share }) => share),
        ),
      (pile, firstFrameOfDay, charger, random, nextDay): EvStay => {
        const arrivalFrame = firstFrameOfDay + arrivalOf(random);
        const nextArrival = firstFrameOfDay + perDay + arrivalOf(nextDay);
        const hours = random.stream("stay").normal(STAY_HOURS.mean, STAY_HOURS.deviation);
        const frames = Math.round((Math.max(STAY_HOURS.least, hours) * SECONDS_PER_HOUR) / options.frameSeconds);
        const soc = random.stream("soc");
        const drawn = soc.uniform(...of.initialSoc);
        const discharges =
          of.dischargingShare === undefined ? drawn >= of.chargeToSoc : soc.chance(of.dischargingShare);
        const least = discharges ? of.dischargeToSoc : 0;
        const initialSoc = Math.max(least, discharges ? drawn : Math.min(drawn, of.chargeToSoc));
        return {
          ...{ pile, side: discharges ? "discharge" : "charge", arrivalFrame, initialSoc },
          departureFrame: Math.min(arrivalFrame + frames, nextArrival),
          batteryWh: charger.batteryWh,
          targetSoc: discharges ? of.dischargeToSoc : of.chargeToSoc,
          ratedW: discharges ? (charger.dischargeW ?? charger.ratedW) : charger.ratedW,
        };
      },
    );
  };
}

function drawArrival(waves: readonly Wave[], random: Random, frameSeconds: number, perDay: number): number {
  const { meanHour, deviationHours } = random.pick(
    waves,
    waves.map(({ share }) => share),
  );
  const frame = Math.floor((random.normal(meanHour, deviationHours) * SECONDS_PER_HOUR) / frameSeconds);
  // After midnight it is the morning of the same day that it comes in: days are drawn alike.
  return frameOfDay(frame, perDay);
}
