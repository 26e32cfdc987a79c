import { InputError } from "../../core/errors";
import { type ColumnGroup, findColumns, groupName, type RoleNames } from "./columns";
import { type DialectOptions, findDialect } from "./dialect";
import { chooseClock, type ClockChoice, MomentReader } from "./moments";
import { readNumber, splitUnit } from "./numbers";
import { placeOf, Problems } from "./problems";
import { Progress, type ProgressListener } from "./progress";
import { type RowFilter, rowFilter } from "./rowFilter";
import { readSession, type Session, type SessionFields, type SessionRole } from "./sessionRow";
import { openTable, type Table, type TextOptions } from "./table";
import { type EnergyUnit, ENERGY_UNITS, type PowerUnit, POWER_UNITS, unitInName } from "./units";
import { dateText, dayNumber } from "./zones";

/** How a sessions file is read, where that is not to be found out. */
export interface SessionsOptions extends TextOptions, DialectOptions {
  /** Names of columns by role; an empty name for no column. */
  columns?: Readonly<Record<string, string>>;
  /** Zone by whose clock days begin, and in which times without a zone are. */
  zone?: string;
  units?: Readonly<Record<string, string>>;
  /** Rows that cannot be used: an error, or left out and counted. */
  rows?: "error" | "skip";
  /** Only rows with these values in these columns. */
  only?: Readonly<Record<string, string>>;
  /** Rated power where the file has none, W; 7 kW by default. */
  ratedW?: number;
  /** Told every session that can be used, in the order of the file. */
  onSession?: (session: Session) => void;
}

/** One day of a file. */
export interface FileDay {
  sessions: number;
  energyWh: number;
}

/** How a unit is known. */
export interface KnownUnit<Unit> {
  unit: Unit;
  by: "flag" | "name" | "figures";
}

/** A sessions file, read and understood. */
export interface SessionsFile {
  table: Table;
  columns: Partial<Record<SessionRole, ColumnGroup>>;
  dialect: SessionFields["dialect"];
  clock: ClockChoice;
  energyUnit: KnownUnit<EnergyUnit>;
  ratedUnit: KnownUnit<PowerUnit> | undefined;
  defaultRatedW: number;
  /** Sessions in the file that can be used. */
  count: number;
  energyWh: number;
  /** Of what days, in order. */
  days: Map<string, FileDay>;
  /** The day that was asked for, or the only one. */
  date: string | undefined;
  /** Those of that day, of the day before and of the day after, in order of arrival. */
  sessions: Session[];
  problems: Problems;
}

/** Names of the columns in published files, the most telling first. */
export const SESSION_NAMES: RoleNames<SessionRole> = {
  arrival: [
    ...[
      "arrival",
      "arrivaltime",
      "plugin",
      "pluginlocal",
      "plugintime",
      "startplugin",
      "connectiontime",
      "connectedat",
    ],
    ...["utctransactionstart", "transactionstart", "sessionstart", "startdatetime", "starttimestamp", "chargestart"],
    ...["starttime", "startdate", "start", "created", "begin", "date"],
  ],
  departure: [
    ...["departure", "departuretime", "plugout", "plugoutlocal", "plugouttime", "endplugout", "disconnecttime"],
    ...["disconnectedat", "utctransactionstop", "transactionstop", "sessionend", "enddatetime", "endtimestamp"],
    ...["chargeend", "endtime", "enddate", "end", "stop", "ended"],
  ],
  duration: ["duration", "totalduration", "totaldurationhhmmss", "durationhours", "connectedh", "connectedtime"],
  energy: [
    ...[
      "energykwh",
      "energywh",
      "energymwh",
      "kwhdelivered",
      "elkwh",
      "totalkwh",
      "kwhtotal",
      "consumkwh",
      "totalenergy",
    ],
    ...["energy", "kwh", "wh", "consumption", "energyconsumption", "energyconsumptionkwh"],
  ],
  pile: ["pile", "pileid", "stationid", "spaceid", "evse", "evseid", "chargepoint", "chargepointid", "cpid"],
  rated: ["ratedkw", "ratedw", "rated", "ratedpower", "ratedpowerkw", "ratedpowerw", "chargerpowerkw"],
  side: ["side"],
  zone: ["timezone", "starttimezone", "tz"],
};

