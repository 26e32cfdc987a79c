import { InputError } from "../../core/errors";
import type { SessionsFile } from "./sessions";
import { dayNumber } from "./zones";

/** The days of a file in words: `400 days from 2018-12-21 to 2020-01-31`. */
export function daysText({ days }: Pick<SessionsFile, "days">): string {
  const dates = [...days.keys()];
  return dates.length === 1
    ? `one day, ${dates[0]}`
    : dates.length <= 5
      ? `the days ${dates.join(", ")}`
      : `${dates.length} days from ${dates[0]} to ${dates.at(-1)}`;
}

/** The day with the most sessions. */
export function busiestDay({ days }: Pick<SessionsFile, "days">): { date: string; sessions: number } {
  let found = { date: "", sessions: 0 };
  for (const [date, { sessions }] of days) if (sessions > found.sessions) found = { date, sessions };
  return found;
}

/**
 * The day to simulate: the one asked for, or the only one.
 *
 * @throws InputError saying which days the file has
 */
export function chosenDay(read: Pick<SessionsFile, "days" | "date" | "table">): string {
  const { days, date } = read;
  const { file } = read.table.source;
  if (date === undefined) {
    const { date: busiest, sessions } = busiestDay(read);
    throw new InputError(
      file,
      `has sessions on ${daysText(read)}; say which day, such as --date ${busiest} (${sessions} session${sessions === 1 ? "" : "s"})`,
    );
  }
  if (days.has(date)) return date;
  const distance = (other: string) => Math.abs(dayNumber(other) - dayNumber(date));
  const nearest = [...days.keys()].sort((a, b) => distance(a) - distance(b)).slice(0, 3);
  const near = days.size <= 5 ? "" : `, the nearest ${nearest.sort().join(", ")}`;
  throw new InputError("--date", `${file} has no session that begins on ${date}; it has ${daysText(read)}${near}`);
}
