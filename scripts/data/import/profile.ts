import { InputError } from "../../core/errors";
import type { Series } from "./series";
import { dayNumber, type WallClock } from "./zones";

/** Figures of a load or a price over the frames of a day, as means over each frame. */
export interface Profile {
  stepSeconds: number;
  /** A day that may be any, or figures of dates. */
  span: "day" | "dated";
  /** The dates that are covered in full, the first and the last; none of a day that may be any. */
  dates: readonly [string, string] | undefined;
}

/** Steps that a day may be made of, s: from a minute to an hour. */
const STEPS = [3600, 1800, 900, 600, 300, 60];
const DAY = 86_400;

/** Figures that hold for steps of one length from some moment on, without gaps but for those named. */
export class StepFunction implements Profile {
  private constructor(
    readonly span: Profile["span"],
    readonly stepSeconds: number,
    private readonly begin: number,
    private readonly figures: Float64Array,
    private readonly clock: WallClock,
  ) {}

  /**
   * The figures of a file over time.
   *
   * @param date The date to be looked at, for files that do not say which days theirs are.
   * @throws InputError where their number makes no day and no year, or where it takes a date or a zone to know.
   */
  static of(
    series: Series,
    convert: (figure: number, stepSeconds: number) => number,
    date: string | undefined,
  ): StepFunction {
    const { figures, clock, stepSeconds, times } = series;
    const { file } = series.table.source;
    const converted = (step: number) => Float64Array.from(figures, (figure) => convert(figure, step));
    if (times === "none") {
      const { step, span, begin } = countedSteps(file, figures.length, clock.clock, date);
      return new StepFunction(span, step, begin, converted(step), clock.clock);
    }
    if (times === "time of day") {
      if (figures.length * stepSeconds! === DAY) {
        return new StepFunction("day", stepSeconds!, 0, converted(stepSeconds!), clock.clock);
      }
      const { step, span, begin } = countedSteps(file, figures.length, clock.clock, date);
      return new StepFunction(span, step, begin, converted(step), clock.clock);
    }
    return StepFunction.spread(series, converted(stepSeconds!));
  }

  private static spread({ begins, stepSeconds, clock, table }: Series, figures: Float64Array): StepFunction {
    const [begin] = begins;
    const steps = Math.round((begins.at(-1)! - begin!) / stepSeconds!) + 1;
    if (steps > 10_000_000) throw new InputError(table.source.file, "spans more than ten million steps");
    const spread = new Float64Array(steps).fill(Number.NaN);
    begins.forEach((moment, index) => {
      spread[Math.round((moment - begin!) / stepSeconds!)] = figures[index]!;
    });
    return new StepFunction("dated", stepSeconds!, begin!, spread, clock.clock);
  }

  get dates(): readonly [string, string] | undefined {
    if (this.span === "day") return undefined;
    const last = this.begin + this.figures.length * this.stepSeconds;
    const first = this.clock.date(this.begin);
    const begun = this.clock.midnight(first) === this.begin ? 0 : 1;
    const from = new Date(Date.parse(first) + begun * DAY * 1000).toISOString().slice(0, 10);
    return [from, this.clock.date(last - DAY)];
  }

  /** How many figures there are, and within what. */
  get extremes(): { count: number; least: number; most: number; mean: number } {
    let [count, sum, least, most] = [0, 0, Infinity, -Infinity];
    for (const figure of this.figures) {
      if (Number.isNaN(figure)) continue;
      count++;
      sum += figure;
      least = Math.min(least, figure);
      most = Math.max(most, figure);
    }
    return { count, least, most, mean: sum / count };
  }

  /** Mean over `[from, to)`, s since 1970, or since midnight of a day that may be any; NaN where figures are missing. */
  mean(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to;) {
      const index = Math.floor((at - this.begin) / this.stepSeconds);
      const wrapped =
        this.span === "day" ? ((index % this.figures.length) + this.figures.length) % this.figures.length : index;
      const end = Math.min(to, this.begin + (index + 1) * this.stepSeconds);
      sum += (this.figures[wrapped] ?? Number.NaN) * (end - at);
      at = end;
    }
    return sum / (to - from);
  }
}

/** Step, span and beginning of figures of which only the number is known. */
function countedSteps(
  file: string,
  count: number,
  clock: WallClock,
  date: string | undefined,
): { step: number; span: Profile["span"]; begin: number } {
  for (const step of STEPS) {
    const perDay = DAY / step;
    if (count === perDay) return { step, span: "day", begin: 0 };
    const perHour = 3600 / step;
    if (count === perDay - perHour || count === perDay + perHour) {
      return { step, span: "dated", begin: switchDay(file, count, step, clock, date) };
    }
    if (count === perDay * 365 || count === perDay * 366) {
      return { step, span: "dated", begin: yearOf(file, count / perDay, clock, date) };
    }
  }
  throw new InputError(
    file,
    `expected a day of 24, 48, 96, 144, 288 or 1440 figures, one on which clocks are switched (23, 46, 92, … or 25, 50, 100, …), or a year of them (8760, 17520, 35040, …); found ${count}`,
  );
}

function switchDay(file: string, count: number, step: number, clock: WallClock, date: string | undefined): number {
  const hours = (count * step) / 3600;
  if (date === undefined || clock.name === undefined) {
    throw new InputError(
      file,
      `has ${count} figures, a day of ${hours} hours on which clocks are switched; say which, such as --date 2019-03-31 --zone Europe/Oslo`,
    );
  }
  const begin = clock.midnight(date);
  const found = (clock.midnight(nextDate(date)) - begin) / 3600;
  if (found !== hours) {
    throw new InputError(
      file,
      `has ${count} figures, a day of ${hours} hours, and ${date} has ${found} hours in ${clock.name}`,
    );
  }
  return begin;
}

function yearOf(file: string, days: number, clock: WallClock, date: string | undefined): number {
  if (date === undefined) {
    throw new InputError(file, `has the figures of a year of ${days} days; say which day, such as --date 2019-03-14`);
  }
  const year = Number(date.slice(0, 4));
  const found = dayNumber(`${year + 1}-01-01`) - dayNumber(`${year}-01-01`);
  if (found !== days) throw new InputError(file, `has the figures of a year of ${days} days, and ${year} has ${found}`);
  return clock.midnight(`${year}-01-01`);
}

function nextDate(date: string): string {
  return new Date(Date.parse(date) + DAY * 1000).toISOString().slice(0, 10);
}
