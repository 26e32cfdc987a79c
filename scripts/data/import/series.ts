import { InputError } from "../../core/errors";
import { type ColumnGroup, findColumns, groupName, type RoleNames } from "./columns";
import { type Dialect, type DialectOptions, findDialect } from "./dialect";
import { chooseClock, type ClockChoice, MomentReader } from "./moments";
import { readNumber, splitUnit } from "./numbers";
import { placeOf, Problems } from "./problems";
import { Progress, type ProgressListener } from "./progress";
import { rowFilter } from "./rowFilter";
import { openTable, type Row, type Table, type TextOptions } from "./table";
import { readTime, readTimeOfDay } from "./times";

/** How a file of figures over time is read, where that is not to be found out. */
export interface SeriesOptions extends TextOptions, DialectOptions {
  columns?: Readonly<Record<string, string>>;
  zone?: string;
  units?: Readonly<Record<string, string>>;
  only?: Readonly<Record<string, string>>;
}

/** Role of a figure's column in a file. */
export type SeriesRole = "figure" | "time" | "period" | "zone";

/** How the times of the figures are told. */
export type SeriesTimes = "none" | "time of day" | "date and time" | "date and period";

/** Figures over time, as read. */
export interface Series {
  table: Table;
  columns: Partial<Record<SeriesRole, ColumnGroup>>;
  dialect: Dialect;
  clock: ClockChoice;
  times: SeriesTimes;
  /** In the file's unit, in order of the rows. */
  figures: number[];
  lines: number[];
  /** Seconds since 1970 at which each begins, or since midnight for times of day; none without times. */
  begins: number[];
  /** Length of a step, s; undefined without times. */
  stepSeconds: number | undefined;
  /** Whether the file names steps by their ends. */
  namedByEnd: boolean;
  problems: Problems;
}

const TIMES = [
  ...[
    "time",
    "timestamp",
    "datetime",
    "utctimestamp",
    "datetimeutc",
    "timeutc",
    "localtime",
    "localstart",
    "localstartcet",
  ],
  ...[
    "starttime",
    "startdatetime",
    "periodstart",
    "mtu",
    "settlementdate",
    "date",
    "start",
    "from",
    "hour",
    "hourlocal",
    "timeslot",
  ],
];
const PERIODS = ["settlementperiod", "sp"];
const ZONES = ["timezone", "tz"];

/**
 * Reads a file of figures over time: loads or prices.
 *
 * @param what Kind of the figures, which is also the role that `--columns` knows their column by.
 * @param names Names of their column in published files.
 * @throws InputError naming file, line and field.
 */
export async function readSeries(
  file: string,
  what: string,
  names: readonly string[],
  options: SeriesOptions,
  onProgress?: ProgressListener,
): Promise<Series> {
  const progress = new Progress(3, onProgress);
  const table = await openTable(file, options, progress.pass(0, file));
  const columns = rolesOf(table, what, names, options.columns ?? {});
  const dialect = await findDialect(
    table,
    { times: columns.time === undefined ? [] : [columns.time], figures: [columns.figure!] },
    options,
    progress.pass(1, file),
  );
  const clock = chooseClock(table, columns.time === undefined ? [] : [columns.time], columns.zone, options.zone);
  const times = timesOf(table, columns, dialect);
  const series: Series = {
    ...{ table, columns, dialect, clock, times, figures: [], lines: [], begins: [], stepSeconds: undefined },
    ...{ namedByEnd: false, problems: new Problems(file) },
  };
  const beginOf = beginReader(series);
  const wanted = rowFilter(table, options.only ?? {});
  const [figureColumn] = columns.figure!;
  await table.read(
    (row) => {
      if (!wanted(row)) return;
      const text = row.cells[figureColumn!] ?? "";
      const figure = readNumber(splitUnit(text).figure, dialect.mark);
      if (!Number.isFinite(figure)) {
        const field = groupName(table, columns.figure!);
        series.problems.error({ ...placed(row), field, problem: `expected a figure, found "${text}"` });
        return;
      }
      series.figures.push(figure);
      series.lines.push(row.line);
      try {
        if (beginOf !== undefined) series.begins.push(beginOf(row));
      } catch (error) {
        const field = groupName(table, columns.time!);
        series.problems.error({ ...placed(row), field, problem: (error as Error).message });
      }
    },
    progress.pass(2, file),
  );
  progress.done();
  series.problems.throwIfAny();
  if (series.figures.length === 0) {
    throw new InputError(file, options.only === undefined ? "has no figures" : "has no row that --only asks for");
  }
  if (times !== "none") orderSteps(series);
  return series;
}

function rolesOf(
  table: Table,
  what: string,
  names: readonly string[],
  told: Readonly<Record<string, string>>,
): Series["columns"] {
  const own = Object.fromEntries(
    Object.entries(told).flatMap(([role, text]) =>
      role === what ? [["figure", text]] : role === "figure" ? [] : [[role, text]],
    ),
  );
  const known: RoleNames<SeriesRole> = { figure: names, time: TIMES, period: PERIODS, zone: ZONES };
  const columns = findColumns(table, known, own);
  if (columns.figure !== undefined) return columns;
  const taken = new Set(Object.values(columns).flatMap((group) => group));
  const figures = table.columns.names.flatMap((_, column) =>
    !taken.has(column) && table.head.every(({ cells }) => isFigure(cells[column] ?? "")) ? [column] : [],
  );
  if (figures.length === 1) return { ...columns, figure: figures };
  const have = figures.length === 0 ? table.columns.names : figures.map((column) => table.columns.names[column]);
  throw new InputError(
    table.source.file,
    `has ${figures.length === 0 ? "no column" : "several columns"} of figures that may be the ${what}: ${have.join(", ")}; say --columns ${what}=NAME`,
  );
}

