import { Info } from "luxon";

import { dayOf, offsetOf } from "./zones";

/** Whether 05/03 is the 5th of March or the 3rd of May. */
export type DateOrder = "day-first" | "month-first";

/** Accepted forms of a date and a time. */
export const ACCEPTED_TIMES =
  "2019-03-14T18:05, 14/03/2019 18:05, 3/14/2019 6:05 PM, 14.03.2019 18:05, Thu, 14 Mar 2019 18:05:00 GMT, or Unix seconds";

/** How a date is written. */
export type DateForm = "year-month-day" | "day.month.year" | "day or month first" | "day month-name year" | "Unix";

/** A date and time as written, before it is known which zone it is in. */
export interface WrittenTime {
  form: DateForm;
  /** Time on the wall, as seconds since 1970 of a clock in UTC that shows the same; NaN if there is no such day. */
  wall: number;
  /** Whether a time of day was given, not only a date. */
  timed: boolean;
  /** Seconds ahead of UTC, where the text says so. */
  offset: number | undefined;
}

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?\s*(?<half>[AaPp]\.?[Mm]\.?)?`;
const ZONE = String.raw`(?:\s*(?<zone>Z|z|[A-Z]{2,5}|[+-]\d{2}(?::?\d{2})?))?`;
const TIME = String.raw`(?:(?:T|,?\s+)${CLOCK}${ZONE})?`;
const WEEKDAY = String.raw`(?:[A-Za-z]{3,9},?\s+)?`;
const FORMS: readonly [DateForm, RegExp][] = [
  ["year-month-day", new RegExp(String.raw`^(?<year>\d{4})([-/.])(?<month>\d{1,2})\2(?<day>\d{1,2})${TIME}$`)],
  ["day.month.year", new RegExp(String.raw`^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4}|\d{2})${TIME}$`)],
  ["day or month first", new RegExp(String.raw`^(?<one>\d{1,2})([-/])(?<two>\d{1,2})\2(?<year>\d{4}|\d{2})${TIME}$`)],
  [
    "day month-name year",
    new RegExp(String.raw`^${WEEKDAY}(?<day>\d{1,2})[\s-](?<name>[A-Za-z]{3,9})\.?[\s-](?<year>\d{4}|\d{2})${TIME}$`),
  ],
  [
    "day month-name year",
    new RegExp(String.raw`^${WEEKDAY}(?<name>[A-Za-z]{3,9})\.?\s+(?<day>\d{1,2}),?\s+(?<year>\d{4})${TIME}$`),
  ],
];
const TIME_ALONE = new RegExp(`^${CLOCK}$`);
const UNIX = /^(\d{9,10}(?:\.\d+)?|\d{12,13})$/;
const MONTHS = new Map(
  [Info.months("short", { locale: "en" }), Info.months("long", { locale: "en" })].flatMap((names) =>
    names.map((name, index): [string, number] => [name.toLowerCase(), index + 1]),
  ),
);

/**
 * Reads a date and time in any of the forms that published files use.
 *
 * @param order The first figure in `05/03/2022`; NaN for the time without it.
 * @returns undefined if the text is none.
 */
export function readTime(text: string, order?: DateOrder): WrittenTime | undefined {
  if (UNIX.test(text)) {
    const seconds = text.length >= 12 && !text.includes(".") ? Number(text) / 1000 : Number(text);
    return { form: "Unix", wall: seconds, timed: true, offset: 0 };
  }
  for (const [form, pattern] of FORMS) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) continue;
    const ofDay = groups["hour"] === undefined ? 0 : secondsOf(groups);
    const offset = groups["zone"] === undefined ? undefined : zoneOffset(groups["zone"]);
    if (ofDay === undefined || offset === null) return undefined;
    const timed = groups["hour"] !== undefined;
    const day = order === undefined && form === "day or month first" ? Number.NaN : dateOf(groups, order);
    return day === undefined ? undefined : { form, wall: day * 86_400 + ofDay, timed, offset };
  }
  return undefined;
}

/** Seconds since midnight of a time of day such as `18:05` or `24:00`; undefined if the text is none. */
export function readTimeOfDay(text: string): number | undefined {
  const groups = TIME_ALONE.exec(text)?.groups;
  return groups === undefined ? undefined : secondsOf(groups);
}

/** The order that a date with slashes or hyphens shows; undefined where it shows none. */
export function orderShown(text: string): DateOrder | "undecided" | undefined {
  const groups = FORMS[2]![1].exec(text)?.groups;
  if (groups === undefined) return undefined;
  if (Number(groups["one"]) > 12) return "day-first";
  return Number(groups["two"]) > 12 ? "month-first" : "undecided";
}

type Groups = Record<string, string | undefined>;

function dateOf(groups: Groups, order: DateOrder | undefined): number | undefined {
  const { year, one, two, name } = groups;
  const [day, month] =
    one === undefined ? [groups["day"], groups["month"]] : order === "day-first" ? [one, two] : [two, one];
  const monthNumber = name === undefined ? Number(month) : MONTHS.get(name.toLowerCase());
  if (monthNumber === undefined) return undefined;
  return dayOf(year!.length === 2 ? 2000 + Number(year) : Number(year), monthNumber, Number(day));
}

function secondsOf({ hour, minute, second = "0", fraction = "0", half }: Groups): number | undefined {
  const hours = Number(hour);
  const rest = Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  if (Number(minute) > 59 || Number(second) > 60) return undefined;
  if (half === undefined) return hours < 24 || (hours === 24 && rest === 0) ? hours * 3600 + rest : undefined;
  if (hours < 1 || hours > 12) return undefined;
  return ((hours % 12) + (/^p/i.test(half) ? 12 : 0)) * 3600 + rest;
}

/** null where the zone is none. */
function zoneOffset(text: string): number | null {
  return offsetOf(text) ?? null;
}
