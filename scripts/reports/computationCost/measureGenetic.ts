import type { GeneticRun } from "../../chain/geneticClient";
import { absoluteStepsW } from "../../metrics/fluctuation";
import type { Charge } from "../../schemes/genetic/algorithm";
import type { GeneticProblem } from "../../schemes/genetic/problem";
import { type GeneticSize, geneticKey, type SchemeRun } from "./types";

/** Runs the genetic scheduler on a chain from opening to conclusion. */
export type GeneticRunner = (problem: GeneticProblem, size: GeneticSize) => Promise<GeneticRun>;

/** One day as the genetic algorithm gets it. */
export interface GeneticDay {
  peers: number;
  problem: GeneticProblem;
  /** P_home of each frame of a day, W. */
  baseLoadW: readonly number[];
}

/** Generations that are measured at every number of peers; what is longer is scaled from them. */
export const EARLY_GENERATIONS = 50;

/** The first generations of a population, as a whole run of their own. */
export interface EarlyRun {
  population: number;
  generations: number;
  /** Everything but the generations: handing in the orders, checking the schedule. */
  setUpGas: number;
  /** Of the generations, the first population included. */
  evolvingGas: number;
}

/** How much of the early generations' gas an average generation of a whole run takes, as seen at some sizes. */
export interface Fatigue {
  peers: number;
  /** Below 1: generations get cheaper as individuals grow alike. */
  ratio: number;
  /** Evolving gas for each evolving transaction. */
  gasPerTransaction: number;
}

/** Runs the first generations of a size. */
export async function measureEarly(day: GeneticDay, size: GeneticSize, run: GeneticRunner): Promise<EarlyRun> {
  const generations = Math.min(EARLY_GENERATIONS, size.generations);
  const result = await run(day.problem, { population: size.population, generations });
  return {
    population: size.population,
    generations,
    setUpGas: Number(result.openGas + result.concludeGas),
    evolvingGas: evolvingGas(result),
  };
}

/** Runs a size to its end. */
export async function measureComplete(
  day: GeneticDay,
  size: GeneticSize,
  early: EarlyRun,
  run: GeneticRunner,
): Promise<{ run: SchemeRun; fatigue: Fatigue }> {
  const result = await run(day.problem, size);
  const gas = evolvingGas(result);
  const straight = (early.evolvingGas * size.generations) / early.generations;
  return {
    run: {
      ...common(day, size),
      basis: "receipts",
      gas: Number(result.gas),
      transactions: result.transactions,
      pflW: dayPflW(day, result.schedule),
    },
    fatigue: { peers: day.peers, ratio: gas / straight, gasPerTransaction: gas / result.evolutions.length },
  };
}

/**
 * Scales the cost of a size from its first generations at this number of peers, by how much cheaper the later ones
 * were where the whole run was measured.
 *
 * @param schedule Schedule that the run finds, by the contract's twin off chain, which finds the same.
 */
export function scaledRun(
  day: GeneticDay,
  size: GeneticSize,
  early: EarlyRun,
  fatigues: readonly Fatigue[],
  schedule: readonly Charge[],
): SchemeRun {
  const ratio = interpolated(fatigues, day.peers, (fatigue) => fatigue.ratio);
  const perTransaction = interpolated(fatigues, day.peers, (fatigue) => fatigue.gasPerTransaction);
  const gas = (early.evolvingGas * size.generations * ratio) / early.generations;
  return {
    ...common(day, size),
    basis: "scaled",
    gas: Math.round(early.setUpGas + gas),
    transactions: 2 + Math.ceil(gas / perTransaction),
    pflW: dayPflW(day, schedule),
  };
}

/**
 * PFL of a schedule over a day [T 4.4], W. The same EVs come every day: what is charged after midnight falls on the
 * morning of the day itself, as it does in the market's steady day.
 */
export function dayPflW({ problem, baseLoadW }: Omit<GeneticDay, "peers">, schedule: readonly Charge[]): number {
  const loadsW = [...baseLoadW];
  const add = (frame: number, energyWh: number) => {
    const ofDay = (problem.firstFrame + frame) % loadsW.length;
    loadsW[ofDay] = loadsW[ofDay]! + (energyWh * 3600) / problem.frameSeconds;
  };
  for (const charge of schedule) {
    const afterwards = charge.firstFrame + charge.fullFrames;
    for (let frame = charge.firstFrame; frame < afterwards; frame++) add(frame, charge.frameWh);
    add(afterwards, charge.restWh);
  }
  return absoluteStepsW(loadsW, loadsW[loadsW.length - 1]!);
}

/** A figure between two measured numbers of peers, straight in their logarithm; at the ends, that of the nearest. */
export function interpolated(
  measured: readonly Fatigue[],
  peers: number,
  figure: (fatigue: Fatigue) => number,
): number {
  const sorted = [...measured].sort((a, b) => a.peers - b.peers);
  const above = sorted.find((fatigue) => fatigue.peers >= peers);
  const below = [...sorted].reverse().find((fatigue) => fatigue.peers <= peers);
  const [low, high] = [below ?? above, above ?? below];
  if (low === undefined || high === undefined) throw new RangeError("no complete run to scale by");
  if (low.peers === high.peers) return figure(low);
  const part = Math.log(peers / low.peers) / Math.log(high.peers / low.peers);
  return figure(low) + part * (figure(high) - figure(low));
}

function evolvingGas({ evolutions }: GeneticRun): number {
  return evolutions.reduce((sum, { gas }) => sum + Number(gas), 0);
}

function common({ peers, problem }: GeneticDay, size: GeneticSize) {
  const chargedWh = problem.orders.reduce((sum, { energyWh }) => sum + energyWh, 0);
  return { peers, scheme: geneticKey(size), chargedWh, tradedWh: 0, unservedShare: 0 };
}