const DEFAULT_RATED_W = 7_000;
/** Energies of sessions whose median is above the first are Wh, below the second kWh. */
const LIKELY_WH = 300;
const LIKELY_KWH = 120;

/**
 * Reads a sessions file: of a day its sessions, of all days how many there are and how much energy. Only the sessions of
 * the day asked for and its neighbours are kept.
 *
 * @param date Day to keep; the only one of the file by default.
 * @param onProgress Told the share of the work that is done.
 * @throws InputError naming file, line and field.
 */
export async function readSessions(
  file: string,
  options: SessionsOptions = {},
  date?: string,
  onProgress?: ProgressListener,
): Promise<SessionsFile> {
  const progress = new Progress(3, onProgress);
  const table = await openTable(file, options, progress.pass(0, file));
  const columns = rolesOf(table, options.columns ?? {});
  const times = [columns.arrival!, ...(columns.departure === undefined ? [] : [columns.departure])];
  const figures = [columns.energy!, columns.rated, columns.duration].filter((group) => group !== undefined);
  const dialect = await findDialect(table, { times, figures }, options, progress.pass(1, file));
  const clock = chooseClock(table, times, columns.zone, options.zone);
  const moments = (group: ColumnGroup) => new MomentReader(table, group, columns.zone, clock.clock, dialect.order);
  const energyUnit = energyUnitOf(table, columns.energy!, options, dialect.mark);
  const ratedUnit = columns.rated === undefined ? undefined : ratedUnitOf(table, columns.rated, options, dialect.mark);
  const fields: SessionFields = {
    columns,
    nameOf: (role) => (columns[role] === undefined ? role : groupName(table, columns[role])),
    arrival: moments(columns.arrival!),
    departure: columns.departure === undefined ? undefined : moments(columns.departure),
    dialect,
    energyUnit: energyUnit.unit,
    ratedUnit: ratedUnit?.unit ?? "kW",
    durationSeconds: columns.departure === undefined ? durationUnit(table, columns.duration!, options) : 0,
    defaultRatedW: options.ratedW ?? DEFAULT_RATED_W,
  };
  const read = { table, columns, dialect, clock, energyUnit, ratedUnit, defaultRatedW: fields.defaultRatedW };
  return { ...read, ...(await readAll(read.table, fields, clock, options, date, progress)) };
}

type AllRead = Pick<SessionsFile, "count" | "energyWh" | "days" | "date" | "sessions" | "problems">;

async function readAll(
  table: Table,
  fields: SessionFields,
  { clock }: ClockChoice,
  options: SessionsOptions,
  date: string | undefined,
  progress: Progress,
): Promise<AllRead> {
  const problems = new Problems(table.source.file);
  const wanted: RowFilter = rowFilter(table, options.only ?? {});
  const days = new Map<string, FileDay>();
  const kept: Session[] = [];
  const around = date === undefined ? undefined : [-1, 0, 1].map((more) => dateText(dayNumber(date) + more));
  let count = 0;
  let allWh = 0;
  await table.read(
    (row) => {
      if (!wanted(row)) return;
      if (isTooLong(row, table)) {
        const problem = `has ${row.cells.length} fields, and the table ${table.columns.names.length} columns`;
        return problems.error({ line: row.line, problem });
      }
      const session = readSession(row, fields, problems);
      if (session === undefined) return;
      count++;
      allWh += session.energyWh;
      const day = clock.date(session.arrival);
      const known = days.get(day);
      if (known === undefined) days.set(day, { sessions: 1, energyWh: session.energyWh });
      else {
        known.sessions++;
        known.energyWh += session.energyWh;
      }
      if (around !== undefined ? around.includes(day) : days.size === 1) kept.push(session);
      else if (around === undefined) kept.length = 0;
    },
    progress.pass(2, table.source.file),
  );
  progress.done();
  if (options.rows !== "skip") problems.throwIfAny();
  if (count === 0) throw noneUsable(table.source.file, problems, options);
  const ordered = new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)));
  const only = ordered.size === 1 ? [...ordered.keys()][0] : undefined;
  return {
    ...{ count, energyWh: allWh, days: ordered, date: date ?? only, problems },
    sessions: kept.sort((a, b) => a.arrival - b.arrival),
  };
}

