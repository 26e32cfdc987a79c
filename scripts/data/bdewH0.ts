/**
 * Mean power of a household on a winter workday, W, for every 1 000 kWh that it draws in a year, per half
 * hour from 00:00 on.
 *
 * Origin: standard load profile H0 (BDEW 1999), published for Germany and used in Austria as well, from a copy under
 * CC0; means of two quarter-hours, rounded to a tenth.
 */
export const BDEW_H0_WINTER_WORKDAY_W: readonly number[] = [
  64.2, 52.4, 44.9, 41.3, 39.9, 39.2, 38.7, 38.3, 38.6, 39.6, 42.0, 51.8, 75.4, 104.8, 125.0, 133.8, 135.1, 131.9,
  126.2, 120.2, 116.8, 115.7, 116.5, 120.1, 127.5, 133.9, 132.9, 126.0, 118.5, 112.2, 106.7, 103.0, 102.7, 107.8, 119.8,
  137.4, 157.3, 175.1, 186.4, 187.7, 176.7, 159.8, 146.2, 135.8, 123.8, 109.5, 94.1, 78.7,
];

/** P_home of a feeder of households by the standard profile, W per half hour. @param yearlyKWh of each */
export function h0BaseLoadW(homes: number, yearlyKWh: number): number[] {
  return BDEW_H0_WINTER_WORKDAY_W.map((watts) => Math.round((homes * watts * yearlyKWh) / 1000));
}
