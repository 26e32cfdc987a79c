import { InputError } from "../../core/errors";
import type { DayCalendar } from "../calendar";
import type { StepFunction } from "./profile";

/** Where the figures of a profile go. */
export interface FrameOptions {
  /** Name of the file, for messages. */
  file: string;
  /** Frame length, s. */
  frameSeconds: number;
  /** The frames of a date; needed for figures of dates. */
  calendar: DayCalendar | undefined;
  /** Within what a market takes the figures: the least and the most. */
  bounds: readonly [least: number, most: number];
}

const DAY = 86_400;

/**
 * The mean of a profile over each frame, whatever its step, as whole numbers. Beyond the figures of a file, a frame has
 * the figure of the same hour of the measured day.
 *
 * @throws InputError where a frame of the measured day has none.
 */
export function byFrame(profile: StepFunction, options: FrameOptions): (frame: number) => number {
  const { calendar, frameSeconds, file, bounds } = options;
  const [least, most] = bounds;
  const isWithin = (figure: number) => figure >= least && figure <= most;
  const ofDay = (frame: number) => calendar?.secondsOfDay(frame) ?? mod(frame * frameSeconds, DAY);
  if (profile.span === "day") {
    const meanOf = (frame: number) => Math.round(profile.mean(ofDay(frame), ofDay(frame) + frameSeconds));
    for (let frame = 0; frame * frameSeconds < DAY; frame++) {
      const mean = Math.round(profile.mean(frame * frameSeconds, (frame + 1) * frameSeconds));
      if (!isWithin(mean)) throw new InputError(file, beyond(mean, bounds, timeText(frame * frameSeconds)));
    }
    return meanOf;
  }
  if (calendar === undefined) throw new RangeError("figures of dates need a date");
  const meanOf = (frame: number) => {
    const begin = calendar.origin + frame * frameSeconds;
    return Math.round(profile.mean(begin, begin + frameSeconds));
  };
  const { first, count } = calendar.measured;
  const measured = new Map<number, number>();
  for (let frame = first; frame < first + count; frame++) {
    const mean = meanOf(frame);
    if (Number.isNaN(mean)) throw new InputError(file, missing(profile, calendar, ofDay(frame)));
    if (!isWithin(mean))
      throw new InputError(file, beyond(mean, bounds, `${timeText(ofDay(frame))} on ${calendar.date}`));
    measured.set(ofDay(frame), mean);
  }
  return (frame) => {
    const mean = meanOf(frame);
    if (isWithin(mean)) return mean;
    // Only the hour that clocks leave out on the measured day has no like there.
    return measured.get(ofDay(frame)) ?? measured.get(mod(ofDay(frame) + 3600, DAY)) ?? 0;
  };
}

function missing({ dates }: StepFunction, { date }: DayCalendar, secondsOfDay: number): string {
  const time = timeText(secondsOfDay);
  const has = dates === undefined || dates[0] > dates[1] ? "no whole day" : `the days from ${dates[0]} to ${dates[1]}`;
  return `has no figure for ${time} on ${date}; it has ${has}`;
}

function beyond(mean: number, [least, most]: FrameOptions["bounds"], when: string): string {
  return `has a mean of ${mean} at ${when}, and a market takes ${least} to ${most}`;
}

function timeText(secondsOfDay: number): string {
  return new Date(secondsOfDay * 1000).toISOString().slice(11, 16);
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
