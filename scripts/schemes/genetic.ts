import { type EvStay } from "../piles/ev";
import { framesPerDay } from "../piles/population";
import { evolveSchedule, type GeneticSettings } from "./genetic/algorithm";
import { type GeneticLimits, geneticProblem } from "./genetic/problem";
import { energyToPowerW, type Schedule } from "./schedule";

/** How the genetic scheme works. */
export interface GeneticSchemeSettings extends Partial<Omit<GeneticSettings, "seed">> {
  seed: GeneticSettings["seed"];
  /** P_home of a frame, W. */
  baseLoadW: (frame: number) => number;
}

/** Individuals where nothing else is asked for. */
export const DEFAULT_POPULATION = 50;
/** Generations of [T 3.4.2]. */
export const THESIS_GENERATIONS = 1000;

/**
 * Scheduling by a genetic algorithm over start and duration of each EV's charging, at no more than its rated power
 * [T Table 3-A, 4.4]. SPEC 7.
 *
 * A day ahead, as in [T 3.3.2]: the EVs that arrive within one day are all known and scheduled together, on top of the
 * base load and of what EVs of earlier days still draw. Discharging EVs stay idle. Every EV gets all it asks for; what
 * the load then exceeds the capacity by is a penalty that the algorithm works against.
 */
export function geneticScheme(
  evs: readonly EvStay[],
  market: GeneticLimits,
  settings: GeneticSchemeSettings,
): Schedule {
  const { seed, baseLoadW, population = DEFAULT_POPULATION, generations = THESIS_GENERATIONS } = settings;
  const frames = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), 0) + 1;
  const perDay = framesPerDay(market.frameSeconds);
  const evWh = new Array<number>(frames).fill(0);
  const askedWh = new Array<number>(evs.length).fill(0);
  const servedWh = new Array<number>(evs.length).fill(0);
  const loadW = (frame: number) => baseLoadW(frame) + energyToPowerW(market, evWh[frame] ?? 0);

  for (let from = 0; from < frames; from += perDay) {
    const today = evs.flatMap((ev, index) =>
      ev.arrivalFrame >= from && ev.arrivalFrame < from + perDay ? [{ ev, index }] : [],
    );
    const problem = geneticProblem(
      today.map(({ ev }) => ev),
      market,
      loadW,
    );
    if (problem === undefined) continue;
    const { schedule } = evolveSchedule(problem, { population, generations, seed });
    schedule.forEach(({ firstFrame, fullFrames, frameWh, restWh }, order) => {
      const index = today[problem.evs[order]!]!.index;
      const restFrame = problem.firstFrame + firstFrame + fullFrames;
      for (let frame = restFrame - fullFrames; frame < restFrame; frame++) evWh[frame]! += frameWh;
      if (restWh > 0) evWh[restFrame]! += restWh;
      askedWh[index] = problem.orders[order]!.energyWh;
      servedWh[index] = fullFrames * frameWh + restWh;
    });
  }
  return { evLoadW: evWh.map((energyWh) => energyToPowerW(market, energyWh)), evWh, askedWh, servedWh };
}
