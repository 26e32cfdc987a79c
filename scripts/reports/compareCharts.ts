import { kW } from "../core/text";
import type { SchemeComparison } from "../simulation/compare";
import { meanInterval } from "../simulation/interval";
import type { Chart } from "./charts/chart";
import { type CurvesChart, drawCurves, type Family, familyControl, groupControl } from "./charts/curvesChart";
import { drawDots } from "./charts/dotChart";
import { drawLines, type LineChart, type Series } from "./charts/lineChart";
import { type CompareColumn, spreadText } from "./compareColumns";
import { FAMILIES, familiesOf } from "./families";
import { legendLook } from "./page";

/** The schemes at one number of arrivals. */
export interface ArrivalsComparison {
  /** EVs a day. */
  evs: number;
  schemes: readonly SchemeComparison[];
}

/** Schemes that stand out among the lines of their families. */
const BOLD = ["uncontrolled", "adbev", "epobLaxity", "rolling", "offlineOptimumV2g"];
/** Days that are drawn: each has a line for every scheme. */
const MOST_DAYS = 20;

/** The load of every scheme over the day of each seed, against what the transformer carries. */
export function curvesChart(
  schemes: readonly SchemeComparison[],
  seeds: readonly number[],
  { capacityW, frameTexts }: { capacityW: number; frameTexts: readonly string[] },
): Chart {
  const days = seeds.slice(0, MOST_DAYS);
  const groups = days.map((seed) => `seed ${seed}`);
  const xs = frameTexts.map((_, index) => index);
  const families = familiesOf(schemes).map((key): Family => {
    const { name, ...look } = FAMILIES[key];
    return { ...look, key, name: `${name} (${schemes.filter(({ family }) => family === key).length})` };
  });
  const label = "Load curves of every scheme";
  const chart: CurvesChart = {
    ...{ label, xs, xTicks: xs.filter((index) => (index * 24) % frameTexts.length === 0 && index % 4 === 0) },
    ...{ xText: (index) => frameTexts[index] ?? "", xTitle: "time of day at which the frame begins" },
    ...{ yTitle: "kW", yText: (powerW) => String(Math.round(powerW / 100) / 10), stepped: true, groups },
    limit: { name: `capacity ${kW(capacityW, 0)}`, value: capacityW },
    curves: schemes.map(({ key, title, family, loadsW }) => {
      const { style, dash } = FAMILIES[family];
      return {
        name: title,
        style,
        ...(dash === undefined ? {} : { dash }),
        family,
        bold: BOLD.includes(key),
        values: loadsW,
      };
    }),
  };
  const more = seeds.length > MOST_DAYS ? ` The first ${MOST_DAYS} of ${seeds.length} days.` : "";
  return {
    id: "curves",
    title: label,
    caption: `Power through the transformer in each frame, homes included. Bold: ${schemes
      .filter(({ key }) => BOLD.includes(key))
      .map(({ title }) => title)
      .join("; ")}.${more}`,
    legend: [],
    unit: "kW",
    control: familyControl(families, legendLook) + groupControl(groups),
    draw: (size) => drawCurves(size, chart),
    table: {
      head: ["scheme", "seed", ...frameTexts],
      rows: schemes.flatMap(({ title, loadsW }) =>
        days.map((seed, day) => [title, String(seed), ...(loadsW[day] ?? []).map((powerW) => kW(powerW))]),
      ),
    },
  };
}

