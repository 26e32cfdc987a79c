import type { DeploymentParameters } from "../core/parameters";
import { askedWh, frameWh } from "../piles/ev";
import { framesPerDay } from "../piles/population";
import { type ArrivalsProfile, learnArrivals } from "../planners/expectedArrivals";
import { EXPECTED_SHARE, type ExpectedLoadProfile, learnExpectedLoad } from "../planners/expectedLoad";
import { optimalMoves } from "../schemes/offlineOptimum";
import { baseLoadOf } from "./dayOptions";
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

/** Whose load is expected, and how much of it. */
export interface PastLoadOptions extends Pick<PastOptions, "seeds"> {
  /** Whether what discharging EVs feed in is expected as well. */
  discharging?: boolean;
  /** Load expected against the load learnt, to see what a wrong expectation costs; 1. */
  scale?: number;
}

/**
 * The load to expect of a setting's EVs in each frame of a day: as the best schedules of past days would have had it, which
 * their operator can work out once they are over.
 */
export function pastLoad(
  settings: Omit<DaySettings, "seed">,
  market: DeploymentParameters,
  { seeds = PAST_SEEDS, discharging = false, scale = 1 }: PastLoadOptions = {},
): ExpectedLoadProfile {
  const factors = { charge: Number(market.chargeEfficiencyBps), discharge: -Number(market.dischargeEfficiencyBps) };
  const deliveries = seeds.flatMap((seed) => {
    const day = defaultDay({ ...settings, seed, warmUpDays: 0, afterDays: 0 });
    return optimalMoves(day.evs, market, baseLoadOf(day), { discharging }).map(({ index, frame, energyWh }) => {
      const { side, arrivalFrame } = day.evs[index]!;
      return { frame, firstFrame: arrivalFrame + 1, loadWh: (energyWh * factors[side]) / 10_000 };
    });
  });
  const { frameSeconds } = market;
  const extent = { days: seeds.length, perDay: framesPerDay(frameSeconds), frameSeconds };
  return learnExpectedLoad(deliveries, { ...extent, share: scale * EXPECTED_SHARE });
}

/** All that a comparison's schemes may expect of a setting's EVs. @param share of what was learnt */
export function expectations(settings: Omit<DaySettings, "seed">, market: DeploymentParameters, share: number) {
  const load = (discharging: boolean) => {
    let learnt: ExpectedLoadProfile | undefined;
    return () => (learnt ??= pastLoad(settings, market, { discharging, scale: share }));
  };
  return {
    arrivals: pastArrivals(settings, market, { share }),
    expectedLoad: { charging: load(false), net: load(true) },
  };
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
