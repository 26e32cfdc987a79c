import type { EvStay } from "../ev";
import { drawStays, type Population } from "../population";
import { drawStay, type StayPattern } from "./windows";

/** A plug-in hybrid on a slow charger, a large battery on a fast one [T 4.4.1]. */
const SLOW = { batteryWh: 8_800, ratedW: 3_000 };
const FAST = { batteryWh: 60_000, ratedW: 43_000 };
/** Slow to fast 4:1 [T 4.4.1]: every fifth pile is fast. */
const PILES_PER_FAST_PILE = 5;

const CHARGE_TO_SOC = 0.8;
const DISCHARGE_TO_SOC = 0.5;

/**
 * The EVs of [T 4.4.1]: batteries of 8.8 kWh on 3 kW chargers and of 60 kWh on 43 kW chargers in 4:1, a random state of
 * charge, coming through the day and the evening.
 *
 * Ours, where [T] is silent: which battery goes with which charger (the two cars it names: a Prius cannot take 43 kW);
 * the initial state of charge is uniform in (0, 1), the interval of [T 4.5c]; below 80 % an EV charges to 80 %, above it
 * discharges to 50 %, which makes four charging EVs for one discharging; stays are those of {@link drawStay}.
 *
 * @param pattern How EVs come and go.
 */
export function chapter4Population(pattern: StayPattern = "evening"): Population {
  return (options) =>
    drawStays(
      options,
      (index) => (index % PILES_PER_FAST_PILE === PILES_PER_FAST_PILE - 1 ? FAST : SLOW),
      (pile, firstFrameOfDay, kind, random, nextDay): EvStay => {
        const initialSoc = random.uniform();
        const charges = initialSoc < CHARGE_TO_SOC;
        return {
          pile,
          side: charges ? "charge" : "discharge",
          ...drawStay(pattern, firstFrameOfDay, options.frameSeconds, random, nextDay),
          ...kind,
          initialSoc,
          targetSoc: charges ? CHARGE_TO_SOC : DISCHARGE_TO_SOC,
        };
      },
    );
}
