import type { Interface, Provider } from "ethers";

import { GeneticScheduler__factory } from "../../typechain-types/factories/contracts/baseline/GeneticScheduler__factory";
import type { Charge } from "../schemes/genetic/algorithm";
import type { ChargingOrder, GeneticProblem } from "../schemes/genetic/problem";
import type { Receipt, Transactor } from "./transactor";

/** The genetic scheduler's own interface; decodes its events and errors. Give it to the transactors. */
export const GENETIC_INTERFACE: Interface = GeneticScheduler__factory.createInterface();

const FRAMES_PER_WORD = 8;
const ORDERS_PER_WORD = 4;
const EVERYTHING = (1n << 256n) - 1n;

/** A problem as the contract takes it: a run is known by its hash. */
export interface PackedProblem {
  seed: bigint;
  population: number;
  generations: number;
  evs: number;
  frames: number;
  frameSeconds: number;
  limitW: number;
  beforeW: number;
  baseLoads: bigint[];
  orders: bigint[];
}

/** Stored state of a run. */
export interface RunState {
  phase: "unknown" | "open" | "concluded";
  generation: number;
  /** Of a concluded run, W. */
  pflW: number;
  /** Of a concluded run, W. */
  overloadW: number;
}

/** Where a run is after a transaction. */
export interface Evolution {
  receipt: Receipt;
  /** Generations run so far. */
  generation: number;
  /** Fitness of the fittest individual, W: its PFL where nothing is overloaded. */
  fitnessW: number;
  /** The population, to be handed back. */
  individuals: bigint[];
}

/** The result of a run. */
export interface Conclusion {
  receipt: Receipt;
  pflW: number;
  overloadW: number;
  schedule: Charge[];
}

/** A problem in the contract's words. */
export function packProblem(
  problem: GeneticProblem,
  settings: { population: number; generations: number; seed: number | bigint },
): PackedProblem {
  const { baseLoadW, orders } = problem;
  // Steps and overload stay the same when every load and the limit are moved alike: no load is negative on chain.
  const liftW = -Math.min(0, problem.beforeW, ...baseLoadW);
  return {
    seed: BigInt(settings.seed),
    population: settings.population,
    generations: settings.generations,
    evs: orders.length,
    frames: baseLoadW.length,
    frameSeconds: problem.frameSeconds,
    limitW: problem.limitW + liftW,
    beforeW: problem.beforeW + liftW,
    baseLoads: packWords(
      baseLoadW.map((loadW) => BigInt(loadW + liftW)),
      FRAMES_PER_WORD,
    ),
    orders: packWords(orders.map(packOrder), ORDERS_PER_WORD),
  };
}

/** An order in 64 bits; `contracts/baseline/types/ChargingOrder.sol` draws them. */
export function packOrder({ firstFrame, lastFrame, energyWh, maxFrameWh }: ChargingOrder): bigint {
  return (BigInt(firstFrame) << 56n) | (BigInt(lastFrame) << 48n) | (BigInt(energyWh) << 24n) | BigInt(maxFrameWh);
}

/** A charge from its 64 bits; `contracts/baseline/types/Charge.sol` draws them. */
export function unpackCharge(charge: bigint): Charge {
  const field = (shift: bigint, bits: bigint) => Number((charge >> shift) & ((1n << bits) - 1n));
  return { firstFrame: field(56n, 8n), fullFrames: field(48n, 8n), frameWh: field(24n, 24n), restWh: field(0n, 24n) };
}

/** A deployed genetic scheduler: reads through a provider, writes through whatever transactor each call names. */
export class GeneticClient {
  private readonly scheduler;

  constructor(
    readonly address: string,
    provider: Provider,
  ) {
    this.scheduler = GeneticScheduler__factory.connect(address, provider);
  }

  /** The id of a problem's run, opened or not. */
  async runId(problem: PackedProblem): Promise<string> {
    return this.scheduler.runIdOf(problem);
  }

  /** Stored state of a run. */
  async run(runId: string): Promise<RunState> {
    const word = await this.scheduler.run(runId);
    const figure = (shift: bigint, bits: bigint) => Number((word >> shift) & ((1n << bits) - 1n));
    const phase = (["unknown", "open", "concluded"] as const)[figure(16n, 2n)] ?? "unknown";
    const concluded = phase === "concluded";
    return {
      phase,
      generation: figure(0n, 16n),
      pflW: concluded ? figure(18n, 48n) : 0,
      overloadW: concluded ? figure(66n, 48n) : 0,
    };
  }

  /** Opens a run. */
  async open(sender: Transactor, problem: PackedProblem): Promise<Receipt> {
    return this.write(sender, "open", [problem]);
  }

  /** Continues a run by at most `maxGenerations`, fewer where the gas does not last. */
  async evolve(
    sender: Transactor,
    problem: PackedProblem,
    individuals: readonly bigint[],
    maxGenerations: bigint = EVERYTHING,
  ): Promise<Evolution> {
    const receipt = await this.write(sender, "evolve", [problem, individuals, maxGenerations]);
    const { generation, fitnessW, individuals: evolved } = this.event(receipt, "PopulationEvolved");
    return {
      receipt,
      generation: Number(generation),
      fitnessW: Number(fitnessW),
      individuals: [...(evolved as readonly bigint[])],
    };
  }

