import { fittedArrivals } from "../piles/arrivals/fittedProfile";
import { fitError } from "../piles/arrivals/sineFit";
import { geneticScheme } from "../schemes/genetic";
import { timeShifted } from "../schemes/timeShifted";
import { uncontrolled } from "../schemes/uncontrolled";
import { hoursOf, inKW, meanOf, ThesisDay } from "./days";
import { THESIS_SETTINGS } from "../simulation/thesisSettings";
import type { Experiment } from "./types";
import { figureOf, judged, text } from "./verdict";

const SETTING = THESIS_SETTINGS.thesis3;
const OPEN = SETTING.assumed;
const ASSUMING = "with Elexon's figures counted twice, a natural logarithm and arrivals chosen for it";
/** Of the genetic algorithm; the thesis lets 1 000 generations pass. */
const GENERATIONS = 200;

/** The day of chapter 3 under its three strategies. */
function strategies(seed: number) {
  const day = new ThesisDay(SETTING, seed);
  const { evs } = day.options;
  const { market, baseLoadW } = day;
  return {
    day,
    none: uncontrolled(evs, market),
    shifted: timeShifted(evs, market, baseLoadW),
    genetic: () => geneticScheme(evs, market, { seed, generations: GENERATIONS, baseLoadW }),
  };
}

const sumOfSines: Experiment = {
  id: "3.1",
  title: "Equations 3.3-3.5: arrivals as a sum of sines in two pieces",
  run: async () => {
    const { pieces, shares, dataShares } = fittedArrivals();
    const errors = pieces.map(({ first, count, sines }) => {
      const data = Array.from({ length: count }, (_, step) => dataShares[(first + step) % 48]!);
      return 100 * fitError(data, sines);
    });
    const percent = (values: readonly number[]) => values.map((value) => 100 * value);
    return {
      setting: "ElaadNL's arrivals on weekdays, private charging points",
      open: ["how many sines, and all their parameters", "what the two segments are: here pieces of the fit"],
      figures: [],
      curve: {
        ...{ xName: "hour", yName: "arrivals_percent", xs: hoursOf(48) },
        series: [
          { name: "data", values: percent(dataShares) },
          { name: "fit", values: percent(shares) },
        ],
      },
      outcome: "no figure to compare",
      verdict: `The text prints no parameter; four sines a piece follow the data to ${errors.map(text).join(" and ")} percentage points (root mean square).`,
    };
  },
};

const parameters: Experiment = {
  id: "3-B",
  title: "Table 3-B: simulation parameters",
  run: async (seeds) => {
    const evs = seeds.map((seed) => new ThesisDay(SETTING, seed).options);
    const ofDay = evs.map(({ evs: all, measured }) =>
      all.filter(({ arrivalFrame: at }) => at >= measured.first && at < measured.first + measured.count),
    );
    const figures = [
      figureOf(
        "EVs a day",
        100,
        "",
        ofDay.map((all) => all.length),
      ),
      figureOf(
        "battery",
        36,
        "kWh",
        ofDay.map((all) => all[0]!.batteryWh / 1000),
      ),
      figureOf(
        "charging rate",
        3.5,
        "kW",
        ofDay.map((all) => all[0]!.ratedW / 1000),
      ),
      figureOf(
        "wanted state of charge",
        0.8,
        "",
        ofDay.map((all) => all[0]!.targetSoc),
      ),
      figureOf(
        "mean state of charge on arrival, U(0.2, 0.8)",
        0.5,
        "",
        ofDay.map((all) => all.reduce((sum, ev) => sum + ev.initialSoc, 0) / all.length),
      ),
    ];
    return {
      ...{ setting: "thesis3", open: OPEN, figures },
      curve: {
        ...{ xName: "parameter", yName: "value", xs: figures.map(({ measure }) => measure) },
        series: [
          { name: "thesis", values: figures.map(({ reported }) => reported) },
          { name: "ours", values: figures.map(({ found }) => found.mean) },
        ],
      },
      ...judged(figures),
    };
  },
};

