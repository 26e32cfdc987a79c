import { grouped, kW } from "../core/text";
import type { SchemeComparison, SchemeFigures } from "../simulation/compare";
import type { Column } from "./columns";

type FigureKey = keyof SchemeFigures;

/** A figure of a scheme, once for the terminal, for JSON, for CSV and for the page. */
export interface CompareColumn {
  /** Name in JSON and in the code. */
  key: FigureKey;
  /** Heading in a CSV file; none where it does not stand there. */
  csv?: string;
  /** Table of the terminal and heading in it. */
  table?: { of: "fluctuation" | "optimum" | "feeder"; title: string };
  /** Figure in a table of the terminal, whose heading has its unit. */
  show: (value: number) => string;
  /** Chart on the page. */
  chart?: {
    id: string;
    title: string;
    caption: string;
    show: (value: number) => string;
    /** Title of its axis, and the text of a tick. */
    axis: string;
    tick: (value: number) => string;
    log?: boolean;
  };
}

const power = (value: number) => kW(value).replace(" kW", "");
const percent = (value: number) => (100 * value).toFixed(1);
const fixed = (decimals: number) => (value: number) => value.toFixed(decimals);
const pence = (value: number) => (value / 10_000).toFixed(1);
const inKW = { show: (value: number) => kW(value), axis: "kW", tick: (value: number) => String(value / 1000) };

/** The figures of a comparison, in the order of the tables. A new one is a row here and its value in `compare.ts`. */
export const COMPARE_COLUMNS: readonly CompareColumn[] = [
  {
    key: "absoluteStepsW",
    csv: "absolute_steps_w",
    table: { of: "fluctuation", title: "abs. steps, kW" },
    show: power,
    chart: {
      id: "pfl",
      title: "PFL by scheme",
      caption: "Sum of the absolute steps of the load (4.4), mean over the seeds.",
      ...inKW,
    },
  },
  {
    key: "toUncontrolled",
    csv: "to_uncontrolled",
    table: { of: "fluctuation", title: "to uncontr., %" },
    show: percent,
  },
  { key: "squaredSteps", csv: "squared_steps_w2", show: fixed(0) },
  {
    key: "squaredStepsRootW",
    csv: "squared_steps_root_w",
    table: { of: "fluctuation", title: "root sq. steps, kW" },
    show: power,
    chart: {
      id: "squared",
      title: "Squared steps by scheme",
      caption: "Root of the summed squared steps (chapter 6), mean over the seeds.",
      ...inKW,
    },
  },
  {
    key: "spanRootW",
    csv: "span_squared_steps_root_w_per_day",
    table: { of: "optimum", title: "root sq. steps a day, kW" },
    show: power,
  },
  {
    key: "aboveOptimumW",
    csv: "above_optimum_w",
    table: { of: "optimum", title: "above optimum, kW" },
    show: power,
  },
  { key: "toOptimum", csv: "to_optimum", table: { of: "optimum", title: "to optimum" }, show: fixed(2) },
  { key: "slopeVariance", csv: "slope_variance_w2", show: (value) => (value / 1e6).toFixed(1) },
  { key: "slopeVarianceCubeRoot", csv: "slope_variance_cube_root", show: fixed(0) },
  {
    key: "slopeDeviationWPerHour",
    csv: "slope_deviation_w_per_h",
    table: { of: "fluctuation", title: "slope sd, kW/h" },
    show: power,
  },
  { key: "logRange", csv: "log_range", table: { of: "fluctuation", title: "ln range/mean" }, show: fixed(2) },
  {
    key: "peakW",
    csv: "peak_w",
    table: { of: "feeder", title: "peak, kW" },
    show: power,
    chart: {
      ...{ id: "peak", title: "Peak by scheme", caption: "Largest load of a day, mean over the seeds." },
      ...inKW,
    },
  },
  { key: "valleyW", csv: "valley_w", show: power },
  { key: "meanW", csv: "mean_w", show: power },
  { key: "peakShare", csv: "peak_share", table: { of: "feeder", title: "of capacity, %" }, show: percent },
  { key: "overloadedFrames", csv: "overloaded_frames", table: { of: "feeder", title: "frames over" }, show: fixed(1) },
  {
    key: "unservedShare",
    csv: "unserved_share",
    table: { of: "feeder", title: "unserved, %" },
    show: percent,
    chart: {
      id: "unserved",
      title: "Energy unserved by scheme",
      caption: "Share of the energy asked for that was not delivered.",
      show: (value) => `${percent(value)} %`,
      axis: "%",
      tick: (value) => String(Math.round(1000 * value) / 10),
    },
  },
  { key: "costPerEv", csv: "cost_per_ev", table: { of: "feeder", title: "paid per EV, p" }, show: pence },
  { key: "earnedPerEv", csv: "earned_per_ev", table: { of: "feeder", title: "earned per EV, p" }, show: pence },
  { key: "sellersNetPerKWh", csv: "sellers_net_per_kwh_sold", show: pence },
  {
    key: "gasPerEv",
    csv: "gas_per_ev",
    table: { of: "feeder", title: "gas per EV" },
    show: (value) => grouped(Math.round(value)),
  },
  {
    key: "computeMs",
    csv: "compute_ms",
    table: { of: "feeder", title: "computed in, ms" },
    show: fixed(0),
    chart: {
      id: "time",
      title: "Time to compute by scheme",
      caption: "Time to work out a day's schedule on the machine that made this page.",
      show: (value) => `${value.toFixed(0)} ms`,
      axis: "ms, logarithmic",
      tick: (value) => String(value),
      log: true,
    },
  },
];

/** Origin of a comparison: enough to make it again. */
export interface Provenance {
  /** Version of the project. */
  version: string;
  /** Setting of the days. */
  setting: string;
  /** The command that gives the same figures. */
  command: string;
}

/** One scheme on one day. */
export interface CompareRow extends Provenance {
  scheme: string;
  seed: number;
  figures: SchemeFigures;
}

/** The columns of a comparison's CSV file. */
export const COMPARE_CSV_COLUMNS: readonly Column<CompareRow>[] = [
  { key: "version", csv: "version", value: ({ version }) => version },
  { key: "setting", csv: "setting", value: ({ setting }) => setting },
  { key: "scheme", csv: "scheme", value: ({ scheme }) => scheme },
  { key: "seed", csv: "seed", value: ({ seed }) => seed },
  ...COMPARE_COLUMNS.flatMap(({ key, csv }): Column<CompareRow>[] =>
    csv === undefined ? [] : [{ key, csv, value: ({ figures }) => figures[key] }],
  ),
  { key: "command", csv: "command", value: ({ command }) => command },
];

/** Headings of the figures in a CSV file: docs/results-schema.md says of each what it is. */
export const FIGURE_HEADINGS: readonly string[] = COMPARE_COLUMNS.flatMap(({ csv }) => csv ?? []);

/** The figures of one scheme on one day, as cells under {@link FIGURE_HEADINGS}; empty where there is none. */
export function figureCells(figures: SchemeFigures): string[] {
  return COMPARE_COLUMNS.flatMap(({ key, csv }) =>
    csv === undefined ? [] : [Number.isFinite(figures[key]) ? String(figures[key]) : ""],
  );
}

/** Mean and standard deviation of a figure over the seeds; the figure alone where there is one seed. */
export function spreadText({ spread }: SchemeComparison, { key, show }: Pick<CompareColumn, "key" | "show">): string {
  const { mean, standardDeviation, count } = spread[key];
  if (!Number.isFinite(mean)) return "–";
  return count === 1 ? show(mean) : `${show(mean)} ± ${show(standardDeviation)}`;
}
