import type { ColumnGroup } from "./columns";
import type { Dialect } from "./dialect";
import type { MomentReader } from "./moments";
import { readNumber, splitUnit } from "./numbers";
import type { Problems, RowPlace } from "./problems";
import type { Row } from "./table";
import { type EnergyUnit, ENERGY_UNITS, factorOf, type PowerUnit, POWER_UNITS, unitNamed } from "./units";

/** One recorded session. Times in seconds since 1970. */
export interface Session extends RowPlace {
  arrival: number;
  departure: number;
  /** Need of its user, as the file says, Wh. */
  energyWh: number;
  /** Where it took place, if the file says. */
  pile: string | undefined;
  /** Rated power for it, W, if the file says. */
  ratedW: number | undefined;
  side: "charge" | "discharge";
}

/** Role of a column in a sessions file. */
export type SessionRole = "arrival" | "departure" | "duration" | "energy" | "pile" | "rated" | "side" | "zone";

/** How the fields of a sessions file are read. */
export interface SessionFields {
  columns: Partial<Record<SessionRole, ColumnGroup>>;
  /** Name of a role's columns, for messages. */
  nameOf(role: SessionRole): string;
  arrival: MomentReader;
  departure: MomentReader | undefined;
  dialect: Dialect;
  energyUnit: EnergyUnit;
  ratedUnit: PowerUnit;
  /** Seconds in one figure of the duration's column. */
  durationSeconds: number;
  /** Rated power where the file has none, W: what a session's energy is held against. */
  defaultRatedW: number;
}

/** The most that one stay may take, Wh: more than any battery on wheels. */
export const MOST_ENERGY_WH = 1_000_000;
/** More than the battery of a car, Wh. */
const LARGE_ENERGY_WH = 150_000;
/** The largest power of a charging pile, W. */
export const MOST_RATED_W = 1_000_000;
/** The longest stay, days. */
export const MOST_DAYS = 31;
const DAY = 86_400;

/** A field that cannot be used. */
class BadField extends Error {
  constructor(
    readonly role: SessionRole,
    problem: string,
  ) {
    super(problem);
  }
}

/** Reads a session; what is wrong or odd about it goes to `problems`. @returns undefined where it cannot be used */
export function readSession(row: Row, fields: SessionFields, problems: Problems): Session | undefined {
  const { line, path } = row;
  const place: RowPlace = path === undefined ? { line } : { line, path };
  try {
    const [arrival, departure] = readStay(row, fields, (role) => {
      const problem = "is in the hour that comes twice as clocks go back; taken as early as it may be";
      problems.warn("times in the hour that comes twice", { ...place, field: fields.nameOf(role), problem });
    });
    const session: Session = {
      ...place,
      arrival,
      departure,
      energyWh: readEnergy(row, fields),
      pile: cell(row, fields, "pile") || undefined,
      ratedW: readRated(row, fields),
      side: readSide(row, fields),
    };
    lookAt(session, fields, problems);
    return session;
  } catch (error) {
    const role = error instanceof BadField ? { field: fields.nameOf(error.role) } : undefined;
    if (role === undefined) throw error;
    problems.error({ ...place, ...role, problem: (error as Error).message });
    return undefined;
  }
}

function readStay(row: Row, fields: SessionFields, onTwice: (role: SessionRole) => void): [number, number] {
  const arrivals = moments("arrival", () => fields.arrival.read(row.cells));
  if (arrivals.length > 1) onTwice("arrival");
  const arrival = arrivals[0]!;
  const role = fields.departure === undefined ? "duration" : "departure";
  let departure: number;
  if (fields.departure === undefined) departure = arrival + readDuration(row, fields);
  else {
    const departures = moments("departure", () => fields.departure!.read(row.cells));
    if (departures.length > 1) onTwice("departure");
    departure = departures.find((moment) => moment >= arrival) ?? departures.at(-1)!;
    // One date for both: who leaves "before" arriving leaves on the next day.
    const { arrival: from, departure: to } = fields.columns;
    if (departure < arrival && to!.length === 2 && from![0] === to![0]) departure += DAY;
  }
  if (departure < arrival) throw new BadField(role, `lies before ${fields.nameOf("arrival")}`);
  if (departure - arrival > MOST_DAYS * DAY) {
    const days = ((departure - arrival) / DAY).toFixed(1);
    throw new BadField(role, `makes a stay of ${days} days; expected at most ${MOST_DAYS}`);
  }
  return [arrival, departure];
}

