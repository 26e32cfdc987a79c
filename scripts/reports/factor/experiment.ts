import type { MeasuredFrames } from "../../data/calendar";
import type { DeploymentParameters } from "../../core/parameters";
import { squaredSteps } from "../../metrics/fluctuation";
import { COMPETITIVE_RATIO } from "../../planners/rollingPlanner";
import { offlineOptimum } from "../../schemes/offlineOptimum";
import { rolling } from "../../schemes/rolling";
import type { Schedule } from "../../schemes/schedule";
import { spanOf } from "../../simulation/compare";
import type { DayOptions } from "../../simulation/dayOptions";
import { type Interval, meanInterval } from "../../simulation/interval";
import { spread, type Spread } from "../../simulation/statistics";

/** Objectives of a plan, each of which is then measured by itself. */
export const OBJECTIVES = ["load", "steps"] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** Factors of the first step that are tried where a factor is tuned, unless told otherwise; the thesis's is one of them. */
export const TRIED_FACTORS: readonly number[] = [1, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2, COMPETITIVE_RATIO, 3];

/** The days on which factors are tried, and how. */
export interface FactorOptions {
  dayOf: (seed: number) => DayOptions;
  market: DeploymentParameters;
  /** Seeds that the factor is tuned on, and others that it is measured on. */
  trainingSeeds: readonly number[];
  holdOutSeeds: readonly number[];
  /** Factors to choose among, each at least 1. */
  factors: readonly number[];
  /** Frames that the plan looks ahead. */
  horizonFrames: number;
}

/** One factor on the hold-out days. */
export interface FactorRow {
  objective: Objective;
  factor: number;
  /** Whether the training days chose it. */
  tuned: boolean;
  /** Objective against the offline optimum's, by hold-out seed: the sum of the squared loads, or of the squared steps. */
  toOptimum: number[];
  spread: Spread;
  /** The same less that of factor 1, seed by seed. */
  againstOne: Interval;
}

/** Findings on the training days. */
export interface Training {
  objective: Objective;
  /** Mean over the training seeds of the objective against the offline optimum's, by factor. */
  toOptimum: { factor: number; mean: number }[];
  chosen: number;
}

/** Result of {@link tuneFactor}. */
export interface FactorReport {
  training: Training[];
  rows: FactorRow[];
}

/**
 * Tries factors of the first step of a rolling plan without a market: chooses the best of them on training days, and
 * measures it on other days beside 1 and the thesis's 2.39. The plan is made once for the squared load, for which online
 * algorithms of that kind have proven bounds, and once for the squared steps, the thesis's objective.
 *
 * @param onDay Told of each day that is done.
 */
export function tuneFactor(options: FactorOptions, onDay?: (seed: number) => void): FactorReport {
  const { trainingSeeds, holdOutSeeds } = options;
  const overlap = trainingSeeds.find((seed) => holdOutSeeds.includes(seed));
  if (overlap !== undefined) throw new RangeError(`seed ${overlap} is to train on and held out`);
  const training = OBJECTIVES.map((objective) => ({ objective, by: new Map<number, number[]>() }));
  for (const seed of trainingSeeds) {
    for (const { objective, by } of training) tryFactors(options, seed, objective, options.factors, by);
    onDay?.(seed);
  }
  const trained = training.map(({ objective, by }): Training => {
    const toOptimum = [...by].map(([factor, ratios]) => ({ factor, mean: spread(ratios).mean }));
    return { objective, toOptimum, chosen: toOptimum.reduce((a, b) => (b.mean < a.mean ? b : a)).factor };
  });
  const held = trained.map(({ objective, chosen }) => ({ objective, chosen, by: new Map<number, number[]>() }));
  for (const seed of holdOutSeeds) {
    for (const { objective, chosen, by } of held) {
      tryFactors(options, seed, objective, new Set([1, COMPETITIVE_RATIO, chosen]), by);
    }
    onDay?.(seed);
  }
  return { training: trained, rows: held.flatMap(({ objective, chosen, by }) => rowsOf(objective, chosen, by)) };
}

function rowsOf(objective: Objective, chosen: number, by: ReadonlyMap<number, number[]>): FactorRow[] {
  const one = by.get(1)!;
  return [...by].map(([factor, toOptimum]) => ({
    ...{ objective, factor, tuned: factor === chosen, toOptimum, spread: spread(toOptimum) },
    againstOne: meanInterval(toOptimum.map((ratio, index) => ratio - one[index]!)),
  }));
}

/** Adds each factor's ratio to the optimum on a day. */
function tryFactors(
  { dayOf, market, horizonFrames }: FactorOptions,
  seed: number,
  objective: Objective,
  factors: Iterable<number>,
  by: Map<number, number[]>,
): void {
  const day = dayOf(seed);
  const baseLoadW = (frame: number) => Number(day.publication(frame).baseLoadW);
  const measure = ({ evWh }: Schedule) => {
    const loadW = (frame: number) => baseLoadW(frame) + ((evWh[frame] ?? 0) * 3600) / market.frameSeconds;
    return measured(loadW, spanOf(day), objective);
  };
  const optimum = measure(offlineOptimum(day.evs, market, baseLoadW, { objective }));
  for (const factor of factors) {
    const plan = rolling(day.evs, market, baseLoadW, { horizonFrames, objective, firstStepFactor: factor });
    by.set(factor, [...(by.get(factor) ?? []), measure(plan) / optimum]);
  }
}

/** Objective of a load over some frames, W². */
function measured(loadW: (frame: number) => number, { first, count }: MeasuredFrames, objective: Objective): number {
  const loadsW = Array.from({ length: count }, (_, index) => loadW(first + index));
  return objective === "load"
    ? loadsW.reduce((sum, load) => sum + load ** 2, 0)
    : squaredSteps(loadsW, loadW(first - 1));
}
