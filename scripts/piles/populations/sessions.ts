import { parse } from "csv-parse/sync";

import { InputError } from "../../scenario/inputError";
import type { EvStay } from "../ev";
import { framesPerDay, pileId } from "../population";

/**
 * Names of the columns of a sessions file. The first line names the columns, in any order; others are ignored.
 *
 * | column | meaning |
 * | --- | --- |
 * | arrival | local date and time of plugging in, `2019-03-14T18:05`, a space for the T and seconds allowed |
 * | departure | local date and time of leaving, the same way |
 * | energy | energy to move, kWh |
 * | pile | optional: the pile's name; without it each session gets the first free pile |
 * | rated | optional: rated power, kW |
 * | side | optional: `charge` or `discharge`; `charge` without it |
 */
export interface SessionColumns {
  arrival: string;
  departure: string;
  energy: string;
  pile: string;
  rated: string;
  side: string;
}

/** How a sessions file is read. */
export interface SessionsOptions {
  /** Name of the file, for error messages. */
  file: string;
  /** Frame length, s. */
  frameSeconds: number;
  /** Date whose midnight is the beginning of frame 0, `2019-03-14`; the day of the first session by default. */
  from?: string;
  /** Days to read from there on; all by default. Sessions that arrive on other days are left out. */
  days?: number;
  /** Names of columns that differ from `arrival`, `departure`, `energy_kwh`, `pile`, `rated_kw`, `side`. */
  columns?: Partial<SessionColumns>;
  /** Rated power where the file has none, W; 7 kW by default. */
  ratedW?: number;
}

const DEFAULT_COLUMNS: SessionColumns = {
  arrival: "arrival",
  departure: "departure",
  energy: "energy_kwh",
  pile: "pile",
  rated: "rated_kw",
  side: "side",
};

/** What a file says about a stay in energy only is put into a battery of just that size. */
const FULL = { charge: { initialSoc: 0, targetSoc: 1 }, discharge: { initialSoc: 1, targetSoc: 0 } } as const;

interface Session {
  line: number;
  arrivalSeconds: number;
  departureSeconds: number;
  energyWh: number;
  pile: string | undefined;
  ratedW: number;
  side: EvStay["side"];
}

/**
 * A population from recorded sessions, as comma-separated text.
 *
 * @param text The file's content.
 * @returns The stays in order of arrival. A session of no energy, or too short for a frame, has no part in any market
 * and is left out.
 * @throws InputError naming file and line for what cannot be read, and for two sessions at one pile at a time.
 */
export function sessionsPopulation(text: string, options: SessionsOptions): EvStay[] {
  const sessions = readSessions(text, options).sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
  const origin = options.from === undefined ? startOfDay(sessions) : parseTime(`${options.from}T00:00`);
  if (Number.isNaN(origin)) throw new RangeError(`the first day is not a date: ${options.from}`);
  const lastFrame = (options.days ?? Infinity) * framesPerDay(options.frameSeconds);

  const busyUntil = new Map<string, { frame: number; line: number }>();
  const stays: EvStay[] = [];
  for (const session of sessions) {
    const arrivalFrame = Math.floor((session.arrivalSeconds - origin) / options.frameSeconds);
    // The frame in which it leaves is not delivered in full any more.
    const departureFrame = Math.floor((session.departureSeconds - origin) / options.frameSeconds) - 1;
    if (arrivalFrame < 0 || arrivalFrame >= lastFrame) continue;
    if (session.energyWh === 0 || departureFrame <= arrivalFrame) continue;
    const pile = session.pile ?? firstFreePile(busyUntil, arrivalFrame);
    const before = busyUntil.get(pile);
    if (before !== undefined && before.frame > arrivalFrame) {
      throw inputError(options.file, `pile ${pile} is taken by the session of line ${before.line}`, session.line);
    }
    busyUntil.set(pile, { frame: departureFrame, line: session.line });
    const { side, ratedW, energyWh } = session;
    stays.push({ pile, side, arrivalFrame, departureFrame, batteryWh: energyWh, ...FULL[side], ratedW });
  }
  return stays;
}

function readSessions(text: string, options: SessionsOptions): Session[] {
  const { file } = options;
  const columns = { ...DEFAULT_COLUMNS, ...options.columns };
  let rows: { info: { lines: number }; record: Record<string, string> }[];
  try {
    rows = parse(text, { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw inputError(file, (error as Error).message, (error as { lines?: number }).lines);
  }
  if (rows.length === 0) throw inputError(file, "no sessions");
  for (const needed of [columns.arrival, columns.departure, columns.energy]) {
    if (!(needed in rows[0]!.record)) throw inputError(file, `no column ${needed}`, 1);
  }

  return rows.map(({ info, record }): Session => {
    const line = info.lines;
    const fail = (what: string): never => {
      throw inputError(file, what, line);
    };
    const time = (column: string): number => {
      const seconds = parseTime(record[column]!);
      return Number.isNaN(seconds) ? fail(`${column} is not a date and time: "${record[column]}"`) : seconds;
    };
    const figure = (column: string, least: number): number => {
      const value = record[column] === "" ? NaN : Number(record[column]);
      return value >= least && value < 1e6
        ? value
        : fail(`${column} is not a figure of at least ${least}: "${record[column]}"`);
    };
    const side = record[columns.side] || "charge";
    if (side !== "charge" && side !== "discharge") fail(`${columns.side} is neither charge nor discharge: "${side}"`);
    const arrivalSeconds = time(columns.arrival);
    const departureSeconds = time(columns.departure);
    if (departureSeconds < arrivalSeconds) fail(`${columns.departure} lies before ${columns.arrival}`);
    return {
      line,
      arrivalSeconds,
      departureSeconds,
      energyWh: Math.round(figure(columns.energy, 0) * 1000),
      pile: record[columns.pile] || undefined,
      ratedW: record[columns.rated] ? Math.round(figure(columns.rated, 0) * 1000) : (options.ratedW ?? 7_000),
      side: side as Session["side"],
    };
  });
}

/** Seconds of a local date and time on a clock without daylight saving; NaN if it is none. */
function parseTime(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)$/.exec(text);
  if (match === null) return NaN;
  const time = new Date(`${match[1]}T${match[2]}Z`);
  // Date takes 31 February for 3 March.
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(match[1]!);
  return exists ? time.getTime() / 1000 : NaN;
}

function startOfDay(sessions: readonly Session[]): number {
  return Math.floor(sessions[0]!.arrivalSeconds / 86_400) * 86_400;
}

function inputError(file: string, problem: string, line?: number): InputError {
  return new InputError(file, problem, { position: line === undefined ? undefined : { line, column: 1 } });
}

function firstFreePile(busyUntil: ReadonlyMap<string, { frame: number }>, frame: number): string {
  for (let index = 0; ; index++) {
    const pile = pileId(index);
    if ((busyUntil.get(pile)?.frame ?? -1) <= frame) return pile;
  }
}
