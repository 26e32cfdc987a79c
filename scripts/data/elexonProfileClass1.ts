/**
 * Mean power of one UK household without an EV on a winter weekday, kW, per half hour: figure 0 is
 * 00:00-00:30, figure 47 is 23:30-24:00. 12.3 kWh a day, peak 0.92 kW at 17:30-18:30, valley 0.20 kW at
 * 03:30-04:30.
 *
 * Origin: Elexon Profile Class 1 (domestic unrestricted), group average demand, column "Wtr Wd", reference year 1997,
 * as published by the UKERC Energy Data Centre, open access. The source names each half hour by its end: its 00:30 is
 * figure 0 here. It is the profile family that [T 3.4.2, 4.4.2] simulates with.
 */
export const ELEXON_WINTER_WEEKDAY_KW: readonly number[] = [
  0.33, 0.28, 0.25, 0.23, 0.22, 0.21, 0.21, 0.2, 0.2, 0.21, 0.22, 0.24, 0.31, 0.39, 0.52, 0.63, 0.62, 0.57, 0.52, 0.5,
  0.49, 0.48, 0.47, 0.47, 0.49, 0.49, 0.47, 0.45, 0.44, 0.46, 0.47, 0.53, 0.64, 0.78, 0.89, 0.92, 0.92, 0.91, 0.88,
  0.84, 0.8, 0.78, 0.77, 0.72, 0.67, 0.59, 0.49, 0.41,
];

/**
 * P_home of a feeder of like homes, W, one figure per frame of a day [T 4.3a].
 *
 * @param homes Number of homes.
 */
export function homesBaseLoadW(homes: number): number[] {
  return ELEXON_WINTER_WEEKDAY_KW.map((kW) => Math.round(homes * kW * 1000));
}
