import { findColumns, plain } from "./columns";
import { type Understood, describeLoad, describePrices, describeSessions } from "./describe";
import { readLoad } from "./load";
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
    case "load":
      return describeLoad(await readLoad(file, options, date, onProgress));
    case "prices":
      return describePrices(await readPrices(file, options, date, onProgress));
    case "sessions": {
      const overlaps = new Overlaps();
      const all = { ...options, rows: "skip", onSession: (session) => overlaps.see(session) } satisfies SessionsOptions;
      const read = await readSessions(file, all, date, onProgress);
      const pile = read.columns.pile?.map((column) => read.table.columns.names[column]).join("+") ?? "pile";
      return describeSessions(read, overlaps.found(pile));
    }
  }
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
