import { InputError } from "../../core/errors";
import { findColumns, plain } from "./columns";
import { chosenDay } from "./days";
import { type Understood, describeLoad, describePrices, describeSessions } from "./describe";
import { type LoadFile, readLoad } from "./load";
import { Overlaps } from "./overlaps";
import { readPrices } from "./prices";
import type { ProgressListener } from "./progress";
import type { SeriesOptions } from "./series";
import { readSessions, SESSION_NAMES, type SessionsOptions } from "./sessions";
import { openTable } from "./table";

export type DataKind = "sessions" | "load" | "prices";

export const DATA_KINDS: readonly DataKind[] = ["sessions", "load", "prices"];

/**
 * Tells how a file is understood, with all that is wrong and odd about it; nothing is simulated.
 *
 * @param kind Kind of the file, which gives the default looks of its columns.
 * @throws InputError where it cannot be understood at all.
 */
export async function checkData(
  file: string,
  options: SessionsOptions & SeriesOptions,
  date: string | undefined,
  kind?: DataKind,
  onProgress?: ProgressListener,
): Promise<Understood> {
  switch (kind ?? (await likelyKind(file, options))) {
    case "load": {
      const load = await readLoad(file, options, date, onProgress);
      requireDay(file, load.profile, date);
      return describeLoad(load);
    }
    case "prices": {
      const prices = await readPrices(file, options, date, onProgress);
      requireDay(file, prices.profile, date);
      return describePrices(prices);
    }
    case "sessions": {
      const overlaps = new Overlaps();
      const all = { ...options, rows: "skip", onSession: (session) => overlaps.see(session) } satisfies SessionsOptions;
      const read = await readSessions(file, all, date, onProgress);
      if (date !== undefined) chosenDay(read);
      const pile = read.columns.pile?.map((column) => read.table.columns.names[column]).join("+") ?? "pile";
      return describeSessions(read, overlaps.found(pile));
    }
  }
}

/** @throws InputError where a day is asked for that the figures do not cover */
function requireDay(file: string, { dates }: LoadFile["profile"], date: string | undefined): void {
  if (date === undefined || dates === undefined || (dates[0] <= date && date <= dates[1])) return;
  const has = dates[0] > dates[1] ? "no whole day" : `the days from ${dates[0]} to ${dates[1]}`;
  throw new InputError("--date", `${file} has no figures of the whole of ${date}; it has ${has}`);
}

/** Sessions have an arrival, a departure and an energy; prices say so; all else is a load. */
async function likelyKind(file: string, options: SessionsOptions & SeriesOptions): Promise<DataKind> {
  const told = options.columns ?? {};
  if ("arrival" in told || "energy" in told) return "sessions";
  if ("prices" in told) return "prices";
  if ("load" in told) return "load";
  const table = await openTable(file, options);
  const { arrival, departure, duration, energy } = findColumns(table, SESSION_NAMES, {});
  const names = table.columns.names.map(plain);
  if (names.some((name) => /price|tariff|gbpmwh|eurmwh|pencekwh/.test(name))) return "prices";
  if ((departure ?? duration) !== undefined && (arrival ?? energy) !== undefined) return "sessions";
  return "load";
}
