import { FixedOffsetZone, IANAZone, Info, type Zone } from "luxon";

const DAY = 86_400;

/** Abbreviations that published files use for offsets, hours. An IANA name says more and is taken as well. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  ...{ Z: 0, UTC: 0, UT: 0, GMT: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, MEZ: 1, MESZ: 2, EET: 2, EEST: 3 },
  ...{ EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10 },
};

/** The zone of a name: `Europe/Oslo`, `UTC+1`, `+01:00`; undefined if it is none. */
export function zoneOf(name: string): Zone | undefined {
  const trimmed = name.trim();
  const seconds = offsetOf(trimmed);
  if (seconds !== undefined) return FixedOffsetZone.instance(seconds / 60);
  if (IANAZone.isValidZone(trimmed)) return IANAZone.create(trimmed);
  const zone = /^UTC[+-]/i.test(trimmed) ? Info.normalizeZone(trimmed) : undefined;
  return zone?.isValid === true ? zone : undefined;
}

/** Seconds ahead of UTC of an offset such as `Z`, `+01:00`, `-0730`, `+1` or an abbreviation; undefined for others. */
export function offsetOf(text: string): number | undefined {
  const known = ABBREVIATIONS[text.toUpperCase()];
  if (known !== undefined) return known * 3600;
  const match = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  return match[1] === "-" ? -seconds : seconds;
}

/**
 * A wall clock: converts its time to seconds since 1970 and back. Its time is written as the seconds since
 * 1970 of a clock in UTC that shows the same.
 */
export class WallClock {
  /** Offsets of days of the wall without a switch, s; null for those near one. */
  private readonly steady = new Map<number, number | null>();
  private readonly hours = new Map<number, number>();

  /** @param zone None for a clock that is never switched and of which nothing else is known. */
  constructor(private readonly zone: Zone | undefined) {}

  /** Name of the zone, if it has any. */
  get name(): string | undefined {
    return this.zone?.name;
  }

  /** The instants at which the wall shows this: one; two in the hour that comes twice; none in the hour left out. */
  instants(wall: number): number[] {
    const day = Math.floor(wall / DAY);
    let offset = this.steady.get(day);
    if (offset === undefined) {
      const before = this.offsetAt((day - 1) * DAY);
      offset = before === this.offsetAt((day + 2) * DAY) ? before : null;
      this.steady.set(day, offset);
    }
    if (offset !== null) return [wall - offset];
    const offsets = new Set([this.offsetAt(wall - DAY), this.offsetAt(wall + DAY)]);
    return [...offsets]
      .map((candidate) => wall - candidate)
      .filter((instant) => this.wall(instant) === wall)
      .sort((a, b) => a - b);
  }

  /** Time on the wall at an instant. */
  wall(instant: number): number {
    // Offsets change at whole quarters of an hour.
    const quarter = Math.floor(instant / 900);
    let offset = this.hours.get(quarter);
    if (offset === undefined) {
      offset = this.offsetAt(quarter * 900);
      if (this.hours.size > 50_000) this.hours.clear();
      this.hours.set(quarter, offset);
    }
    return instant + offset;
  }

  /** The date on the wall, `2019-03-14`. */
  date(instant: number): string {
    return dateText(Math.floor(this.wall(instant) / DAY));
  }

  /** The instant at which a date begins; the first one after midnight where midnight itself is left out. */
  midnight(date: string): number {
    const wall = dayNumber(date) * DAY;
    for (let later = 0; later <= 3 * 3600; later += 900) {
      const [first] = this.instants(wall + later);
      if (first !== undefined) return first;
    }
    throw new RangeError(`no midnight on ${date}`);
  }

  private offsetAt(instant: number): number {
    return this.zone === undefined ? 0 : this.zone.offset(instant * 1000) * 60;
  }
}

/** Days since 1970 of a date `2019-03-14`. @throws RangeError if there is no such date */
export function dayNumber(date: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const day = match === null ? undefined : dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
  if (day === undefined) throw new RangeError(`not a date: ${date}`);
  return day;
}

/** Days since 1970; undefined where the calendar has no such day. */
export function dayOf(year: number, month: number, dayOfMonth: number): number | undefined {
  const time = new Date(Date.UTC(year, month - 1, dayOfMonth));
  const exists = time.getUTCMonth() === month - 1 && time.getUTCDate() === dayOfMonth && month >= 1 && month <= 12;
  return exists ? time.getTime() / 86_400_000 : undefined;
}

/** The date `2019-03-14` of so many days since 1970. */
export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
