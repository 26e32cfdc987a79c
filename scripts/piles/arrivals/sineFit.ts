/** One term of a sum of sines, `amplitude · sin(frequency · t + phase)`. */
export interface Sine {
  amplitude: number;
  /** Radians per step. */
  frequency: number;
  phase: number;
}

/** Frequencies tried for each term, evenly up to half an oscillation a step. */
const TRIED_FREQUENCIES = 200;
/** Rounds in which each term is fitted again beside the others. */
const REFITS = 12;

/**
 * A sum of sines through some figures [T 3.4], least squares: term by term the best frequency for what the terms before
 * leave, then each again beside the others. Deterministic; frequencies up to half an oscillation a step.
 *
 * @param figures At steps 0, 1, 2 ...
 * @param terms J, how many sines.
 */
export function fitSines(figures: readonly number[], terms: number): Sine[] {
  const sines: Sine[] = [];
  for (let term = 0; term < terms; term++) sines.push(bestSine(residualOf(figures, sines)));
  for (let round = 0; round < REFITS; round++) {
    for (let term = 0; term < terms; term++) {
      const others = sines.filter((_, index) => index !== term);
      sines[term] = bestSine(residualOf(figures, others));
    }
  }
  return sines;
}

/** The value of a sum of sines at a step. */
export function sinesAt(sines: readonly Sine[], step: number): number {
  return sines.reduce(
    (sum, { amplitude, frequency, phase }) => sum + amplitude * Math.sin(frequency * step + phase),
    0,
  );
}

/** Root of the mean squared difference between figures and a sum of sines. */
export function fitError(figures: readonly number[], sines: readonly Sine[]): number {
  return Math.sqrt(residualOf(figures, sines).reduce((sum, rest) => sum + rest ** 2, 0) / figures.length);
}

function residualOf(figures: readonly number[], sines: readonly Sine[]): number[] {
  return figures.map((figure, step) => figure - sinesAt(sines, step));
}

/** The single sine that leaves least of some figures. */
function bestSine(figures: readonly number[]): Sine {
  let best: Sine & { gain: number } = { amplitude: 0, frequency: 0, phase: 0, gain: -Infinity };
  for (let tried = 1; tried <= TRIED_FREQUENCIES; tried++) {
    const frequency = (Math.PI * tried) / TRIED_FREQUENCIES;
    // Normal equations of figure = p sin(ft) + q cos(ft).
    let [ss, sc, cc, sy, cy] = [0, 0, 0, 0, 0];
    figures.forEach((figure, step) => {
      const [sine, cosine] = [Math.sin(frequency * step), Math.cos(frequency * step)];
      ss += sine * sine;
      sc += sine * cosine;
      cc += cosine * cosine;
      sy += sine * figure;
      cy += cosine * figure;
    });
    const determinant = ss * cc - sc * sc;
    // Sine and cosine that can hardly be told apart would get huge amplitudes that cancel.
    if (determinant < 1e-3 * ss * cc) continue;
    const p = (sy * cc - cy * sc) / determinant;
    const q = (cy * ss - sy * sc) / determinant;
    const gain = p * sy + q * cy;
    if (gain > best.gain) best = { amplitude: Math.hypot(p, q), frequency, phase: Math.atan2(q, p), gain };
  }
  const { amplitude, frequency, phase } = best;
  return { amplitude, frequency, phase };
}
