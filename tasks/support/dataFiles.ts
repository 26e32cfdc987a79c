import type { ConfigurableTaskDefinition } from "hardhat/types";

import type { ProgressListener } from "../../scripts/data/import/progress";
import type { SessionsFile } from "../../scripts/data/import/sessions";
import type { WallClock } from "../../scripts/data/import/zones";
import { InputError } from "../../scripts/core/errors";
import type { DayCalendar } from "../../scripts/data/calendar";
import type { DaySettings } from "../../scripts/simulation/defaults";
import { addReadingFlags, dateFlag, type ReadingArguments, type ReadingOptions, readingOptions } from "./dataFlags";
import { oneOf } from "./flags";
import { progressBar } from "./progress";

/** The flags that name files of data, and those that say how they are read. */
export interface DataArguments extends ReadingArguments {
  sessions?: string;
  load?: string;
  prices?: string;
  overlap?: string;
  json: boolean;
}

/** Content of the files of data about a day. */
export interface DataDay {
  settings: Pick<DaySettings, "population" | "baseLoadW" | "importPricePerKwh" | "calendar">;
  /** One line each: what is odd about the files, and what of them is left out. */
  notes: string[];
}

/** Most piles of a market. */
const MOST_PILES = 1_024;

/** Loads that a market takes, W, and tariffs, money units per kWh. */
const BOUNDS = { load: [-(2 ** 31) + 1, 2 ** 31 - 1], prices: [0, 2 ** 24 - 1] } as const;

/** Flags about sessions alone, with their defaults. */
const USUAL_OF_SESSIONS = { overlap: "error", rows: "error", rated: "7000" } as const;

/** Adds the flags of {@link DataArguments} but `--json` to a task. */
export function addDataFlags(task: ConfigurableTaskDefinition): ConfigurableTaskDefinition {
  return addReadingFlags(
    task
      .addOptionalParam(
        "sessions",
        "file of charging sessions instead of EVs, CSV or JSON; docs/data.md has the formats",
      )
      .addOptionalParam("load", "file of a load profile instead of homes; docs/data.md has the formats")
      .addOptionalParam("prices", "file of import prices instead of --import; docs/data.md has the formats")
      .addOptionalParam(
        "overlap",
        "two sessions at a pile at once: error, queue (the later one waits) or split (a pile of several outlets)",
        USUAL_OF_SESSIONS.overlap,
      ),
  );
}

/**
 * Reads the files of data that the flags name.
 *
 * @param frameSeconds Length of the market's frames, s.
 * @throws InputError naming the flag, or file, line and field
 */
export async function readDataFiles(args: DataArguments, frameSeconds = 1_800): Promise<DataDay> {
  const { sessions, load, prices } = args;
  refuseStrays(args);
  const options = readingOptions(args);
  let date = dateFlag(args.date);
  const day: DataDay = { settings: {}, notes: [] };
  const { DayCalendar } = await import("../../scripts/data/calendar");
  let clock: WallClock | undefined;
  let calendar: DayCalendar | undefined;
  const settle = (own: WallClock, file: string): DayCalendar => {
    if (clock !== undefined && clock.name !== own.name) {
      throw new InputError(
        "--zone",
        `${sessions} is by the clock of ${nameOf(clock)}, ${file} by that of ${nameOf(own)}; say which`,
      );
    }
    clock = own;
    calendar ??= new DayCalendar(own, date!, frameSeconds);
    return calendar;
  };

  if (sessions !== undefined) {
    const { readSessions } = await import("../../scripts/data/import/sessions");
    const { chosenDay } = await import("../../scripts/data/import/days");
    const { sessionStays, OVERLAPS, withBattery } = await import("../../scripts/piles/populations/sessions");
    const read = await withBar(args, (onProgress) =>
      readSessions(sessions, rolesFor(options, "sessions"), date, onProgress),
    );
    date = chosenDay(read);
    const { origin } = settle(read.clock.clock, sessions);
    const overlap = oneOf("overlap", args.overlap ?? "error", OVERLAPS);
    const stays = sessionStays(read.sessions, {
      file: sessions,
      origin,
      frameSeconds,
      overlap,
      ratedW: read.defaultRatedW,
    });
    const piles = new Set(stays.map(({ pile }) => pile)).size;
    if (piles > MOST_PILES) {
      throw new InputError(
        sessions,
        `has sessions at ${piles} piles about ${date}; a market has ${MOST_PILES} at most; choose some with --only`,
      );
    }
    day.settings.population = ({ battery }) => (battery === undefined ? stays : withBattery(stays, battery));
    day.notes.push(...notesOf(read));
  }
  // The other files are read by the clock of the sessions, unless they have one of their own.
  const zoned: ReadingOptions = { ...options, ...(clock?.name === undefined ? {} : { zone: clock.name }) };
  const { byFrame } = await import("../../scripts/data/import/byFrame");
  for (const [what, file] of [
    ["load", load],
    ["prices", prices],
  ] as const) {
    if (file === undefined) continue;
    const reading = rolesFor(zoned, what);
    const { series, profile } = await withBar(args, async (onProgress) =>
      what === "load"
        ? (await import("../../scripts/data/import/load")).readLoad(file, reading, date, onProgress)
        : (await import("../../scripts/data/import/prices")).readPrices(file, reading, date, onProgress),
    );
    if (profile.span === "dated") {
      date ??= onlyDate(file, profile.dates!);
      settle(series.clock.clock, file);
    } else if (date !== undefined && series.clock.clock.name !== undefined)
      calendar ??= new DayCalendar(series.clock.clock, date, frameSeconds);
    const figures = byFrame(profile, { file, frameSeconds, calendar, bounds: BOUNDS[what] });
    if (what === "load") day.settings.baseLoadW = figures;
    else day.settings.importPricePerKwh = figures;
  }
  if (calendar !== undefined) day.settings.calendar = calendar;
  return day;
}

