import type { Spread } from "../simulation/statistics";

/** A figure that the thesis prints, beside ours. */
export interface ReproducedFigure {
  measure: string;
  /** As printed. */
  reported: number;
  unit: string;
  found: Spread;
  /** By seed, in the order of the seeds. */
  bySeed: readonly number[];
  /** The reading of the text under which it was computed; undefined where the text leaves nothing open. */
  assuming?: string;
}

/** A curve or a row of bars as data: a value for each x. */
export interface ReproducedSeries {
  name: string;
  values: readonly number[];
}

/** The data of a figure. */
export interface ReproducedCurve {
  xName: string;
  yName: string;
  xs: readonly (number | string)[];
  series: readonly ReproducedSeries[];
}

/** Whether a figure of the thesis came out. */
export type Outcome = "reproduced" | "reproduced under an assumption" | "not reproduced" | "no figure to compare";

/** A table or figure of the thesis, run again. */
export interface Reproduction {
  /** As the thesis numbers it: `3.2`, `4-C`. */
  id: string;
  title: string;
  setting: string;
  /** Points that the text leaves open. */
  open: readonly string[];
  figures: readonly ReproducedFigure[];
  curve: ReproducedCurve;
  outcome: Outcome;
  /** One sentence. */
  verdict: string;
}

/** A table or figure of the thesis as an experiment. */
export interface Experiment {
  id: string;
  title: string;
  /** Runs it on some seeds. */
  run(seeds: readonly number[]): Promise<Omit<Reproduction, "id" | "title">>;
}
