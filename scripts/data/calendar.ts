import type { WallClock } from "./import/zones";

/** The frames that count. */
export interface MeasuredFrames {
  first: number;
  count: number;
}

/**
 * Frames of a date on a wall clock: frame 0 begins at the midnight before the day before, and a day on which clocks are
 * switched has the frames that it has, 46 or 50 half-hours.
 */
export class DayCalendar {
  /** Beginning of frame 0, seconds since 1970. */
  readonly origin: number;
  readonly measured: MeasuredFrames;

  constructor(
    private readonly clock: WallClock,
    readonly date: string,
    private readonly frameSeconds: number,
    warmUpDays = 1,
  ) {
    this.origin = clock.midnight(dayAfter(date, -warmUpDays));
    const first = this.frameAt(clock.midnight(date));
    this.measured = { first, count: this.frameAt(clock.midnight(dayAfter(date, 1))) - first };
  }

  /** The frame that an instant is in. */
  frameAt(instant: number): number {
    return Math.floor((instant - this.origin) / this.frameSeconds);
  }

  /** Seconds that the wall shows since midnight as a frame begins. */
  secondsOfDay(frame: number): number {
    const wall = this.clock.wall(this.origin + frame * this.frameSeconds);
    return ((wall % 86_400) + 86_400) % 86_400;
  }
}

/** The date so many days after another. */
export function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
