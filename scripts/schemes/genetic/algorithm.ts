import { getBytes, keccak256 } from "ethers";

import type { ChargingOrder, GeneticProblem } from "./problem";

/** How a problem is worked on. */
export interface GeneticSettings {
  /** Individuals, 2 to 256. */
  population: number;
  /** Generations; 1 000 in [T 3.4.2]. */
  generations: number;
  /** Seed of all draws: an integer of at most 256 bits, not negative. */
  seed: number | bigint;
}

/** One EV's charging: a run of frames at one power and, in the frame after it, what is left. */
export interface Charge {
  /** Counted from the problem's own first frame. */
  firstFrame: number;
  fullFrames: number;
  /** Moved in each full frame, Wh. */
  frameWh: number;
  /** Moved in the frame after them, Wh. */
  restWh: number;
}

/** Result of the algorithm. */
export interface GeneticResult {
  /** One charge per order. */
  schedule: Charge[];
  /** P_total per frame, W. */
  loadW: number[];
  /** Sum of the absolute steps of it, W [T 4.4]. */
  pflW: number;
  /** Its excess over the limit, summed over the frames, W. */
  overloadW: number;
}

/** Told of the fittest individual's fitness, W, after each generation. */
export type GenerationListener = (generation: number, fitnessW: number) => void;

/** W of fitness for each W of overload. */
const OVERLOAD_WEIGHT = 8;
const LONGEST = 7;
const STARTS = 32;
const GENES_PER_WORD = 32;

interface Individual {
  genes: Uint8Array;
  loadW: Float64Array;
  fitnessW: number;
}

/**
 * The genetic algorithm, to the draw as it is specified in `contracts/interfaces/IGeneticScheduler.sol`: at equal problem
 * and settings, schedule and PFL are those of the contract.
 */
export function evolveSchedule(
  problem: GeneticProblem,
  settings: GeneticSettings,
  onGeneration?: GenerationListener,
): GeneticResult {
  const { population, generations } = settings;
  const { orders, limitW, beforeW } = problem;
  const draws = new Draws(settings.seed);
  const wattsPerWh = 3600 / problem.frameSeconds;
  const charges = orders.map((order) => Array.from({ length: 256 }, (_, gene) => decodeGene(order, gene)));

  /** Adds a gene's charge to a load (`sign` 1) or takes it out (-1). */
  const express = (loadW: Float64Array, ev: number, gene: number, sign: 1 | -1): void => {
    const { firstFrame, fullFrames, frameWh, restWh } = charges[ev]![gene]!;
    const restFrame = firstFrame + fullFrames;
    const frameW = sign * frameWh * wattsPerWh;
    for (let frame = firstFrame; frame < restFrame; frame++) loadW[frame]! += frameW;
    if (restWh > 0) loadW[restFrame]! += sign * restWh * wattsPerWh;
  };
  const fitnessOf = (loadW: Float64Array): number => {
    let fitnessW = 0;
    let previousW = beforeW;
    for (const nowW of loadW) {
      fitnessW += Math.abs(nowW - previousW);
      if (nowW > limitW) fitnessW += OVERLOAD_WEIGHT * (nowW - limitW);
      previousW = nowW;
    }
    return fitnessW;
  };
  const first = (index: number): Individual => {
    const genes = new Uint8Array(orders.length);
    const loadW = Float64Array.from(problem.baseLoadW);
    for (let ev = 0; ev < genes.length; ev++) {
      if (ev % GENES_PER_WORD === 0) draws.take(0, index * 65_536 + ev / GENES_PER_WORD);
      genes[ev] = draws.bytes[ev % GENES_PER_WORD]!;
      express(loadW, ev, genes[ev]!, 1);
    }
    return { genes, loadW, fitnessW: fitnessOf(loadW) };
  };

  const people = Array.from({ length: population }, (_, index) => first(index));
  let child = first(0);
  const become = (ev: number, gene: number): void => {
    const now = child.genes[ev]!;
    if (now === gene) return;
    express(child.loadW, ev, now, -1);
    express(child.loadW, ev, gene, 1);
    child.genes[ev] = gene;
  };
  const fitter = (one: number, other: number): Individual => {
    const [a, b] = [people[one]!, people[other]!];
    return b.fitnessW < a.fitnessW ? b : a;
  };
  const bear = (generation: number, birth: number): void => {
    draws.take(generation, birth);
    const mother = fitter(draws.of(0, population), draws.of(1, population));
    const father = fitter(draws.of(2, population), draws.of(3, population));
    child.genes.set(mother.genes);
    child.loadW.set(mother.loadW);
    const from = draws.of(4, orders.length);
    const to = Math.min(orders.length, from + 1 + draws.of(5, GENES_PER_WORD - (from % GENES_PER_WORD)));
    for (let ev = from; ev < to; ev++) become(ev, father.genes[ev]!);
    become(draws.of(6, orders.length), draws.number(7) & 0xff);
    child.fitnessW = fitnessOf(child.loadW);
    const [one, other] = [draws.of(8, population), draws.of(9, population)];
    const lessFit = people[other]!.fitnessW > people[one]!.fitnessW ? other : one;
    if (child.fitnessW > people[lessFit]!.fitnessW) return;
    [people[lessFit], child] = [child, people[lessFit]!];
  };
  const fittest = (): Individual => people.reduce((best, one) => (one.fitnessW < best.fitnessW ? one : best));

  for (let generation = 1; generation <= generations; generation++) {
    for (let birth = 0; birth < population; birth++) bear(generation, birth);
    onGeneration?.(generation, fittest().fitnessW);
  }

  const best = fittest();
  const overloadW = best.loadW.reduce((sum, loadW) => sum + Math.max(0, loadW - limitW), 0);
  return {
    schedule: orders.map((_, ev) => charges[ev]![best.genes[ev]!]!),
    loadW: [...best.loadW],
    pflW: best.fitnessW - OVERLOAD_WEIGHT * overloadW,
    overloadW,
  };
}

