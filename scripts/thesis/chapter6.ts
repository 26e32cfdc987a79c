import { withDefaults } from "../core/parameters";
import { COMPETITIVE_RATIO } from "../planners/rollingPlanner";
import type { ControlledSchedule } from "../schemes/controlled";
import { offlineOptimum } from "../schemes/offlineOptimum";
import { rolling } from "../schemes/rolling";
import { pastArrivals } from "../simulation/pastDays";
import { ThesisDay } from "./days";
import { THESIS_SETTINGS } from "../simulation/thesisSettings";
import type { Experiment } from "./types";
import { figureOf, judged, text } from "./verdict";

const SETTING = THESIS_SETTINGS.thesis6;
/** EVs a day, as along the figure's axis. */
const ARRIVALS = [20, 40, 60];
/** Eight hours of ten minutes. */
const HORIZON_FRAMES = 48;
const ALONE = { warmUpDays: 0, afterDays: 0 } as const;

type Scheme = "offline optimal" | "ePoB" | "no future knowledge" | "offline AdBEV";

/** The squared steps of each scheme on one day, kW². */
function squaresOf(seed: number, evs: number): Record<Scheme, number> {
  const day = new ThesisDay(SETTING, seed, { ...ALONE, evs });
  const stays = day.options.evs;
  const { market, baseLoadW } = day;
  const plan = { horizonFrames: HORIZON_FRAMES, discharging: true };
  const arrivals = pastArrivals({ ...SETTING.settings, evs }, withDefaults(SETTING.market), { stayHours: [] });
  const squares = (schedule: ControlledSchedule) => day.measures(schedule).squaredSteps / 1e6;
  return {
    "offline optimal": squares(offlineOptimum(stays, market, baseLoadW, { discharging: true, gapShare: 1e-3 })),
    ePoB: squares(rolling(stays, market, baseLoadW, { ...plan, firstStepFactor: COMPETITIVE_RATIO })),
    "no future knowledge": squares(rolling(stays, market, baseLoadW, plan)),
    "offline AdBEV": squares(
      rolling(stays, market, baseLoadW, {
        ...{ ...plan, expected: arrivals, expectation: { sides: ["charge", "discharge"] } },
      }),
    ),
  };
}

const comparison: Experiment = {
  id: "6.6",
  title: "Fig. 6.6: squared steps against the number of EVs",
  run: async (seeds) => {
    const squares = ARRIVALS.map((evs) => seeds.map((seed) => squaresOf(seed, evs)));
    const schemes: Scheme[] = ["offline optimal", "ePoB", "no future knowledge", "offline AdBEV"];
    const most = squares[squares.length - 1]!;
    const figures = [
      figureOf(
        `ePoB against offline AdBEV, ${ARRIVALS.at(-1)} EVs`,
        -3.5,
        "%",
        most.map((of) => 100 * (of.ePoB / of["offline AdBEV"] - 1)),
      ),
    ];
    const mean = (all: readonly Record<Scheme, number>[], scheme: Scheme) =>
      all.reduce((sum, of) => sum + of[scheme], 0) / all.length;
    const { outcome, verdict } = judged(figures);
    const ranked = [...schemes].sort((a, b) => mean(most, a) - mean(most, b));
    return {
      setting: "thesis6, a day from midnight on without EVs of the day before",
      open: [
        ...SETTING.assumed,
        "the horizon: here eight hours",
        "what offline AdBEV does: here a plan that reckons with the arrivals to be expected",
        "ePoB: here the plan for the EVs that are there, its first step times 2.39 [Table 6-A]",
      ],
      figures,
      curve: {
        ...{ xName: "evs_a_day", yName: "squared_steps_kw2", xs: ARRIVALS },
        series: schemes.map((scheme) => ({ name: scheme, values: squares.map((all) => mean(all, scheme)) })),
      },
      outcome,
      verdict: `${verdict} From the calmest: ${ranked.join(", ")}; with ${ARRIVALS.at(-1)} EVs ${ranked.map((scheme) => text(mean(most, scheme))).join(", ")} kW².`,
    };
  },
};

/** Experiments of chapter 6, except the protocol. */
export const CHAPTER6: readonly Experiment[] = [comparison];
