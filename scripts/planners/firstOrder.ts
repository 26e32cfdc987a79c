import { allowedWh, givenWh, type LoadPlan, type LoadProblem, planOf, signOf } from "./loadProblem";
import { projectOnBoxAndSum } from "./projection";
import { solveSquaredLoad } from "./waterFilling";

/** How exactly and how long the first-order method works. */
export interface FirstOrderOptions {
  /**
   * Stops once the plan is proven to be within this share of the optimum (the Frank-Wolfe gap, which bounds what any
   * other plan could gain); 1e-5.
   */
  gapShare?: number;
  /** Stops too once it is proven to be within so much of the optimum, Wh^2; 0. */
  gapWh2?: number;
  /** Most iterations in each round of the feeder's limit; 20 000. */
  maxIterations?: number;
  /** Energies to begin with, by load; those of a few rounds of block water-filling without them. */
  start?: readonly Float64Array[] | undefined;
}

/** A plan with what is known about it. */
export interface FirstOrderPlan extends LoadPlan {
  /** No plan that keeps to the feeder's limit has a sum of squared steps lower than this one's less that, Wh^2. */
  gapWh2: number;
  iterations: number;
}

/** Rounds in which the multipliers of the feeder's limit are raised. */
const LIMIT_ROUNDS = 60;
/** Weight of the limit's quadratic term against the steps' own curvature. */
const LIMIT_WEIGHT = 8;
/** Tolerated excess over the limit, as a share of it, before rounding. */
const LIMIT_TOLERANCE = 1e-6;
const ITERATIONS_PER_CHECK = 20;
/** Rounds of water-filling to begin with. */
const START_ROUNDS = 10;

/**
 * Solves problem (6) of [T ch. 6], the least sum of squared steps of the feeder's load, by accelerated projected
 * gradient with restarts; the feeder's limit, where it binds at all, by an augmented Lagrangian.
 *
 * The objective depends on the frames' totals only, so its gradient is that of one number per frame; frames are scaled
 * by how many EVs share them; what is left is a projection for each EV ({@link projectOnBoxAndSum}).
 *
 * @param problem With demand that its limit can serve: see `servable`.
 */
export function solveSquaredSteps(problem: LoadProblem, options: FirstOrderOptions = {}): FirstOrderPlan {
  const solver = new Solver(problem, options);
  let iterations = solver.run();
  for (let round = 0; round < LIMIT_ROUNDS && solver.raiseMultipliers(); round++) iterations += solver.run();
  return { ...planOf(problem, solver.energies()), gapWh2: solver.gap() + solver.slackCost(), iterations };
}

class Solver {
  private readonly frames: number;
  private readonly x: Float64Array[];
  private readonly extrapolated: Float64Array[];
  private readonly weights: Float64Array[];
  private readonly tau: Float64Array;
  /** How many loads share a frame; at least 1. */
  private readonly sharing: Float64Array;
  private readonly total: Float64Array;
  private readonly gradient: Float64Array;
  /** Load without the plan's, and lowest and highest allowed load, by frame, Wh. */
  private readonly given: Float64Array;
  private readonly lowest: Float64Array;
  private readonly highest: Float64Array;
  /** Multipliers of load <= limit and load >= -limit; undefined until the limit was found to bind. */
  private multipliers: { above: Float64Array; below: Float64Array } | undefined;

