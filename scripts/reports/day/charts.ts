import type { Chart } from "../charts/chart";
import type { DayPage } from "./dayPage";
import { demandChart, loadChart, pflChart, stepChart } from "./loadCharts";
import { arrivalChart, depthChart, gasChart, pairChart, priceChart } from "./marketCharts";
import { Times } from "./times";

/** Every chart of a day's page, in its order. */
export function dayCharts(page: DayPage): Chart[] {
  const times = new Times(page);
  return [
    loadChart(page, times),
    pflChart(page),
    stepChart(page, times),
    demandChart(page, times),
    priceChart(page),
    arrivalChart(page),
    depthChart(page, times),
    pairChart(page),
    ...(page.day.gas === undefined ? [] : [gasChart(page.day.gas)]),
  ];
}
