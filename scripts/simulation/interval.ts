/** A mean and its 95 % interval. */
export interface Interval {
  mean: number;
  /** Student's interval of the mean; not there for a single value. */
  low?: number;
  high?: number;
  count: number;
}

/** The mean of some values with Student's 95 % interval. At least one value. */
export function meanInterval(values: readonly number[]): Interval {
  const count = values.length;
  if (count === 0) throw new RangeError("no values");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = student95(count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half, count };
}

/** Student's t at 97.5 % for 1 to 10 degrees of freedom. */
const STUDENT_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
/** The normal distribution's. */
const NORMAL_95 = 1.959964;

/** Student's t at 97.5 %, to three digits: of a table, then by Cornish and Fisher's expansion. */
function student95(freedom: number): number {
  const z = NORMAL_95;
  const first = (z ** 3 + z) / (4 * freedom);
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);
  return STUDENT_95[freedom - 1] ?? z + first + second + third;
}
