/**
 * The nearest point to `wanted` with each entry in `[0, high]` and a sum in `[least, most]`: per-EV projection on box and
 * sum [T (6a)-(6c)]. With weights `w` the distance is `sum w (x - wanted)^2`, and the point is
 * `x = clamp(wanted - tau / w)` for one `tau`, found by Newton's method on a piecewise linear function, kept in brackets.
 *
 * @param out Where the point goes; may be `wanted` itself.
 * @param least At most `high` times the number of entries.
 * @param start A guess of `tau`, such as that of a projection nearby.
 * @returns `tau`, 0 where the sum of the clamped entries lies in between.
 */
export function projectOnBoxAndSum(
  wanted: Float64Array,
  weights: Float64Array,
  high: number,
  least: number,
  most: number,
  out: Float64Array,
  start = 0,
): number {
  let inside = 0;
  for (let k = 0; k < wanted.length; k++) inside += clamp(wanted[k]!, high);
  const tau =
    inside < least
      ? solve(wanted, weights, high, least, Math.min(start, 0))
      : inside > most
        ? solve(wanted, weights, high, most, Math.max(start, 0))
        : 0;
  for (let k = 0; k < wanted.length; k++) out[k] = clamp(wanted[k]! - tau / weights[k]!, high);
  return tau;
}

function clamp(value: number, high: number): number {
  return value < 0 ? 0 : value > high ? high : value;
}

/** `tau` with `sum clamp(wanted - tau / w) = target`; the sum falls as `tau` grows. */
function solve(wanted: Float64Array, weights: Float64Array, high: number, target: number, start: number): number {
  // Between all at `high` and all at 0.
  let below = Infinity;
  let above = -Infinity;
  for (let k = 0; k < wanted.length; k++) {
    below = Math.min(below, (wanted[k]! - high) * weights[k]!);
    above = Math.max(above, wanted[k]! * weights[k]!);
  }
  const tolerance = 1e-12 * Math.max(1, target, high);
  let tau = start > below && start < above ? start : (below + above) / 2;
  for (let round = 0; round < 100; round++) {
    let sum = 0;
    let slope = 0;
    for (let k = 0; k < wanted.length; k++) {
      const value = wanted[k]! - tau / weights[k]!;
      if (value <= 0) continue;
      if (value >= high) sum += high;
      else {
        sum += value;
        slope += 1 / weights[k]!;
      }
    }
    const over = sum - target;
    if (Math.abs(over) <= tolerance) return tau;
    if (over > 0) below = tau;
    else above = tau;
    const next = slope > 0 ? tau + over / slope : NaN;
    tau = next > below && next < above ? next : (below + above) / 2;
    if (above - below <= 1e-14 * Math.max(1, Math.abs(tau))) return tau;
  }
  return tau;
}