/** Flags about files need a file. */
function refuseStrays(args: DataArguments): void {
  for (const [flag, usual] of Object.entries(USUAL_OF_SESSIONS)) {
    const given = args[flag as keyof typeof USUAL_OF_SESSIONS] ?? usual;
    if (args.sessions === undefined && given !== usual) {
      throw new InputError(`--${flag}`, "only goes with --sessions");
    }
  }
  if ((args.sessions ?? args.load ?? args.prices) !== undefined) return;
  for (const flag of [
    "date",
    "zone",
    "columns",
    "units",
    "only",
    "dates",
    "decimal",
    "encoding",
    "separator",
  ] as const) {
    if (args[flag] !== undefined) throw new InputError(`--${flag}`, "only goes with --sessions, --load or --prices");
  }
}

const ROLES: Readonly<Record<"sessions" | "load" | "prices", readonly string[]>> = {
  sessions: ["arrival", "departure", "duration", "energy", "pile", "rated", "side", "zone"],
  load: ["load", "time", "period"],
  prices: ["prices", "time", "period"],
};

/** Of the names of columns those that are about one kind of file. @throws InputError for roles of no kind */
export function rolesFor(options: ReadingOptions, kind: keyof typeof ROLES): ReadingOptions {
  const { columns } = options;
  if (columns === undefined) return options;
  const all = [...new Set(Object.values(ROLES).flat())];
  const unknown = Object.keys(columns).find((role) => !all.includes(role));
  if (unknown !== undefined) {
    throw new InputError("--columns", `expected names for ${all.join(", ")}, found "${unknown}"`);
  }
  const own = Object.entries(columns).filter(([role]) => ROLES[kind].includes(role));
  return { ...options, columns: Object.fromEntries(own) };
}

function onlyDate(file: string, [first, last]: readonly [string, string]): string {
  if (first === last) return first;
  if (first > last) throw new InputError(file, "has no whole day of figures");
  throw new InputError(
    file,
    `has figures of the days from ${first} to ${last}; say which day, such as --date ${first}`,
  );
}

function nameOf({ name }: WallClock): string {
  return name ?? "no zone";
}

/** One line for each kind of oddity. */
function notesOf({ table, problems }: SessionsFile): string[] {
  const { file } = table.source;
  const left = problems.errorCount;
  return [
    ...(left === 0 ? [] : [`${file}: ${left} rows that cannot be used are left out; data:check lists them`]),
    ...problems.warnings.map(
      ({ kind, count, first }) => `${file}: ${kind}: ${count}, the first in line ${first[0]!.line}`,
    ),
  ];
}

/** Reads with a progress bar, where the reading takes long enough to see one. */
export async function withBar<T>(
  { json }: Pick<DataArguments, "json">,
  read: (onProgress: ProgressListener) => Promise<T>,
): Promise<T> {
  const begun = Date.now();
  let bar: ReturnType<typeof progressBar>;
  try {
    return await read((share) => {
      if (Date.now() - begun > 500) bar ??= progressBar(100, "% read", json);
      bar?.update(Math.floor(share * 100));
    });
  } finally {
    bar?.stop();
  }
}
