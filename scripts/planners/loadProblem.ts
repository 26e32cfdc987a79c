import type { Side } from "../core/types";

/**
 * An EV's energy as a planner may place it: so much a frame at most, within some frames, between a least and a most in
 * all [T (6a)-(6c)]. A charging EV must get what it asks for (`leastWh` = `mostWh`), a discharging one may sell up to
 * what it offers (`leastWh` = 0).
 */
export interface FlexibleLoad {
  side: Side;
  /** First and last frame in which it may draw or discharge, counted from the problem's first. */
  firstFrame: number;
  lastFrame: number;
  /** Most it moves in a frame, Wh: U_i [T (6c)]. */
  frameWh: number;
  /** Least and most it moves in all, Wh: CV_i [T (6a)] and DV_j [T (6b)]. */
  leastWh: number;
  mostWh: number;
}

/** Problem (6) of [T ch. 6] over some frames, in energy per frame so that nothing depends on the length of a frame. */
export interface LoadProblem {
  /** P_BL, the load without EVs, for each frame, Wh. */
  baseWh: readonly number[];
  /** Load that is expected to come besides, for each frame, Wh: its steps count, the limit does not; none. */
  expectedWh?: readonly number[];
  /** Load of the frame before the first, Wh: where the first step begins. */
  previousWh: number;
  /** Energy that the feeder carries in a frame, both ways, Wh [T 4.3b]; `Infinity` without a limit. */
  limitWh: number;
  loads: readonly FlexibleLoad[];
}

/** An answer to a {@link LoadProblem}. */
export interface LoadPlan {
  /** Energy of each flexible load in each frame from its `firstFrame` on, Wh, never negative. */
  energyWh: Float64Array[];
  /** The feeder's load in each frame, Wh. */
  totalWh: Float64Array;
  /** Sum of the squared steps [T (4), (6.6)], Wh^2. */
  squaredStepsWh2: number;
}

/** Frames in which a load may move energy. */
export function windowFrames({ firstFrame, lastFrame }: FlexibleLoad): number {
  return Math.max(0, lastFrame - firstFrame + 1);
}

/** +1 for what draws from the feeder, -1 for what feeds it. */
export function signOf({ side }: FlexibleLoad): 1 | -1 {
  return side === "charge" ? 1 : -1;
}

/** Load of a frame that no plan changes, Wh. */
export function givenWh({ baseWh, expectedWh }: LoadProblem, frame: number): number {
  return baseWh[frame]! + (expectedWh?.[frame] ?? 0);
}

/** Lowest and highest load that the limit allows in a frame, Wh: homes alone above it are not the EVs' fault. */
export function allowedWh(
  { baseWh, expectedWh, limitWh }: LoadProblem,
  frame: number,
): { least: number; most: number } {
  const expected = expectedWh?.[frame] ?? 0;
  return { least: expected - limitWh, most: expected + Math.max(limitWh, baseWh[frame]!) };
}

/** The feeder's load under a plan, Wh a frame. */
export function totalsWh(problem: LoadProblem, energyWh: readonly Float64Array[]): Float64Array {
  const { baseWh, loads } = problem;
  const total = Float64Array.from(baseWh, (_, frame) => givenWh(problem, frame));
  loads.forEach((load, index) => {
    const sign = signOf(load);
    energyWh[index]!.forEach((wh, offset) => (total[load.firstFrame + offset]! += sign * wh));
  });
  return total;
}

/** Sum of the squared steps of a load [T (4)]. */
export function squaredStepsOf(totalWh: ArrayLike<number>, previousWh: number): number {
  let sum = 0;
  let before = previousWh;
  for (let frame = 0; frame < totalWh.length; frame++) {
    sum += (totalWh[frame]! - before) ** 2;
    before = totalWh[frame]!;
  }
  return sum;
}

/** A plan with what follows from its energies. */
export function planOf(problem: LoadProblem, energyWh: Float64Array[]): LoadPlan {
  const totalWh = totalsWh(problem, energyWh);
  return { energyWh, totalWh, squaredStepsWh2: squaredStepsOf(totalWh, problem.previousWh) };
}