function moments(role: SessionRole, read: () => number[]): number[] {
  try {
    return read();
  } catch (error) {
    throw new BadField(role, (error as Error).message);
  }
}

function readDuration(row: Row, fields: SessionFields): number {
  const text = cell(row, fields, "duration");
  const clock = /^(\d+):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock !== null) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  const value = readNumber(text, fields.dialect.mark);
  if (!(value >= 0)) throw new BadField("duration", `expected a duration such as 2.5 or 2:30, found "${text}"`);
  return value * fields.durationSeconds;
}

function readEnergy(row: Row, fields: SessionFields): number {
  const { energyUnit, dialect } = fields;
  const text = cell(row, fields, "energy");
  const { figure, unit } = splitUnit(text);
  const own = unit === undefined ? energyUnit : unitNamed(unit, ENERGY_UNITS);
  const value = own === undefined ? Number.NaN : readNumber(figure, dialect.mark);
  if (!(value >= 0)) {
    const example = dialect.mark === "comma" ? "7,4" : "7.4";
    throw new BadField("energy", `expected an energy in ${energyUnit}, 0 or more, such as ${example}; found "${text}"`);
  }
  const energyWh = Math.round(value * factorOf(own!));
  if (energyWh > MOST_ENERGY_WH) {
    const hint = own === "kWh" ? "; if the figures are Wh, say --units energy=Wh" : "";
    throw new BadField(
      "energy",
      `${text}${unit === undefined ? ` ${own}` : ""} is more than one stay can take, ${MOST_ENERGY_WH / 1000} kWh at most${hint}`,
    );
  }
  return energyWh;
}

function readRated(row: Row, fields: SessionFields): number | undefined {
  const text = cell(row, fields, "rated");
  if (text === "") return undefined;
  const { figure, unit } = splitUnit(text);
  const own = unit === undefined ? fields.ratedUnit : unitNamed(unit, POWER_UNITS);
  const ratedW = own === undefined ? Number.NaN : Math.round(readNumber(figure, fields.dialect.mark) * factorOf(own));
  if (!(ratedW > 1 && ratedW <= MOST_RATED_W)) {
    const hint = own === "kW" && ratedW > MOST_RATED_W ? "; if the figures are W, say --units rated=W" : "";
    throw new BadField(
      "rated",
      `expected a power above 0 and up to ${MOST_RATED_W / 1000} kW in ${fields.ratedUnit}, found "${text}"${hint}`,
    );
  }
  return ratedW;
}

function readSide(row: Row, fields: SessionFields): Session["side"] {
  const text = cell(row, fields, "side") || "charge";
  if (text !== "charge" && text !== "discharge") {
    throw new BadField("side", `expected charge or discharge, found "${text}"`);
  }
  return text;
}

/** Warns of possible but unlikely values. */
function lookAt(session: Session, fields: SessionFields, problems: Problems): void {
  const { energyWh, arrival, departure, ratedW = fields.defaultRatedW, line, path } = session;
  const place = { line, ...(path === undefined ? {} : { path }), field: fields.nameOf("energy") };
  const kWh = `${energyWh / 1000} kWh`;
  const hours = (departure - arrival) / 3600;
  if (energyWh > LARGE_ENERGY_WH) {
    problems.warn("sessions that need more than the battery of a car holds", {
      ...place,
      problem: `${kWh} are more than the battery of a car`,
    });
  }
  if (energyWh > ratedW * hours + 1) {
    const power = hours === 0 ? "cannot be had in no time" : `need ${(energyWh / hours / 1000).toFixed(1)} kW`;
    const problem = `${kWh} in ${hours.toFixed(2)} h ${power}; its rated power is ${ratedW / 1000} kW`;
    problems.warn("sessions that need more than their rated power moves in their stay", { ...place, problem });
  }
}

function cell(row: Row, fields: SessionFields, role: SessionRole): string {
  const column = fields.columns[role]?.[0];
  return column === undefined ? "" : (row.cells[column] ?? "");
}
