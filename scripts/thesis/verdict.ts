import { spread } from "../simulation/statistics";
import type { Outcome, ReproducedFigure, Reproduction } from "./types";

/** Within so much of what is reported a figure counts as met, whatever the spread. */
const TOLERANCE = 0.05;

/** A reported figure beside those of the seeds. */
export function figureOf(
  measure: string,
  reported: number,
  unit: string,
  bySeed: readonly number[],
  assuming?: string,
): ReproducedFigure {
  const figure = { measure, reported, unit, found: spread(bySeed), bySeed };
  return assuming === undefined ? figure : { ...figure, assuming };
}

/** Whether the reported value lies within one standard deviation of the mean, or within 5 % of it. */
export function isMet({ reported, found }: ReproducedFigure): boolean {
  const off = Math.abs(found.mean - reported);
  return off <= Math.max(found.standardDeviation, TOLERANCE * Math.abs(reported));
}

/** Outcome of one figure. */
export function outcomeOf(figure: ReproducedFigure): Outcome {
  if (!isMet(figure)) return "not reproduced";
  return figure.assuming === undefined ? "reproduced" : "reproduced under an assumption";
}

/** Joint outcome of figures, in one word and one sentence. */
export function judged(figures: readonly ReproducedFigure[]): Pick<Reproduction, "outcome" | "verdict"> {
  if (figures.length === 0) {
    return { outcome: "no figure to compare", verdict: "The text prints no figure for it; ours stands by itself." };
  }
  const missed = figures.filter((figure) => !isMet(figure));
  if (missed.length > 0) {
    const said = missed.map(
      ({ measure, reported, found }) => `${measure} is reported as ${reported} and comes to ${text(found.mean)}`,
    );
    return { outcome: "not reproduced", verdict: `Not reproduced: ${said.join("; ")}.` };
  }
  const assumptions = [...new Set(figures.flatMap(({ assuming }) => assuming ?? []))];
  const outcome: Outcome = assumptions.length === 0 ? "reproduced" : "reproduced under an assumption";
  const under = assumptions.length === 0 ? "" : `, ${assumptions.join("; ")}`;
  return { outcome, verdict: `Reproduced${under}.` };
}

/** A figure to three digits. */
export function text(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "–";
}