/** A figure of every scheme as a dot with its intervals, the least first. */
export function dotsOf(
  { key: figure, chart }: CompareColumn,
  schemes: readonly SchemeComparison[],
  capacityW: number,
): Chart {
  const { id, title, caption, show, axis, tick, log = false } = chart!;
  const shown = schemes
    .filter(({ spread }) => Number.isFinite(spread[figure].mean))
    .sort((a, b) => a.spread[figure].mean - b.spread[figure].mean);
  const several = (shown[0]?.days.length ?? 1) > 1;
  const dots = shown.map((scheme) => {
    const { mean, min, max } = scheme.spread[figure];
    const { low, high } = meanInterval(scheme.days.map((day) => day[figure]));
    const { style, mark } = FAMILIES[scheme.family];
    return {
      ...{ name: scheme.title, style, mark, value: mean, range: [min, max] as const },
      interval: low === undefined || high === undefined ? undefined : ([low, high] as const),
      text: spreadText(scheme, { key: figure, show }),
      more: [
        ...(low === undefined || high === undefined ? [] : [`95 % interval of the mean ${show(low)} to ${show(high)}`]),
        `least ${show(min)}, most ${show(max)}`,
      ].join("\n"),
    };
  });
  const limit = figure === "peakW" ? { name: `capacity ${kW(capacityW, 0)}`, value: capacityW } : undefined;
  const intervals = several ? " Thick: 95 % interval of the mean; thin: least to most of the seeds." : "";
  return {
    id,
    title,
    caption: `${caption} The least comes first.${intervals}`,
    legend: familiesOf(shown).map((key) => FAMILIES[key]),
    draw: (size) => drawDots(size, { label: title, xTitle: axis, xText: tick, log, limit, dots }),
    table: {
      head: ["scheme", "mean", "± sd", "least", "most"],
      rows: shown.map(({ title: name, spread }) => {
        const { mean, standardDeviation, min, max } = spread[figure];
        return [name, show(mean), show(standardDeviation), show(min), show(max)];
      }),
    },
  };
}

/** The schemes of the charts of arrivals: beyond a few, lines cannot be told apart. */
const COMPARED_BY_ARRIVALS: readonly (readonly [
  key: string,
  look: Pick<Series, "style" | "dash" | "bold" | "mark">,
])[] = [
  ["adbev", { style: "s0", bold: true, mark: "circle" }],
  ["epobLaxity", { style: "s4", dash: "10 3 2 3", bold: true, mark: "diamond" }],
  ["uncontrolled", { style: "s3", dash: "8 4", mark: "square" }],
  ["capped", { style: "s2", dash: "2 3", mark: "square" }],
  ["timeShifted", { style: "s6", dash: "8 4", mark: "square" }],
  ["genetic", { style: "s6", dash: "2 3", mark: "triangle" }],
  ["rolling", { style: "s1", dash: "2 3", mark: "triangle" }],
  ["expected", { style: "s1", mark: "triangle" }],
  ["offlineOptimum", { style: "s5", dash: "16 4", mark: "hollow" }],
];

/** The measures that are drawn against the number of arrivals. */
const BY_ARRIVALS = [
  {
    ...{ id: "arrivals", title: "PFL by scheme and arrivals", figure: "absoluteStepsW" as const },
    caption: "Sum of the absolute steps of the load (4.4) against the number of EVs a day, mean over the seeds.",
  },
  {
    ...{ id: "arrivalsSquared", title: "Squared steps by scheme and arrivals", figure: "squaredStepsRootW" as const },
    caption:
      "Root of the summed squared steps, the measure of chapter 6, mean over the seeds, after Fig. 6.6 of the thesis. That one " +
      "has ePoB, the offline optimum, an online algorithm without future knowledge (here the rolling plan) and AdBEV told the " +
      "arrivals to expect (here the nearest are the market itself and the plan that expects arrivals).",
  },
] as const;

/** Every measure against the number of arrivals. */
export function arrivalsCharts(arrivals: readonly ArrivalsComparison[]): Chart[] {
  const titles = new Map(arrivals[0]!.schemes.map(({ key, title }) => [key, title]));
  return BY_ARRIVALS.map(({ id, title, caption, figure }) => {
    const series = COMPARED_BY_ARRIVALS.flatMap(([key, look]): Series[] => {
      const name = titles.get(key);
      if (name === undefined) return [];
      const values = arrivals.map(({ schemes }) => schemes.find((one) => one.key === key)?.spread[figure].mean);
      return [{ name, ...look, values, points: true }];
    });
    const xs = arrivals.map(({ evs }) => evs);
    const chart: LineChart = {
      ...{ label: title, xs, xTicks: xs, xText: String, xTip: (count) => `${count} EVs a day`, xTitle: "EVs a day" },
      ...{ yTitle: "kW", yText: (powerW) => String(Math.round(powerW / 100) / 10), series },
    };
    return {
      ...{ id, title, caption, legend: series },
      draw: (size) => drawLines(size, chart),
      table: {
        head: ["EVs a day", ...series.map(({ name }) => name)],
        rows: xs.map((evs, index) => [
          String(evs),
          ...series.map(({ values }) => (values[index] === undefined ? "–" : kW(values[index]))),
        ]),
      },
    };
  });
}
