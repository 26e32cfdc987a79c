import type { EvStay } from "../ev";
import { drawStays, type Population } from "../population";
import { drawStay, type StayPattern } from "./windows";

/** Slow, fast and rapid chargers [T 5.4.2] with their share. */
const KINDS = [
  { share: 0.5, batteryWh: 8_800, ratedW: [3_000] },
  { share: 0.4, batteryWh: 36_000, ratedW: [7_000, 11_000, 22_000] },
  { share: 0.1, batteryWh: 60_000, ratedW: [43_000, 50_000, 120_000] },
] as const;

/**
 * The EVs of [T 5.4.2]: chargers of 3 kW, 7-22 kW and 43-120 kW, charging to discharging 2:1.
 *
 * Ours, where [T] is silent: the three kinds 5:4:1, with the batteries of [T ch. 4] and, in the middle, of [T ch. 3];
 * the initial state of charge is uniform from 20 to 80 % for charging to 80 % [T Table 3-B] and from 50 to 100 % for
 * discharging to 50 % [T 4.4.1].
 *
 * @param pattern How EVs come and go.
 */
export function chapter5Population(pattern: StayPattern = "evening"): Population {
  return (options) =>
    drawStays(
      options,
      (_, random) => {
        const kind = random.pick(
          KINDS,
          KINDS.map(({ share }) => share),
        );
        return { batteryWh: kind.batteryWh, ratedW: random.pick<number>(kind.ratedW) };
      },
      (pile, firstFrameOfDay, kind, random, nextDay): EvStay => {
        const charges = random.chance(2 / 3);
        return {
          pile,
          side: charges ? "charge" : "discharge",
          ...drawStay(pattern, firstFrameOfDay, options.frameSeconds, random, nextDay),
          ...kind,
          initialSoc: charges ? random.uniform(0.2, 0.8) : random.uniform(0.5, 1),
          targetSoc: charges ? 0.8 : 0.5,
        };
      },
    );
}