  constructor(
    private readonly problem: LoadProblem,
    private readonly options: FirstOrderOptions,
  ) {
    const { loads, baseWh } = problem;
    this.frames = baseWh.length;
    this.sharing = new Float64Array(this.frames);
    for (const load of loads) {
      for (let frame = load.firstFrame; frame <= load.lastFrame; frame++) this.sharing[frame]! += 1;
    }
    for (let frame = 0; frame < this.frames; frame++) this.sharing[frame] = Math.max(1, this.sharing[frame]!);
    const { start = solveSquaredLoad(problem, 1, START_ROUNDS).energyWh } = options;
    const ones = new Float64Array(this.frames).fill(1);
    this.x = loads.map(({ frameWh, leastWh, mostWh }, index) => {
      const energy = start[index]!.slice();
      projectOnBoxAndSum(energy, ones.subarray(0, energy.length), frameWh, leastWh, mostWh, energy);
      return energy;
    });
    this.extrapolated = this.x.map((energy) => energy.slice());
    this.weights = loads.map((load) => this.sharing.slice(load.firstFrame, load.lastFrame + 1));
    this.tau = new Float64Array(loads.length);
    this.total = new Float64Array(this.frames);
    this.gradient = new Float64Array(this.frames);
    this.given = Float64Array.from(baseWh, (_, frame) => givenWh(problem, frame));
    this.lowest = Float64Array.from(baseWh, (_, frame) => allowedWh(problem, frame).least);
    this.highest = Float64Array.from(baseWh, (_, frame) => allowedWh(problem, frame).most);
  }

  energies(): Float64Array[] {
    return this.x;
  }

  /** Minimises under the multipliers as they are. @returns Iterations. */
  run(): number {
    const { gapShare = 1e-5, gapWh2 = 0, maxIterations = 20_000 } = this.options;
    const { loads } = this.problem;
    // The steps' quadratic form is at most 4 per frame; twice that is the curvature.
    const curvature = 8 + (this.multipliers === undefined ? 0 : LIMIT_WEIGHT);
    this.x.forEach((energy, index) => this.extrapolated[index]!.set(energy));
    let momentum = 1;
    for (let iteration = 1; iteration <= maxIterations; iteration++) {
      this.evaluate(this.extrapolated);
      const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
      const carry = (momentum - 1) / next;
      let against = 0;
      for (let index = 0; index < loads.length; index++) {
        const load = loads[index]!;
        const x = this.x[index]!;
        const from = this.extrapolated[index]!;
        const weights = this.weights[index]!;
        const sign = signOf(load);
        const moved = from;
        const before = SCRATCH.ensure(from.length);
        for (let k = 0; k < from.length; k++) {
          before[k] = from[k]!;
          moved[k] = from[k]! - (sign * this.gradient[load.firstFrame + k]!) / (curvature * weights[k]!);
        }
        const { frameWh, leastWh, mostWh } = load;
        this.tau[index] = projectOnBoxAndSum(moved, weights, frameWh, leastWh, mostWh, moved, this.tau[index]);
        for (let k = 0; k < from.length; k++) {
          const value = moved[k]!;
          const step = value - x[k]!;
          against += weights[k]! * (before[k]! - value) * step;
          x[k] = value;
          from[k] = value + carry * step;
        }
      }
      momentum = next;
      if (against > 0) {
        // The momentum points uphill: begin anew from here (O'Donoghue and Candes).
        momentum = 1;
        for (let index = 0; index < loads.length; index++) this.extrapolated[index]!.set(this.x[index]!);
      }
      if (iteration % ITERATIONS_PER_CHECK > 0) continue;
      if (this.gap() <= Math.max(gapWh2, gapShare * this.value, 1e-6)) return iteration;
    }
    return maxIterations;
  }

  /** Raises the multipliers of the limit where it is exceeded. @returns False once it is kept. */
  raiseMultipliers(): boolean {
    const { limitWh, loads } = this.problem;
    if (limitWh === Infinity || loads.length === 0) return false;
    const { gapShare = 1e-5, gapWh2 = 0 } = this.options;
    const slackCost = this.slackCost();
    let worst = 0;
    for (let frame = 0; frame < this.frames; frame++) {
      const over = this.total[frame]! - this.highest[frame]!;
      worst = Math.max(worst, over, this.lowest[frame]! - this.total[frame]!);
    }
    if (worst <= LIMIT_TOLERANCE * limitWh && slackCost <= Math.max(gapWh2, gapShare * this.value, 1e-6)) return false;
    this.multipliers ??= { above: new Float64Array(this.frames), below: new Float64Array(this.frames) };
    const { above, below } = this.multipliers;
    for (let frame = 0; frame < this.frames; frame++) {
      const over = this.total[frame]! - this.highest[frame]!;
      above[frame] = Math.max(0, above[frame]! + LIMIT_WEIGHT * over);
      below[frame] = Math.max(0, below[frame]! + LIMIT_WEIGHT * (this.lowest[frame]! - this.total[frame]!));
    }
    return true;
  }