/** The charge that a gene stands for: the high 3 bits choose the duration, the low 5 the start. */
export function decodeGene(order: ChargingOrder, gene: number): Charge {
  const { firstFrame, lastFrame, energyWh, maxFrameWh } = order;
  const stay = lastFrame - firstFrame + 1;
  const shortest = Math.ceil(energyWh / maxFrameWh);
  const duration = shortest + Math.floor(((stay - shortest) * Math.floor(gene / STARTS)) / LONGEST);
  const frameWh = Math.ceil(energyWh / duration);
  const fullFrames = Math.floor(energyWh / frameWh);
  const restWh = energyWh % frameWh;
  const starts = stay - fullFrames - Math.sign(restWh) + 1;
  const later = Math.floor(((gene % STARTS) * starts) / STARTS);
  return { firstFrame: firstFrame + later, fullFrames, frameWh, restWh };
}

/** `D(g, n) = keccak256(seed, 2^32 g + n)`. */
class Draws {
  bytes: Uint8Array = new Uint8Array(32);
  private readonly input = new Uint8Array(64);
  private readonly view = new DataView(this.input.buffer);

  constructor(seed: number | bigint) {
    let rest = BigInt(seed);
    if (rest < 0n || rest >> 256n !== 0n)
      throw new RangeError(`a seed must be an integer of at most 256 bits: ${seed}`);
    for (let index = 31; rest > 0n; index--, rest >>= 8n) this.input[index] = Number(rest & 0xffn);
  }

  take(generation: number, index: number): void {
    this.view.setUint32(56, generation);
    this.view.setUint32(60, index);
    this.bytes = getBytes(keccak256(this.input));
  }

  /** The `index`-th number of 16 bits. */
  number(index: number): number {
    return this.bytes[2 * index]! * 256 + this.bytes[2 * index + 1]!;
  }

  /** That number scaled to `0 ... count - 1`. */
  of(index: number, count: number): number {
    return Math.floor((this.number(index) * count) / 65_536);
  }
}