const loadProfile: Experiment = {
  id: "3.2",
  title: "Fig. 3.2: load without control and with the conventional strategy",
  run: async (seeds) => {
    const days = seeds.map(strategies);
    const none = days.map(({ day, none: schedule }) => day.measures(schedule));
    const shifted = days.map(({ day, shifted: schedule }) => day.measures(schedule));
    const figures = [
      figureOf(
        "ln((max − min) / mean), uncontrolled",
        0.56,
        "",
        none.map((one) => one.logRange),
        ASSUMING,
      ),
      figureOf(
        "peak, uncontrolled",
        329.5,
        "kW",
        none.map((one) => one.peakW / 1000),
        ASSUMING,
      ),
      figureOf(
        "valley, uncontrolled",
        58.5,
        "kW",
        none.map((one) => one.valleyW / 1000),
        ASSUMING,
      ),
      figureOf(
        "ln((max − min) / mean), conventional",
        0.2,
        "",
        shifted.map((one) => one.logRange),
        ASSUMING,
      ),
    ];
    return {
      setting: "thesis3",
      open: [...OPEN, "the conventional strategy has no rule: here a timer for the eight hours of lowest load"],
      figures,
      curve: {
        ...{ xName: "hour", yName: "load_kw", xs: hoursOf(48) },
        series: [
          { name: "homes", values: inKW(days[0]!.day.loadsW()) },
          { name: "uncontrolled", values: meanOf(days.map(({ day, none: s }) => inKW(day.loadsW(s)))) },
          { name: "conventional", values: meanOf(days.map(({ day, shifted: s }) => inKW(day.loadsW(s)))) },
        ],
      },
      ...judged(figures),
    };
  },
};

/** Figs. 3.3 and 3.4 show the same runs: as loads, and as bars of the fluctuation. */
function genetic(id: string, title: string, asBars: boolean): Experiment {
  return {
    ...{ id, title },
    run: async (seeds) => {
      const days = seeds.map((seed) => {
        const { day, none, shifted, genetic: evolve } = strategies(seed);
        return { day, none, shifted, genetic: evolve() };
      });
      const rangeOf = (key: "none" | "shifted" | "genetic") => days.map((one) => one.day.measures(one[key]).logRange);
      const figures = [
        figureOf("ln((max − min) / mean), genetic algorithm", 0.03, "", rangeOf("genetic"), ASSUMING),
        ...(asBars
          ? [
              figureOf("ln((max − min) / mean), uncontrolled", 0.56, "", rangeOf("none"), ASSUMING),
              figureOf("ln((max − min) / mean), conventional", 0.2, "", rangeOf("shifted"), ASSUMING),
            ]
          : []),
      ];
      const loads = (key: "none" | "genetic") => meanOf(days.map((one) => inKW(one.day.loadsW(one[key]))));
      return {
        setting: "thesis3",
        open: [...OPEN, `population, crossover and mutation; ${GENERATIONS} generations here, 1 000 there`],
        figures,
        curve: asBars
          ? {
              ...{ xName: "strategy", yName: "ln_range_over_mean", xs: figures.map(({ measure }) => measure) },
              series: [
                { name: "thesis", values: figures.map(({ reported }) => reported) },
                { name: "ours", values: figures.map(({ found }) => found.mean) },
              ],
            }
          : {
              ...{ xName: "hour", yName: "load_kw", xs: hoursOf(48) },
              series: [
                { name: "uncontrolled", values: loads("none") },
                { name: "genetic algorithm", values: loads("genetic") },
              ],
            },
        ...judged(figures),
      };
    },
  };
}

/** Experiments of chapter 3. */
export const CHAPTER3: readonly Experiment[] = [
  sumOfSines,
  parameters,
  loadProfile,
  genetic("3.3", "Fig. 3.3: load with the genetic algorithm", false),
  genetic("3.4", "Fig. 3.4: fluctuation of the three strategies", true),
];
