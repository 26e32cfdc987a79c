import type { Growth, SchemeRun } from "./types";

/** A power law `y = factor * x^exponent`. */
export interface PowerLaw {
  exponent: number;
  factor: number;
  /** Share of the variance of the logarithms that it explains, 0 to 1. */
  r2: number;
}

/** Fits a power law by least squares of the logarithms. @throws RangeError without two different positive x */
export function fitPowerLaw(points: readonly { x: number; y: number }[]): PowerLaw {
  if (points.some(({ x, y }) => !(x > 0 && y > 0))) throw new RangeError("a power law needs positive figures");
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const meanX = mean(logs.map(({ x }) => x));
  const meanY = mean(logs.map(({ y }) => y));
  const xx = sum(logs.map(({ x }) => (x - meanX) ** 2));
  const xy = sum(logs.map(({ x, y }) => (x - meanX) * (y - meanY)));
  const yy = sum(logs.map(({ y }) => (y - meanY) ** 2));
  if (xx === 0) throw new RangeError("a power law needs two different sizes");
  const exponent = xy / xx;
  return { exponent, factor: Math.exp(meanY - exponent * meanX), r2: yy === 0 ? 1 : xy ** 2 / (xx * yy) };
}

/** Growth of a scheme's gas with the peers; undefined below two sizes. */
export function growthOf(scheme: string, runs: readonly SchemeRun[]): Growth | undefined {
  const points = runs.filter((run) => run.scheme === scheme).map(({ peers, gas }) => ({ x: peers, y: gas }));
  if (new Set(points.map(({ x }) => x)).size < 2) return undefined;
  const { exponent, r2 } = fitPowerLaw(points);
  const sizes = points.map(({ x }) => x);
  return { scheme, exponent, r2, from: Math.min(...sizes), to: Math.max(...sizes) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
