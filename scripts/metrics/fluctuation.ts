/**
 * How restless a load is, by each of the measures of [T]. SPEC 7.
 *
 * Each takes the load per frame in W and, where steps are meant, the load of the frame before the first; figures from
 * the chain go through `Number`, which is exact for any feeder.
 */

/** The steps `P(t) - P(t-1)`, W, one per frame of `loadsW`. */
export function stepsW(loadsW: readonly number[], beforeW: number): number[] {
  return loadsW.map((loadW, index) => loadW - (index === 0 ? beforeW : loadsW[index - 1]!));
}

/** Power fluctuation level of chapter 4, W: the sum of the absolute steps [T 4.4]. The market's own `pflW`. */
export function absoluteStepsW(loadsW: readonly number[], beforeW: number): number {
  return sum(stepsW(loadsW, beforeW).map(Math.abs));
}

/**
 * Power fluctuation level of chapter 3: `ln((max - min) / mean)` [T 3.11]. Without unit; -Infinity for a flat load.
 */
export function logRange(loadsW: readonly number[]): number {
  return Math.log((Math.max(...loadsW) - Math.min(...loadsW)) / mean(loadsW));
}

/** PF of chapter 5, W^2 per frame^2: the variance of the slope [T 5.6, 5.7], the slope being the step per frame. */
export function slopeVariance(loadsW: readonly number[], beforeW: number): number {
  const steps = stepsW(loadsW, beforeW);
  const average = mean(steps);
  return mean(steps.map((step) => (step - average) ** 2));
}

/** Measure that chapter 5 prints: the cube root of {@link slopeVariance}. */
export function slopeVarianceCubeRoot(loadsW: readonly number[], beforeW: number): number {
  return Math.cbrt(slopeVariance(loadsW, beforeW));
}

/** Objective of chapter 6, W^2: the sum of the squared steps [T ch. 6 (4)]. */
export function squaredSteps(loadsW: readonly number[], beforeW: number): number {
  return sum(stepsW(loadsW, beforeW).map((step) => step ** 2));
}

/** All measures of one day's load. */
export interface Fluctuation {
  /** [T 4.4], W. */
  absoluteStepsW: number;
  /** [T 3.11]. */
  logRange: number;
  /** [T 5.7], W^2. */
  slopeVariance: number;
  /** Cube root of [T 5.7]. */
  slopeVarianceCubeRoot: number;
  /** [T ch. 6 (4)], W^2. */
  squaredSteps: number;
  /** Root of [T ch. 6 (4)], W. */
  squaredStepsRootW: number;
  peakW: number;
  valleyW: number;
  meanW: number;
}

/**
 * All measures of a load.
 *
 * @param loadsW Load per frame, W; at least one.
 * @param beforeW Load of the frame before the first, W.
 */
export function fluctuation(loadsW: readonly number[], beforeW: number): Fluctuation {
  if (loadsW.length === 0) throw new RangeError("no frames to measure");
  const squaredStepsW2 = squaredSteps(loadsW, beforeW);
  return {
    absoluteStepsW: absoluteStepsW(loadsW, beforeW),
    logRange: logRange(loadsW),
    slopeVariance: slopeVariance(loadsW, beforeW),
    slopeVarianceCubeRoot: slopeVarianceCubeRoot(loadsW, beforeW),
    squaredSteps: squaredStepsW2,
    squaredStepsRootW: Math.sqrt(squaredStepsW2),
    peakW: Math.max(...loadsW),
    valleyW: Math.min(...loadsW),
    meanW: mean(loadsW),
  };
}

/** A load against what the transformer carries. */
export interface CapacityUse {
  /** Largest `|P_total| + loss allowance` as a share of the capacity [T 4.3b]; above 1 is overload. */
  peakShare: number;
  /** Frames above the capacity. */
  overloadedFrames: number;
}

/** Peak against capacity: `|P_total(t)| + lossAllowance <= P_sub` [T 4.3b]. */
export function capacityUse(loadsW: readonly number[], capacityW: number, lossAllowanceW = 0): CapacityUse {
  const usedW = loadsW.map((loadW) => Math.abs(loadW) + lossAllowanceW);
  return {
    peakShare: Math.max(...usedW) / capacityW,
    overloadedFrames: usedW.filter((used) => used > capacityW).length,
  };
}

/** Energy asked for and not delivered, as a share of what was asked, 0 to 1; 0 if nothing was. */
export function unservedShare(askedWh: readonly number[], servedWh: readonly number[]): number {
  const asked = sum(askedWh);
  const missing = sum(askedWh.map((wh, index) => Math.max(0, wh - (servedWh[index] ?? 0))));
  return asked === 0 ? 0 : missing / asked;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
