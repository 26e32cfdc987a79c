import type { DeploymentParameters } from "../core/parameters";
import { askedWh, frameWh } from "../piles/ev";
import { framesPerDay } from "../piles/population";
import { type ArrivalsProfile, learnArrivals } from "../planners/expectedArrivals";
import { type DaySettings, defaultDay } from "./defaults";

/** Seeds of the days that arrivals are learnt from: no day that anything is measured on should have one of them. */
export const PAST_SEEDS: readonly number[] = Array.from({ length: 20 }, (_, index) => 900_001 + index);

/** Longest stays of the classes that arrivals are told apart by, h; longer ones are the last class. */
export const STAY_HOURS: readonly number[] = [2, 5, 12];

/** Days that arrivals are learnt from, and how. */
export interface PastOptions {
  /** Seeds of the past days; {@link PAST_SEEDS}. */
  seeds?: readonly number[];
  /** Longest stays of the classes but the last, h, rising; {@link STAY_HOURS}. */
  stayHours?: readonly number[];
  /** Energy expected against the energy learnt, to see what a wrong profile costs; 1. */
  share?: number;
}

/** Arrivals by frame of the day on past days of a setting, means over all of them. */
export function pastArrivals(
  settings: Omit<DaySettings, "seed">,
  market: DeploymentParameters,
  { seeds = PAST_SEEDS, stayHours = STAY_HOURS, share = 1 }: PastOptions = {},
): ArrivalsProfile {
  const perDay = framesPerDay(market.frameSeconds);
  const days = seeds.map((seed) => defaultDay({ ...settings, seed, warmUpDays: 0, afterDays: 0 }));
  const stays = days.flatMap(({ evs }, day) =>
    evs.map((ev) => ({
      day,
      side: ev.side,
      arrivalFrame: ev.arrivalFrame,
      departureFrame: ev.departureFrame,
      energyWh: share * askedWh(ev, market),
      frameWh: share * frameWh(market, ev.ratedW),
    })),
  );
  const stayBounds = stayHours.map((hours) => Math.floor((hours * 3_600) / market.frameSeconds));
  return learnArrivals(stays, seeds.length, perDay, stayBounds);
}
