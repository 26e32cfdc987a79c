import { ELAAD_CONNECTION_HOURS } from "../../data/elaadnl";
import type { Random } from "../../core/random";
import { fittedArrivals, HALF_HOURS } from "../arrivals/fittedProfile";
import type { EvStay } from "../ev";
import { framesPerDay } from "../population";
import { drawExceedance } from "./exceedance";

const HALF_HOUR_SECONDS = 1_800;

/**
 * Draws a stay that may run through the evening: arrival from the fitted profile [T 3.3-3.5], connection time from the
 * same data. **Ours**: the data tells only how long, not how long from when, so both are drawn independently; a stay
 * ends at the latest as the pile's EV of the next day arrives.
 *
 * @param nextDay Stream of the pile's next day.
 */
export function drawEveningStay(
  firstFrameOfDay: number,
  frameSeconds: number,
  random: Random,
  nextDay: Random,
): Pick<EvStay, "arrivalFrame" | "departureFrame"> {
  const arrivalFrame = firstFrameOfDay + drawArrival(frameSeconds, random);
  const nextArrival = firstFrameOfDay + framesPerDay(frameSeconds) + drawArrival(frameSeconds, nextDay);
  const hours = drawExceedance(ELAAD_CONNECTION_HOURS.private, random.stream("connected"));
  const frames = Math.max(1, Math.round((hours * 3600) / frameSeconds));
  return { arrivalFrame, departureFrame: Math.min(arrivalFrame + frames, nextArrival) };
}

/** The frame of the day in which an EV arrives. */
function drawArrival(frameSeconds: number, day: Random): number {
  const random = day.stream("arrival");
  const { shares } = fittedArrivals();
  const halfHour = random.pick([...Array(HALF_HOURS).keys()], shares);
  return Math.floor(((halfHour + random.uniform()) * HALF_HOUR_SECONDS) / frameSeconds);
}
