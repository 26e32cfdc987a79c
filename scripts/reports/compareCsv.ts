import type { SchemeComparison, SchemeFigures } from "../simulation/compare";

/** Figures by name of column: docs/results.md says of each what it is. */
export const FIGURE_COLUMNS: Readonly<Record<string, keyof SchemeFigures>> = {
  absolute_steps_w: "absoluteStepsW",
  squared_steps_w2: "squaredSteps",
  squared_steps_root_w: "squaredStepsRootW",
  slope_variance_w2: "slopeVariance",
  slope_variance_cube_root: "slopeVarianceCubeRoot",
  log_range: "logRange",
  peak_w: "peakW",
  valley_w: "valleyW",
  mean_w: "meanW",
  peak_share: "peakShare",
  overloaded_frames: "overloadedFrames",
  unserved_share: "unservedShare",
  cost_per_ev: "costPerEv",
  earned_per_ev: "earnedPerEv",
  slope_deviation_w_per_h: "slopeDeviationWPerHour",
  span_squared_steps_root_w_per_day: "spanRootW",
  to_optimum: "toOptimum",
  above_optimum_w: "aboveOptimumW",
  to_uncontrolled: "toUncontrolled",
  compute_ms: "computeMs",
  gas_per_ev: "gasPerEv",
};

/** A comparison as CSV, a line per scheme and seed: power in W, shares from 0 to 1, amounts in money units. */
export function compareCsv(schemes: readonly SchemeComparison[], seeds: readonly number[]): string {
  const lines = schemes.flatMap(({ key, days }) =>
    days.map((figures, day) => [key, seeds[day], ...figureCells(figures)].join(",")),
  );
  return [["scheme", "seed", ...Object.keys(FIGURE_COLUMNS)].join(","), ...lines, ""].join("\n");
}

/** The figures of one scheme on one day, as cells in the order of {@link FIGURE_COLUMNS}. */
export function figureCells(figures: SchemeFigures): string[] {
  return Object.values(FIGURE_COLUMNS).map((name) => finite(figures[name]));
}

function finite(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}
