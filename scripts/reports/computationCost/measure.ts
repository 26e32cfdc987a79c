import { evolveSchedule } from "../../schemes/genetic/algorithm";
import { geneticProblem } from "../../schemes/genetic/problem";
import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../core/parameters";
import type { DayOptions } from "../../simulation/day";
import { defaultDay } from "../../simulation/defaults";
import type { MarketPort } from "../../core/ports";
import { chapter4Population } from "../../piles/populations/chapter4";
import { growthOf } from "./growth";
import { everyDayAlike } from "./steady";
import {
  type EarlyRun,
  type Fatigue,
  type GeneticDay,
  type GeneticRunner,
  measureComplete,
  measureEarly,
  scaledRun,
} from "./measureGenetic";
import { measureMarket } from "./measureMarket";
import {
  type CostReport,
  geneticKey,
  type GeneticSize,
  type Growth,
  type Pricing,
  schemesOf,
  type SchemeRun,
} from "./types";

/** Plan of a measurement. */
export interface CostPlan {
  seed: number;
  peers: readonly number[];
  sizes: readonly GeneticSize[];
  /** Numbers of peers at which every genetic run goes to its end. */
  completeAt: readonly number[];
  pricings: readonly Pricing[];
  command: string;
}

/** Bench of the measurement. */
export interface CostBench {
  /** A fresh market. */
  openMarket(peers: number, parameters: Partial<DeploymentParameters>): Promise<MarketPort>;
  /** The genetic scheduler. */
  runGenetic: GeneticRunner;
  /** Told of what begins now. */
  onProgress?: (what: string) => void;
}

const HOMES = 100;
const CAPACITY_W = 250_000;

/** Measures both schemes on the same days. */
export async function measureCosts(plan: CostPlan, bench: CostBench): Promise<CostReport> {
  const runs: SchemeRun[] = [];
  const uncontrolledPflW: Record<number, number> = {};
  const marketGas: Record<number, Record<string, { transactions: number; operations: number; gas: number }>> = {};
  for (const peers of plan.peers) {
    bench.onProgress?.(`AdBEV, ${peers} peers`);
    const { options, market } = feederOf(peers, plan.seed);
    const day = await measureMarket(peers, options, await bench.openMarket(peers, market));
    runs.push(...day.runs);
    uncontrolledPflW[peers] = day.uncontrolledPflW;
    marketGas[peers] = Object.fromEntries(
      Object.entries(day.gas).map(([kind, { gas, ...counts }]) => [kind, { ...counts, gas: Number(gas) }]),
    );
  }
  const genetic = await measureGenetic(plan, bench);
  runs.push(...genetic.runs);
  const schemes = schemesOf(plan.sizes);
  return {
    command: plan.command,
    seed: plan.seed,
    peers: plan.peers,
    schemes,
    runs,
    growth: schemes.map(({ key }) => growthOf(key, runs)).filter((fit): fit is Growth => fit !== undefined),
    pricings: plan.pricings,
    uncontrolledPflW,
    marketGas,
    generationGas: genetic.generationGas,
  };
}

/**
 * The feeder of `peers` EVs: the thesis's hundred homes behind 250 kVA, and beyond a hundred EVs as many homes as EVs
 * with their share of the transformer.
 */
export function feederOf(
  peers: number,
  seed: number,
): { options: DayOptions; market: { capacityW: bigint; pileCap: number } } {
  const homes = Math.max(HOMES, peers);
  return {
    options: defaultDay({ seed, evs: peers, homes, population: everyDayAlike(chapter4Population("halves")) }),
    market: { capacityW: BigInt((CAPACITY_W / HOMES) * homes), pileCap: DEFAULT_PARAMETERS.pileCap },
  };
}

async function measureGenetic(
  plan: CostPlan,
  bench: CostBench,
): Promise<{ runs: SchemeRun[]; generationGas: CostReport["generationGas"] }> {
  const runs: SchemeRun[] = [];
  const generationGas: CostReport["generationGas"][number][] = [];
  const fatigues = new Map<string, Fatigue[]>();
  // Complete runs first: the others are scaled by them.
  const isComplete = (peers: number) => plan.completeAt.includes(peers);
  for (const peers of [...plan.peers].sort((a, b) => Number(isComplete(b)) - Number(isComplete(a)) || a - b)) {
    const day = geneticDay(peers, plan.seed);
    const earlyRuns = new Map<number, EarlyRun>();
    for (const size of plan.sizes) {
      const { population, generations } = size;
      bench.onProgress?.(`GA of ${population} for ${generations} generations, ${peers} peers`);
      const early = earlyRuns.get(population) ?? (await measureEarly(day, size, bench.runGenetic));
      earlyRuns.set(population, early);
      const seen = fatigues.get(geneticKey(size)) ?? [];
      fatigues.set(geneticKey(size), seen);
      if (isComplete(peers)) {
        const complete = await measureComplete(day, size, early, bench.runGenetic);
        runs.push(complete.run);
        seen.push(complete.fatigue);
      } else {
        const { schedule } = evolveSchedule(day.problem, { ...size, seed: plan.seed });
        runs.push(scaledRun(day, size, early, seen, schedule));
      }
    }
    for (const { population, generations, setUpGas, evolvingGas } of earlyRuns.values()) {
      generationGas.push({ peers, population, gas: evolvingGas / generations, setUpGas });
    }
  }
  generationGas.sort((a, b) => a.population - b.population || a.peers - b.peers);
  return { runs: runs.sort((a, b) => a.peers - b.peers), generationGas };
}

/** The charging of the EVs that come within the measured day, known in advance. */
function geneticDay(peers: number, seed: number): GeneticDay {
  const { options, market } = feederOf(peers, seed);
  const { first, count } = options.measured;
  const baseW = (frame: number) => Number(options.publication(frame).baseLoadW);
  const evs = options.evs.filter(({ arrivalFrame }) => arrivalFrame >= first && arrivalFrame < first + count);
  const problem = geneticProblem(evs, { ...DEFAULT_PARAMETERS, ...market }, baseW);
  if (problem === undefined) throw new RangeError(`none of ${peers} EVs of seed ${seed} asks for energy`);
  return {
    peers,
    problem,
    baseLoadW: Array.from({ length: count }, (_, frame) => baseW(frame)),
  };
}