function isFigure(text: string): boolean {
  const { figure } = splitUnit(text);
  return !Number.isNaN(readNumber(figure, "point")) || !Number.isNaN(readNumber(figure, "comma"));
}

function timesOf(table: Table, { time, period }: Series["columns"], { order }: Dialect): SeriesTimes {
  if (time === undefined) return "none";
  if (period !== undefined) return "date and period";
  const sample = time.map((column) => table.head[0]!.cells[column] ?? "").join(" ");
  if (time.length === 1 && (readTimeOfDay(sample) !== undefined || hourOf(table, time, sample) !== undefined)) {
    return "time of day";
  }
  if (readTime(sample, order) === undefined) {
    const place = { line: table.head[0]!.line, field: groupName(table, time) };
    throw new InputError(
      placeOf(table.source.file, place),
      `expected a time such as 18:30, 2019-03-14T18:30 or 14/03/2019 18:30, found "${sample}"; --columns time= reads no times`,
    );
  }
  return "date and time";
}

/** Seconds since midnight of a whole hour in a column that is called so. */
function hourOf(table: Table, group: ColumnGroup, text: string): number | undefined {
  const isHour = /hour|^h$|stunde/i.test(groupName(table, group)) && /^\d{1,2}$/.test(text) && Number(text) <= 24;
  return isHour ? Number(text) * 3600 : undefined;
}

/** Reads when a row's figure begins. */
function beginReader({ table, columns, clock, times, dialect }: Series): ((row: Row) => number) | undefined {
  const { time, period, zone } = columns;
  if (time === undefined) return undefined;
  const [column] = time;
  if (times === "time of day") {
    return ({ cells }) => {
      const text = cells[column!] ?? "";
      const seconds = readTimeOfDay(text) ?? hourOf(table, time, text);
      if (seconds === undefined) throw new Error(`expected a time of day such as 18:30, found "${text}"`);
      return seconds;
    };
  }
  if (times === "date and period") {
    const periods = Math.max(...table.head.map(({ cells }) => Number(cells[period![0]!] ?? 0)));
    const step = periods > 50 ? 900 : periods > 25 ? 1800 : 3600;
    return ({ cells }) => {
      const [date, number] = [cells[column!] ?? "", cells[period![0]!] ?? ""];
      const written = readTime(date, dialect.order);
      if (written === undefined || !/^\d+$/.test(number) || Number(number) < 1) {
        throw new Error(`expected a date and the number of a period, from 1, found "${date}" and "${number}"`);
      }
      const midnight = clock.clock.midnight(new Date(written.wall * 1000).toISOString().slice(0, 10));
      return midnight + (Number(number) - 1) * step;
    };
  }
  const reader = new MomentReader(table, time, zone, clock.clock, dialect.order);
  let before = Number.NEGATIVE_INFINITY;
  return ({ cells }) => {
    // In the hour that comes twice the rows tell which one it is.
    const moments = reader.read(cells);
    before = moments.find((moment) => moment > before) ?? moments[0]!;
    return before;
  };
}

/** Finds the step between the figures, and whether they are named by their ends. */
function orderSteps(series: Series): void {
  const { begins, lines, table, columns, times, clock } = series;
  const { file } = table.source;
  if (begins.length < 2) throw new InputError(file, "has a single figure; expected a day or more of them");
  const field = groupName(table, columns.time!);
  const day = 86_400;
  const ofDay = (moment: number) =>
    times === "time of day" ? moment % day : ((clock.clock.wall(moment) % day) + day) % day;
  // Midnight at the end of a day of times of day.
  if (times === "time of day" && begins.at(-1) === 0) begins[begins.length - 1] = day;
  const steps = begins.slice(1, 100).map((moment, index) => moment - begins[index]!);
  const step = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  for (let index = 1; index < begins.length; index++) {
    const passed = begins[index]! - begins[index - 1]!;
    if (passed > 0 && Math.abs(passed - Math.round(passed / step) * step) <= 1) continue;
    // Clocks that go back show an hour twice.
    if (times === "time of day" && passed === step - 3600) continue;
    const problem =
      passed > 0
        ? `is ${passed} s later than the time before it, and most steps are ${step} s`
        : `is not later than the time before it${times === "time of day" ? "; choose the rows of one day with --only COLUMN=VALUE" : ""}${clock.from === "none" && passed === step - 3600 ? "; if clocks go back there, say --zone" : ""}`;
    throw new InputError(placeOf(file, { line: lines[index]!, field }), problem);
  }
  series.stepSeconds = step;
  series.namedByEnd = ofDay(begins[0]!) === step && ofDay(begins.at(-1)!) === 0 && begins.length > 2;
  if (series.namedByEnd) series.begins = begins.map((moment) => moment - step);
}

function placed({ line, path }: Row): { line: number; path?: string } {
  return path === undefined ? { line } : { line, path };
}
