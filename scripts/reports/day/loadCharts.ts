import { kW } from "../../core/text";
import { absoluteStepsW, stepsW } from "../../metrics/fluctuation";
import type { FrameReport } from "../../simulation/dayResult";
import { drawBars } from "../charts/barChart";
import { type Chart, LOOKS } from "../charts/chart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import type { DayPage } from "./dayPage";
import type { Times } from "./times";

/** Figure of an axis in kW. */
export const axisKW = (powerW: number) => String(Math.round(powerW / 100) / 10);

/** The load through the transformer under every scheme of the page, from the frame before the first on. */
function loadsOf({ day: { frames, before }, others }: DayPage): (Series & { values: number[]; beforeW: number })[] {
  const of = (value: (frame: FrameReport) => number) => frames.map(value);
  return [
    { name: "market", ...LOOKS.market, values: of((f) => f.loadW), beforeW: before.marketW },
    { name: "uncontrolled", ...LOOKS.uncontrolled, values: of((f) => f.uncontrolledW), beforeW: before.uncontrolledW },
    { name: "plain cap", ...LOOKS.capped, values: of((f) => f.cappedW), beforeW: before.cappedW },
    ...others.map(({ key, name, loadsW, beforeW }) => ({ name, ...LOOKS[key], values: loadsW, beforeW })),
    { name: "homes alone", ...LOOKS.homes, values: of((f) => f.baseLoadW), beforeW: before.baseW },
  ];
}

/** The load of the whole day, with what the transformer carries. */
export function loadChart(page: DayPage, times: Times): Chart {
  const { capacityW } = page.day;
  const series = loadsOf(page);
  const label = "Load with and without scheduling";
  const chart: LineChart = {
    ...{ ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series },
    limit: { name: `capacity ${kW(capacityW, 0)}`, value: capacityW },
  };
  const schemes = page.others.length === 0 ? "" : " The genetic algorithm knows its day's arrivals, the best plan all.";
  return {
    id: "load",
    title: label,
    caption: `Power through the transformer in each frame, after Figs. 4.4, 4.5 and 5.5 of the thesis.${schemes}`,
    legend: series,
    draw: (size) => drawLines(size, chart),
    table: times.table(series, (value) => kW(value)),
  };
}

/** Demand of the EVs alone. */
export function demandChart({ day }: DayPage, times: Times): Chart {
  const series: Series[] = [
    {
      ...{ name: "before (uncontrolled)", ...LOOKS.uncontrolled },
      values: day.frames.map((f) => f.uncontrolledW - f.baseLoadW),
    },
    { name: "after (market)", ...LOOKS.market, values: day.frames.map((f) => f.evLoadW) },
  ];
  const label = "What EVs draw from the grid, before and after";
  const chart: LineChart = { ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series };
  return {
    id: "demand",
    title: label,
    caption:
      "Demand of the EVs alone, after Fig. 5.3 of the thesis, which draws charging and discharging apart: here they are one, " +
      "and what EVs trade among themselves is no load of the feeder.",
    legend: series,
    draw: (size) => drawLines(size, chart),
    table: times.table(series, (value) => kW(value)),
  };
}

/** How the load steps, added up over the day. */
export function stepChart(page: DayPage, times: Times): Chart {
  const shown = loadsOf(page).filter(({ name }) => ["market", "uncontrolled", "homes alone"].includes(name));
  const series = shown.map(({ values, beforeW, ...look }): Series => {
    let soFar = 0;
    return { ...look, area: false, values: stepsW(values, beforeW).map((step) => (soFar += Math.abs(step))) };
  });
  const label = "Power fluctuation as the day goes on";
  const chart: LineChart = { ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series };
  return {
    id: "fluctuation",
    title: label,
    caption:
      "How far the load has stepped from frame to frame so far: at the end of the day it is the PFL (4.4). After Fig. 5.4 of " +
      "the thesis, which follows the variance of the slope (5.7) in the same way.",
    legend: series,
    draw: (size) => drawLines(size, chart),
    table: times.table(series, (value) => kW(value)),
  };
}

/** The sum of all steps under every scheme, the calmest first. */
export function pflChart(page: DayPage): Chart {
  const schemes = loadsOf(page)
    .map(({ name, style, values, beforeW }) => ({
      ...{ name, style, value: absoluteStepsW(values, beforeW), peakW: Math.max(...values) },
      hatched: name === "market",
    }))
    .sort((a, b) => a.value - b.value);
  const carries = `${kW(page.day.capacityW, 0)} of capacity`;
  return {
    id: "pfl",
    title: "PFL by scheme",
    caption:
      "Sum of the absolute steps of the load (4.4), the calmest first; the market is hatched. Every scheme over several days, " +
      "and against the number of arrivals: simulate:compare --html.",
    legend: [],
    draw: (size) =>
      drawBars(
        size,
        "PFL by scheme",
        schemes.map((scheme) => ({
          ...scheme,
          text: kW(scheme.value),
          more: `peak ${kW(scheme.peakW)}, ${carries}`,
        })),
      ),
    table: {
      head: ["scheme", "PFL", "peak"],
      rows: schemes.map(({ name, value, peakW }) => [name, kW(value), kW(peakW)]),
    },
  };
}
