import type { DeploymentParameters } from "../core/parameters";
import { askedWh, frameWh } from "../piles/ev";
import { framesPerDay } from "../piles/population";
import { type ArrivalsProfile, learnArrivals } from "../planners/expectedArrivals";
import { type DaySettings, defaultDay } from "./defaults";

/** Seeds of the days that arrivals are learnt from: no day that anything is measured on should have one of them. */
export const PAST_SEEDS: readonly number[] = Array.from({ length: 20 }, (_, index) => 900_001 + index);

/** Arrivals by frame of the day on past days of a setting, means over all of them. */
export function pastArrivals(
  settings: Omit<DaySettings, "seed">,
  market: DeploymentParameters,
  seeds: readonly number[] = PAST_SEEDS,
): ArrivalsProfile {
  const perDay = framesPerDay(market.frameSeconds);
  const days = seeds.map((seed) => defaultDay({ ...settings, seed, warmUpDays: 0, afterDays: 0 }));
  const stays = days.flatMap(({ evs }) =>
    evs.map((ev) => ({
      side: ev.side,
      arrivalFrame: ev.arrivalFrame,
      departureFrame: ev.departureFrame,
      energyWh: askedWh(ev, market),
      frameWh: frameWh(market, ev.ratedW),
    })),
  );
  return learnArrivals(stays, seeds.length, perDay);
}
