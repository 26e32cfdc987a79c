import type { Zone } from "luxon";

import { InputError } from "../../core/errors";
import type { ColumnGroup } from "./columns";
import type { Table } from "./table";
import { ACCEPTED_TIMES, type DateOrder, readTime, readTimeOfDay, type WrittenTime } from "./times";
import { WallClock, zoneOf } from "./zones";

/** How days and hours of a file are told. */
export interface ClockChoice {
  /** The clock by which days begin. */
  clock: WallClock;
  /** Where it is from. */
  from: "--zone" | "column" | "offsets" | "UTC in the file" | "none";
}

/** A cell that is no date and time, or one that cannot be. */
export class NoMoment extends Error {}

/**
 * The clock of a file: that of `--zone`, of a column of zones, of the one offset that all times have, or UTC where times
 * are in UTC; else one without a zone, that is never switched.
 *
 * @throws InputError where times carry several offsets, or there are several zones, and none is told.
 */
export function chooseClock(
  table: Table,
  times: readonly ColumnGroup[],
  zoneColumn: ColumnGroup | undefined,
  told: string | undefined,
): ClockChoice {
  if (told !== undefined) return { clock: new WallClock(toldZone(told)), from: "--zone" };
  const zones = new Set(
    zoneColumn === undefined
      ? []
      : table.head.map((row) => row.cells[zoneColumn[0]!] ?? "").filter((name) => name !== ""),
  );
  const first = [...zones][0];
  const named = first === undefined ? undefined : zoneOf(first);
  if (zones.size === 1 && named?.isUniversal === false) return { clock: new WallClock(named), from: "column" };
  const offsets = new Set<number | undefined>();
  for (const { cells } of table.head) {
    for (const group of times) {
      const written = readTime(joined(cells, group));
      if (written === undefined) continue;
      const zone = zoneColumn === undefined ? undefined : zoneOf(cells[zoneColumn[0]!] ?? "");
      offsets.add(
        written.offset ??
          (zone === undefined ? undefined : zone.offset(0) * 60) ??
          (namesUtc(table, group) ? 0 : undefined),
      );
    }
  }
  const [offset] = offsets;
  if (offsets.size === 0 || (offsets.size === 1 && offset === undefined)) {
    return { clock: new WallClock(undefined), from: "none" };
  }
  if (offsets.size > 1) {
    throw new InputError(
      table.source.file,
      "its times have several offsets from UTC; say by which clock days begin, such as --zone Europe/Oslo",
    );
  }
  if (offset === 0) return { clock: new WallClock(zoneOf("UTC")), from: "UTC in the file" };
  return { clock: new WallClock(fixed(offset!)), from: "offsets" };
}

/** The zone that a flag names. @throws InputError saying what is accepted */
export function toldZone(name: string): Zone {
  const zone = zoneOf(name);
  if (zone === undefined) {
    throw new InputError("--zone", `expected a zone such as Europe/Oslo, UTC or UTC+1, found "${name}"`);
  }
  return zone;
}

/** Reads the times of a column, or of a column of dates and one of times. */
export class MomentReader {
  private readonly zones = new Map<string, WallClock | undefined>();
  private readonly utc: WallClock | undefined;

  constructor(
    table: Table,
    private readonly group: ColumnGroup,
    private readonly zoneColumn: ColumnGroup | undefined,
    private readonly clock: WallClock,
    private readonly order: DateOrder | undefined,
  ) {
    this.utc = namesUtc(table, group) ? new WallClock(zoneOf("UTC")) : undefined;
  }

  /**
   * The instants that a row's time may mean, seconds since 1970: one, or two in the hour that comes twice.
   * @throws NoMoment saying what came and what is accepted.
   */
  read(cells: readonly string[]): number[] {
    const text = joined(cells, this.group);
    const written = this.written(text);
    if (written.offset !== undefined) {
      if (this.clock.name === undefined) {
        throw new NoMoment(
          `"${text}" has an offset and other times have none; say by which clock they are, such as --zone Europe/Oslo`,
        );
      }
      return [written.wall - written.offset];
    }
    const zoneName = this.zoneColumn === undefined ? "" : (cells[this.zoneColumn[0]!] ?? "");
    const instants = (this.zoneNamed(zoneName) ?? this.utc ?? this.clock).instants(written.wall);
    if (instants.length === 0) {
      throw new NoMoment(`"${text}" is left out by the clocks of ${this.clock.name}, which go forward then`);
    }
    return instants;
  }

  private written(text: string): WrittenTime {
    if (text === "") throw new NoMoment(`is missing; expected a date and time such as ${ACCEPTED_TIMES}`);
    const written = readTime(text, this.order);
    if (written === undefined)
      throw new NoMoment(`expected a date and time such as ${ACCEPTED_TIMES}; found "${text}"`);
    if (!written.timed) throw new NoMoment(`expected a date and a time, found the date "${text}" alone`);
    return written;
  }

  private zoneNamed(name: string): WallClock | undefined {
    if (name === "") return undefined;
    if (!this.zones.has(name)) {
      const zone = zoneOf(name);
      this.zones.set(name, zone === undefined ? undefined : new WallClock(zone));
    }
    const clock = this.zones.get(name);
    if (clock === undefined) throw new NoMoment(`expected a zone such as Europe/Oslo or UTC, found "${name}"`);
    return clock;
  }
}

/** The text of a time: of one column, or a date and the time of day of another. */
function joined(cells: readonly string[], group: ColumnGroup): string {
  const [first = "", second] = group.map((column) => cells[column] ?? "");
  if (second === undefined || second === "") return first;
  // A column of times may hold the whole, or a spreadsheet's date of no day.
  if (readTimeOfDay(second) === undefined && readTime(second)?.timed === true) return second;
  return `${first} ${second}`;
}

function namesUtc(table: Table, group: ColumnGroup): boolean {
  return group.some((column) => /utc|gmt/i.test(table.columns.names[column]!));
}

function fixed(offsetSeconds: number): Zone {
  const sign = offsetSeconds < 0 ? "-" : "+";
  const minutes = Math.abs(offsetSeconds) / 60;
  return zoneOf(
    `${sign}${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`,
  )!;
}
