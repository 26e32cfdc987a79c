import { InputError } from "../../scenario/inputError";
import { framesPerDay } from "../population";
import { sessionsPopulation, type SessionsOptions } from "./sessions";

const DAY_MS = 86_400_000;
/** Days that a message lists, from the first on. */
const LISTED = 6;

/** A day on which sessions begin. */
export interface SessionDay {
  /** `2019-03-14`. */
  date: string;
  sessions: number;
}

/** The days on which a file's sessions begin that could take part in a market, in order. */
export function sessionDays(text: string, options: Omit<SessionsOptions, "from" | "days">): SessionDay[] {
  const counts = new Map<number, number>();
  for (const { arrivalFrame } of sessionsPopulation(text, { ...options, from: "1970-01-01" })) {
    const day = Math.floor(arrivalFrame / framesPerDay(options.frameSeconds));
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([day, sessions]) => ({ date: new Date(day * DAY_MS).toISOString().slice(0, 10), sessions }));
}

/**
 * The day to simulate: the one asked for, or the only one that the file has.
 *
 * @param flag Names the date in messages.
 * @throws InputError that lists the days there are, where it is none of them or there are several to choose from
 */
export function chosenDay(days: readonly SessionDay[], date: string | undefined, file: string, flag: string): string {
  if (days.length === 0) throw new InputError(file, "has no session that moves energy for a whole frame");
  if (date === undefined && days.length === 1) return days[0]!.date;
  if (date !== undefined && days.some((day) => day.date === date)) return date;
  const asked = date === undefined ? "is needed" : `${date} has no session`;
  throw new InputError(flag, `${asked}; ${file} has sessions on ${listed(days)}`);
}

/** @throws InputError where a text is no date of the calendar */
export function checkDate(flag: string, date: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(date) ? new Date(`${date}T00:00:00Z`) : new Date(NaN);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(date)) {
    throw new InputError(flag, `expected a date such as 2019-03-14, found "${date}"`);
  }
  return date;
}

/** The day before a date. */
export function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

function listed(days: readonly SessionDay[]): string {
  const text = ({ date, sessions }: SessionDay) => `${date} (${sessions})`;
  if (days.length <= LISTED) return days.map(text).join(", ");
  return `${days.length} days: ${days.slice(0, LISTED).map(text).join(", ")}, … ${text(days.at(-1)!)}`;
}
