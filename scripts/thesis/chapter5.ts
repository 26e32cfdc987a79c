import type { ControlledSchedule } from "../schemes/controlled";
import { rolling } from "../schemes/rolling";
import { atOnce } from "./atOnce";
import { hoursOf, inKW, meanOf, ThesisDay } from "./days";
import { THESIS_SETTINGS } from "../simulation/thesisSettings";
import type { Experiment, ReproducedFigure } from "./types";
import { figureOf, judged } from "./verdict";

const SETTING = THESIS_SETTINGS.thesis5;
const ASSUMING =
  "as the standard deviation of the slope in kW per hour, which the text calls a cube root, on the standard profile H0";
const OPEN = [
  ...SETTING.assumed,
  "in which unit the slope is, over how many frames its variance is, and of what the root is taken",
  "what PoB does in a round: here the least step of the next frame, each demand put off by two rounds at most",
];
/** [T 5.4.2]: "a maximum waiting for two rounds". */
const MAX_WAIT_FRAMES = 2;

interface Chapter5Day {
  day: ThesisDay;
  without: ControlledSchedule;
  pob: ControlledSchedule;
}

/** Demands carried out as they come, and by PoB. */
function runOf(seed: number): Chapter5Day {
  const day = new ThesisDay(SETTING, seed);
  const { evs } = day.options;
  const options = { horizonFrames: 1, discharging: true };
  return {
    day,
    without: atOnce(evs, day.market),
    pob: rolling(evs, day.market, day.baseLoadW, { ...options, maxWaitFrames: MAX_WAIT_FRAMES }),
  };
}

function slopes(days: readonly Chapter5Day[]): ReproducedFigure[] {
  return [
    figureOf(
      "PF without PoB",
      48.5,
      "",
      days.map(({ day, without }) => day.slopeKWPerHour(without)),
      ASSUMING,
    ),
    figureOf(
      "PF with PoB",
      32.4,
      "",
      days.map(({ day, pob }) => day.slopeKWPerHour(pob)),
      ASSUMING,
    ),
  ];
}

/** kWh of the measured day's hours. */
function byHour({ options, market }: ThesisDay, energyWh: readonly number[]): number[] {
  const perHour = 3600 / market.frameSeconds;
  return Array.from({ length: 24 }, (_, hour) => {
    const first = options.measured.first + hour * perHour;
    return energyWh.slice(first, first + perHour).reduce((sum, wh) => sum + wh, 0) / 1000;
  });
}

const demands: Experiment = {
  id: "5.3",
  title: "Fig. 5.3: charging and discharging by hour, before and after PoB",
  run: async (seeds) => {
    const days = seeds.map(runOf);
    const mean = (key: "without" | "pob", which: "drawnWh" | "soldWh") =>
      meanOf(days.map((one) => byHour(one.day, one[key][which])));
    const before = mean("without", "drawnWh");
    const after = mean("pob", "drawnWh");
    const peak = (values: readonly number[]) => Math.max(...values);
    return {
      ...{ setting: "thesis5", open: OPEN, figures: [] },
      curve: {
        ...{ xName: "hour", yName: "energy_kwh", xs: hoursOf(24) },
        series: [
          { name: "charging, before", values: before },
          { name: "charging, after", values: after },
          { name: "discharging, before", values: mean("without", "soldWh") },
          { name: "discharging, after", values: mean("pob", "soldWh") },
        ],
      },
      outcome: "no figure to compare",
      verdict: `The figure has no values in the text; the largest hour's charging goes from ${peak(before).toFixed(0)} to ${peak(after).toFixed(0)} kWh.`,
    };
  },
};

const fluctuationByHour: Experiment = {
  id: "5.4",
  title: "Fig. 5.4: PF as the day goes on, with and without PoB",
  run: async (seeds) => {
    const days = seeds.map(runOf);
    const figures = slopes(days);
    const upTo = (key: "without" | "pob") =>
      meanOf(
        days.map(({ day, [key]: schedule }) => {
          const loads = inKW(day.loadsW(schedule));
          const slope = loads.map((load, index) => 2 * (load - (loads[index - 1] ?? load)));
          return slope.map((_, last) => deviation(slope.slice(0, last + 1)));
        }),
      );
    return {
      ...{ setting: "thesis5", open: OPEN, figures },
      curve: {
        ...{ xName: "hour", yName: "slope_deviation_kw_per_h", xs: hoursOf(48) },
        series: [
          { name: "without PoB", values: upTo("without") },
          { name: "with PoB", values: upTo("pob") },
        ],
      },
      ...judged(figures),
    };
  },
};

const consumption: Experiment = {
  id: "5.5",
  title: "Fig. 5.5: load of the area, with and without PoB",
  run: async (seeds) => {
    const days = seeds.map(runOf);
    const figures = slopes(days);
    return {
      ...{ setting: "thesis5", open: OPEN, figures },
      curve: {
        ...{ xName: "hour", yName: "load_kw", xs: hoursOf(48) },
        series: [
          { name: "homes", values: inKW(days[0]!.day.loadsW()) },
          { name: "without PoB", values: meanOf(days.map(({ day, without }) => inKW(day.loadsW(without)))) },
          { name: "with PoB", values: meanOf(days.map(({ day, pob }) => inKW(day.loadsW(pob)))) },
        ],
      },
      ...judged(figures),
    };
  },
};

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Experiments of chapter 5. */
export const CHAPTER5: readonly Experiment[] = [demands, fluctuationByHour, consumption];