/** The first reason why a file has nothing to read. */
function noneUsable(file: string, { errors, errorCount }: Problems, { only }: SessionsOptions): InputError {
  const [first] = errors;
  if (first !== undefined) {
    const rows = errorCount === 1 ? "its only row" : `none of its ${errorCount} rows`;
    const verb = errorCount === 1 ? "cannot" : "can";
    return new InputError(placeOf(file, first), `${first.problem} (${rows} ${verb} be used)`);
  }
  const all = only === undefined || Object.keys(only).length === 0;
  return new InputError(file, all ? "has no sessions" : "has no row that --only asks for");
}

/** Whether a row has more fields than there are columns, and not only a separator at its end. */
function isTooLong({ cells }: { cells: readonly string[] }, { columns, format }: Table): boolean {
  return format.kind === "csv" && cells.slice(columns.names.length).some((cell) => cell !== "");
}

function rolesOf(table: Table, told: Readonly<Record<string, string>>): SessionsFile["columns"] {
  const { file } = table.source;
  if (table.format.kind === "csv" && !table.format.header) {
    throw new InputError(
      `${file}:${table.head[0]!.line}`,
      "expected a first line that names the columns, found figures",
    );
  }
  const columns = findColumns(table, SESSION_NAMES, told);
  if (columns.departure !== undefined) delete columns.duration;
  const missing = (["arrival", "departure", "energy"] as const).find(
    (role) => columns[role] === undefined && !(role === "departure" && columns.duration !== undefined),
  );
  if (missing === undefined) return columns;
  throw new InputError(
    file,
    `has no column that looks like the ${missing}; its columns are ${table.columns.names.join(", ")}; say --columns ${missing}=NAME`,
  );
}

function energyUnitOf(
  table: Table,
  group: ColumnGroup,
  { units = {} }: SessionsOptions,
  mark: "point" | "comma",
): KnownUnit<EnergyUnit> {
  const told = ENERGY_UNITS.find((unit) => unit === units["energy"]);
  if (told !== undefined) return { unit: told, by: "flag" };
  const named = unitInName(groupName(table, group), ENERGY_UNITS);
  if (named !== undefined) return { unit: named, by: "name" };
  const median = medianOf(table, group, mark);
  if (median > LIKELY_KWH && median < LIKELY_WH) {
    throw new InputError(
      table.source.file,
      `the column ${groupName(table, group)} may be in Wh or in kWh (half of its first figures are above ${median}); say --units energy=Wh or --units energy=kWh`,
    );
  }
  return { unit: median >= LIKELY_WH ? "Wh" : "kWh", by: "figures" };
}

function ratedUnitOf(
  table: Table,
  group: ColumnGroup,
  { units = {} }: SessionsOptions,
  mark: "point" | "comma",
): KnownUnit<PowerUnit> {
  const told = POWER_UNITS.find((unit) => unit === units["rated"]);
  if (told !== undefined) return { unit: told, by: "flag" };
  const named = unitInName(groupName(table, group), POWER_UNITS);
  if (named !== undefined) return { unit: named, by: "name" };
  return { unit: medianOf(table, group, mark) > 1_000 ? "W" : "kW", by: "figures" };
}

/** Median of the first figures of a column. */
function medianOf(table: Table, [column]: ColumnGroup, mark: "point" | "comma"): number {
  const figures = table.head
    .map(({ cells }) => readNumber(splitUnit(cells[column!] ?? "").figure, mark))
    .filter((figure) => figure > 0)
    .sort((a, b) => a - b);
  return figures[Math.floor(figures.length / 2)] ?? 0;
}

const DURATIONS: readonly [seconds: number, pattern: RegExp][] = [
  [3600, /(^|[^a-z])(h|hrs?|hours?)($|[^a-z])/i],
  [60, /(^|[^a-z])(m|mins?|minutes?)($|[^a-z])/i],
  [1, /(^|[^a-z])(s|secs?|seconds?)($|[^a-z])/i],
];

function durationUnit(table: Table, group: ColumnGroup, { units = {} }: SessionsOptions): number {
  const name = units["duration"] ?? groupName(table, group).replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  const found = DURATIONS.find(([, pattern]) => pattern.test(name));
  if (found !== undefined) return found[0];
  const clocked = table.head.every(({ cells }) => /^$|:/.test(cells[group[0]!] ?? ""));
  if (clocked) return 0;
  throw new InputError(
    table.source.file,
    `the column ${groupName(table, group)} does not say whether it is in hours, minutes or seconds; say --units duration=hours`,
  );
}
