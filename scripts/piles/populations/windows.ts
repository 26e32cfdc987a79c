import type { Random } from "../../core/random";
import type { EvStay } from "../ev";
import { drawEveningStay } from "./evening";

/**
 * The two parts of the day read as times at which EVs must have left: 06:00-18:00 and 18:30-05:30 of the next day
 * [T 3.4.1, 4.4.1]. Hours from the midnight that begins the day. Nobody is plugged in from 18:00 to 18:30 then, where
 * [T]'s own uncontrolled load peaks; {@link drawEveningStay} reads them as pieces of a fit.
 */
const WINDOWS_HOURS = [
  { from: 6, to: 18 },
  { from: 18.5, to: 29.5 },
] as const;

/**
 * How stays lie in their window. [T] says only that EVs are connected within it.
 *
 * - `halves`: plug in at a random time of its first half, leave at a random time of its second: half the window on
 *   average, as long as a night at home or a day at work takes.
 * - `anywhere`: two random times of the window, the earlier one to plug in: a third of it on average, many stays of an
 *   hour or less. The harder case.
 */
export type WindowPattern = "halves" | "anywhere";

/** How EVs come and go: through the evening, as charging data has it, or within the two windows. */
export type StayPattern = "evening" | WindowPattern;

/** Draws a stay. @param nextDay Stream of the pile's next day */
export function drawStay(
  pattern: StayPattern,
  firstFrameOfDay: number,
  frameSeconds: number,
  random: Random,
  nextDay: Random,
): Pick<EvStay, "arrivalFrame" | "departureFrame"> {
  return pattern === "evening"
    ? drawEveningStay(firstFrameOfDay, frameSeconds, random, nextDay)
    : drawWindowStay(firstFrameOfDay, frameSeconds, pattern, random);
}

/** Draws a stay in one of the two windows, each as likely: arrival and departure frame. */
export function drawWindowStay(
  firstFrameOfDay: number,
  frameSeconds: number,
  pattern: WindowPattern,
  random: Random,
): Pick<EvStay, "arrivalFrame" | "departureFrame"> {
  const window = random.pick(WINDOWS_HOURS);
  const first = Math.ceil((window.from * 3600) / frameSeconds);
  const last = Math.floor((window.to * 3600) / frameSeconds) - 1;
  const middle = Math.floor((first + last) / 2);
  const [arrival, departure] =
    pattern === "halves"
      ? [random.integer(first, middle), random.integer(middle + 1, last)]
      : distinctPair(first, last, random);
  return { arrivalFrame: firstFrameOfDay + arrival, departureFrame: firstFrameOfDay + departure };
}

/** Two different whole numbers of `[low, high]`, the smaller first; each pair as likely. */
function distinctPair(low: number, high: number, random: Random): [number, number] {
  const one = random.integer(low, high);
  const other = random.integer(low, high - 1);
  const distinct = other >= one ? other + 1 : other;
  return [Math.min(one, distinct), Math.max(one, distinct)];
}