  /**
   * Charge of the multipliers for room that is left under the limit, Wh^2: with {@link gap}, it bounds the
   * gain of any plan within the limit.
   */
  slackCost(): number {
    this.evaluate(this.x);
    if (this.multipliers === undefined) return 0;
    const { above, below } = this.multipliers;
    let cost = 0;
    for (let frame = 0; frame < this.frames; frame++) {
      const over = this.total[frame]! - this.highest[frame]!;
      const under = this.lowest[frame]! - this.total[frame]!;
      cost -= Math.max(0, above[frame]! + LIMIT_WEIGHT * over) * over;
      cost -= Math.max(0, below[frame]! + LIMIT_WEIGHT * under) * under;
    }
    return Math.abs(cost);
  }

  /** The Frank-Wolfe gap of the current plan, Wh^2: `g x - min g s` over every plan `s` of the loads. */
  gap(): number {
    this.evaluate(this.x);
    let gap = 0;
    this.problem.loads.forEach((load, index) => {
      const x = this.x[index]!;
      const costs = new Float64Array(x.length);
      const sign = signOf(load);
      for (let k = 0; k < x.length; k++) {
        costs[k] = sign * this.gradient[load.firstFrame + k]!;
        gap += costs[k]! * x[k]!;
      }
      let { leastWh, mostWh } = load;
      for (const cost of costs.sort()) {
        const energyWh = Math.min(load.frameWh, cost < 0 ? mostWh : leastWh);
        if (energyWh <= 0) break;
        gap -= cost * energyWh;
        leastWh -= energyWh;
        mostWh -= energyWh;
      }
    });
    return gap;
  }

  /** Sum of the squared steps (with the limit's terms) of what was last evaluated. */
  private value = 0;

  /** Works out `total`, `gradient` and `value` of some energies. */
  private evaluate(energies: readonly Float64Array[]): void {
    const { previousWh, loads } = this.problem;
    const { total, gradient, frames } = this;
    total.set(this.given);
    for (let index = 0; index < loads.length; index++) {
      const { firstFrame } = loads[index]!;
      const sign = signOf(loads[index]!);
      const energy = energies[index]!;
      for (let k = 0; k < energy.length; k++) total[firstFrame + k]! += sign * energy[k]!;
    }
    let value = 0;
    let step = frames > 0 ? total[0]! - previousWh : 0;
    for (let frame = 0; frame < frames; frame++) {
      const next = frame + 1 < frames ? total[frame + 1]! - total[frame]! : 0;
      value += step * step;
      gradient[frame] = 2 * (step - next);
      step = next;
    }
    if (this.multipliers !== undefined) {
      const { above, below } = this.multipliers;
      for (let frame = 0; frame < frames; frame++) {
        const over = above[frame]! + LIMIT_WEIGHT * (total[frame]! - this.highest[frame]!);
        const under = below[frame]! + LIMIT_WEIGHT * (this.lowest[frame]! - total[frame]!);
        if (over > 0) gradient[frame]! += over;
        if (under > 0) gradient[frame]! -= under;
      }
    }
    this.value = value;
  }
}

/** Working space that grows as needed. */
const SCRATCH = {
  space: new Float64Array(256),
  ensure(length: number): Float64Array {
    if (this.space.length < length) this.space = new Float64Array(2 * length);
    return this.space;
  },
};
