import { ELAAD_WEEKDAY_ARRIVALS_PERCENT, type ElaadSite } from "../../data/elaadnl";
import { fitSines, type Sine, sinesAt } from "./sineFit";

/** Half-hours of a day. */
export const HALF_HOURS = 48;
/** Sines in each piece. */
const TERMS = 4;

/**
 * The two pieces of the day that [T 3.4.1] fits one by one: 06:00 to 18:00 and 18:30 to 05:30 name the first and the last
 * half-hour of 25 and of 23.
 */
const PIECES = [
  { first: 12, count: 25 },
  { first: 37, count: 23 },
] as const;

/** One piece of the fit: sines over half-hours counted from its first. */
export interface FittedPiece {
  /** First half-hour of the day, from 00:00. */
  first: number;
  count: number;
  sines: readonly Sine[];
}

/** Arrivals of a day as a sum of sines in two pieces [T 3.3-3.5]. */
export interface FittedProfile {
  pieces: readonly FittedPiece[];
  /**
   * Share of the arrivals in each half-hour from 00:00, summing to 1. A negative sum of the sines counts as
   * none.
   */
  shares: readonly number[];
  /** The same of the data that was fitted. */
  dataShares: readonly number[];
}

const fitted = new Map<ElaadSite, FittedProfile>();

/** The fit to ElaadNL's arrivals on weekdays at a kind of charging point; worked out once. */
export function fittedArrivals(site: ElaadSite = "private"): FittedProfile {
  const known = fitted.get(site) ?? fitProfile(halfHours(ELAAD_WEEKDAY_ARRIVALS_PERCENT[site]));
  fitted.set(site, known);
  return known;
}

/** Fits arrivals per half-hour. @param figures 48, from 00:00, in any unit */
export function fitProfile(figures: readonly number[]): FittedProfile {
  const dataShares = scaled(figures);
  const shares = new Array<number>(HALF_HOURS).fill(0);
  const pieces = PIECES.map(({ first, count }): FittedPiece => {
    const steps = Array.from({ length: count }, (_, step) => (first + step) % HALF_HOURS);
    const sines = fitSines(
      steps.map((halfHour) => dataShares[halfHour]!),
      TERMS,
    );
    steps.forEach((halfHour, step) => (shares[halfHour] = Math.max(0, sinesAt(sines, step))));
    return { first, count, sines };
  });
  return { pieces, shares: scaled(shares), dataShares };
}

function halfHours(quarters: readonly number[]): number[] {
  return Array.from({ length: HALF_HOURS }, (_, index) => quarters[2 * index]! + quarters[2 * index + 1]!);
}

function scaled(figures: readonly number[]): number[] {
  const sum = figures.reduce((total, figure) => total + figure, 0);
  return figures.map((figure) => figure / sum);
}
