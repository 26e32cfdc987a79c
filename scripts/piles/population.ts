import type { Random } from "../core/random";
import type { BatteryModel } from "./battery";
import type { EvStay } from "./ev";

/** Inputs that every population is drawn from. */
export interface PopulationOptions {
  /** Piles of the feeder; each has one EV a day. */
  evs: number;
  /** Days to draw, from frame 0 on. Days are drawn alike and independently; a pile keeps its kind. */
  days: number;
  /** Frame length, s; a divisor of a day. */
  frameSeconds: number;
  /** Source of the draws. Adding EVs or days leaves those already there as they were. */
  random: Random;
  /** Battery of every EV; an ideal one by default. The draws are the same whatever it is. */
  battery?: Readonly<BatteryModel>;
  /** Share of the charging EVs that may sell first and buy back, 0 to 1; none by default. */
  bothWaysShare?: number;
}

/** A kind of population: draws the stays, in order of day and pile. */
export type Population = (options: PopulationOptions) => EvStay[];

const SECONDS_PER_DAY = 86_400;

/** Frames in a day. @throws RangeError if a day is not a whole number of frames. */
export function framesPerDay(frameSeconds: number): number {
  if (SECONDS_PER_DAY % frameSeconds !== 0)
    throw new RangeError(`no whole number of frames of ${frameSeconds} s a day`);
  return SECONDS_PER_DAY / frameSeconds;
}

/** Frame of the day of any frame, those before frame 0 included. */
export function frameOfDay(frame: number, perDay: number): number {
  return ((frame % perDay) + perDay) % perDay;
}

/** Id of the pile with the given index: `P001`, `P002`, ... */
export function pileId(index: number): string {
  return `P${String(index + 1).padStart(3, "0")}`;
}

/**
 * Calls `draw` for each pile on each day, each with a stream of its own and that of the pile's next day, in order of day
 * and pile.
 */
export function drawStays<Kind>(
  options: PopulationOptions,
  kindOf: (index: number, random: Random) => Kind,
  draw: (pile: string, firstFrameOfDay: number, kind: Kind, random: Random, nextDay: Random) => EvStay,
): EvStay[] {
  const piles = Array.from({ length: options.evs }, (_, index) => {
    const random = options.random.stream(pileId(index));
    return { id: pileId(index), random, kind: kindOf(index, random.stream("kind")) };
  });
  const perDay = framesPerDay(options.frameSeconds);
  const { battery, bothWaysShare = 0 } = options;
  return Array.from({ length: options.days }, (_, day) =>
    piles.map(({ id, random, kind }) => {
      const today = random.stream(`day ${day}`);
      const stay = draw(id, day * perDay, kind, today, random.stream(`day ${day + 1}`));
      const bothWays = stay.side === "charge" && random.stream(`both ways ${day}`).chance(bothWaysShare);
      return { ...stay, ...(battery === undefined ? {} : { battery }), ...(bothWays ? { bothWays } : {}) };
    }),
  ).flat();
}
