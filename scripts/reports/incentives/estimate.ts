import { spread } from "../../simulation/statistics";

/** A mean over seeds, and half the width of its 95 % interval. */
export interface Estimate {
  mean: number;
  halfWidth: number;
}

/** Two-sided 97.5 % points of Student's t by degrees of freedom from 1 on; beyond the table the last is on the safe side. */
const T_POINTS = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Mean of some values with its 95 % interval by Student's t; none for a single value. */
export function estimate(values: readonly number[]): Estimate {
  const { mean, standardDeviation, count } = spread(values);
  const point = T_POINTS[Math.min(count - 1, T_POINTS.length) - 1] ?? 0;
  return { mean, halfWidth: (point * standardDeviation) / Math.sqrt(count) };
}