  /** Concludes a run that has had all its generations. */
  async conclude(sender: Transactor, problem: PackedProblem, individuals: readonly bigint[]): Promise<Conclusion> {
    const receipt = await this.write(sender, "conclude", [problem, individuals]);
    const { pflW, overloadW, schedule } = this.event(receipt, "RunConcluded");
    return {
      receipt,
      pflW: Number(pflW),
      overloadW: Number(overloadW),
      schedule: (schedule as readonly bigint[]).map(unpackCharge),
    };
  }

  private event(receipt: Receipt, name: string): Record<string, unknown> {
    const topic = GENETIC_INTERFACE.getEvent(name)?.topicHash;
    const log = receipt.logs.find(
      ({ topics, address }) => topics[0] === topic && address.toLowerCase() === this.address.toLowerCase(),
    );
    if (log === undefined) throw new Error(`transaction ${receipt.hash} carries no ${name}`);
    return GENETIC_INTERFACE.parseLog({ topics: [...log.topics], data: log.data })!.args.toObject();
  }

  private async write(sender: Transactor, method: string, args: readonly unknown[]): Promise<Receipt> {
    return sender.send({ to: this.address, data: GENETIC_INTERFACE.encodeFunctionData(method, args) });
  }
}

/** Options of a run of the genetic scheduler. */
export interface GeneticRunOptions {
  /** The day; `geneticProblem` of `schemes/genetic/problem.ts` makes it of a population. */
  problem: GeneticProblem;
  /** Individuals. */
  population: number;
  /** Generations; 1 000 in [T 3.4.2]. */
  generations: number;
  /** One integer repeats everything. */
  seed: number;
  /** Runs only this many of the generations, and does not conclude; for measuring. All by default. */
  onlyGenerations?: number;
  /** Most generations in one transaction; by default as many as fit under the network's gas cap. */
  generationsPerTransaction?: number;
}

/** Cost and outcome of a run. */
export interface GeneticRun {
  runId: string;
  transactions: number;
  /** Of all transactions: opening, evolving and, where the run was completed, concluding. */
  gas: bigint;
  openGas: bigint;
  /** Of the concluding transaction; 0 where only part of the run was asked for. */
  concludeGas: bigint;
  /** Each evolving transaction; the first one also makes the first population. */
  evolutions: readonly { generations: number; gas: bigint; fitnessW: number }[];
  /**
   * Gas of each generation run: its transaction's gas divided by the generations in it, so that the transaction's own
   * cost and the handing back of the population are included. Generations get cheaper as individuals grow alike: scale
   * by the last ones.
   */
  gasPerGeneration: readonly number[];
  /** Generations run. */
  generations: number;
  /** PFL of the schedule [T 4.4], W; of a partial run, the fitness of its fittest individual. */
  pflW: number;
  /** Excess of the load over the limit, summed over the frames, W; 0 of a partial run. */
  overloadW: number;
  /** One charge per order of the problem; empty of a partial run. */
  schedule: readonly Charge[];
}

/** Runs the genetic algorithm of the contract from opening to conclusion, or its first generations only. */
export async function runGenetic(
  client: GeneticClient,
  sender: Transactor,
  options: GeneticRunOptions,
): Promise<GeneticRun> {
  const problem = packProblem(options.problem, options);
  const wanted = Math.min(options.generations, options.onlyGenerations ?? Infinity);
  const opened = await client.open(sender, problem);
  const evolutions: { generations: number; gas: bigint; fitnessW: number }[] = [];
  let generation = 0;
  let individuals: bigint[] = [];
  while (generation < wanted) {
    const most = Math.min(wanted - generation, options.generationsPerTransaction ?? Infinity);
    const evolution = await client.evolve(sender, problem, individuals, BigInt(most));
    evolutions.push({
      generations: evolution.generation - generation,
      gas: evolution.receipt.gasUsed,
      fitnessW: evolution.fitnessW,
    });
    ({ generation, individuals } = evolution);
  }
  const conclusion =
    generation === options.generations ? await client.conclude(sender, problem, individuals) : undefined;
  const concludeGas = conclusion?.receipt.gasUsed ?? 0n;
  return {
    runId: await client.runId(problem),
    transactions: 1 + evolutions.length + (conclusion === undefined ? 0 : 1),
    gas: evolutions.reduce((sum, { gas }) => sum + gas, opened.gasUsed + concludeGas),
    openGas: opened.gasUsed,
    concludeGas,
    evolutions,
    gasPerGeneration: evolutions.flatMap(({ generations, gas }) =>
      new Array<number>(generations).fill(Number(gas) / generations),
    ),
    generations: generation,
    pflW: conclusion?.pflW ?? evolutions.at(-1)?.fitnessW ?? 0,
    overloadW: conclusion?.overloadW ?? 0,
    schedule: conclusion?.schedule ?? [],
  };
}

/** Figures side by side in words, the first one highest. */
function packWords(figures: readonly bigint[], perWord: number): bigint[] {
  const bits = BigInt(256 / perWord);
  return Array.from({ length: Math.ceil(figures.length / perWord) }, (_, word) =>
    Array.from({ length: perWord }, (_, index) => figures[word * perWord + index] ?? 0n).reduce(
      (packed, figure) => (packed << bits) | figure,
      0n,
    ),
  );
}
