import { groupName } from "./columns";
import { busiestDay } from "./days";
import type { LoadFile } from "./load";
import type { ClockChoice } from "./moments";
import type { PricesFile } from "./prices";
import type { Finding, Findings, Problems } from "./problems";
import { SEPARATOR_NAMES } from "./separator";
import type { Series } from "./series";
import type { KnownUnit, SessionsFile } from "./sessions";
import type { Table } from "./table";

/** How a file was understood, for people and for JSON. */
export interface Understood {
  file: string;
  kind: "sessions" | "load" | "prices";
  compression: "gzip" | "none";
  encoding: { name: string; by: string };
  format: string;
  separator?: string;
  /** Names of columns by what they were taken for. */
  columns: Record<string, string>;
  unusedColumns: string[];
  decimalMark: string;
  dates: { form: string; first?: string };
  zone: { name: string | null; by: string };
  units: Record<string, { unit: string; by: string }>;
  sessions?: {
    count: number;
    energyKWh: number;
    days: { count: number; first: string; last: string; busiest: { date: string; sessions: number } };
    overlaps: { count: number; first: Finding[] };
    ratedWithoutColumnW?: number;
  };
  figures?: {
    count: number;
    stepSeconds: number;
    times: string;
    namedByEnd: boolean;
    /** Of the figures as powers in W, or as prices in money units per kWh. */
    least: number;
    most: number;
    mean: number;
    days: { first: string; last: string } | null;
  };
  errors: { count: number; first: Finding[] };
  warnings: Findings[];
}

/** A sessions file in words. @param overlaps sessions at one pile at once */
export function describeSessions(read: SessionsFile, overlaps: { count: number; first: Finding[] }): Understood {
  const { table, columns, dialect, clock, energyUnit, ratedUnit, problems, days, count, energyWh } = read;
  const dates = [...days.keys()];
  return {
    ...describeTable(table, "sessions", columns),
    ...describeDialect(dialect, clock),
    units: { energy: energyUnit, ...(ratedUnit === undefined ? {} : { rated: ratedUnit }) },
    sessions: {
      count,
      energyKWh: energyWh / 1000,
      days: { count: days.size, first: dates[0]!, last: dates.at(-1)!, busiest: busiestDay(read) },
      overlaps,
      ...(ratedUnit === undefined ? { ratedWithoutColumnW: read.defaultRatedW } : {}),
    },
    ...describeProblems(problems),
  };
}

/** A load profile in words. */
export function describeLoad({ series, unit, profile }: LoadFile): Understood {
  return describeSeries("load", series, unit, profile);
}

/** Prices in words. */
export function describePrices({ series, unit, profile }: PricesFile): Understood {
  return describeSeries("prices", series, unit, profile);
}

function describeSeries(
  kind: "load" | "prices",
  series: Series,
  unit: KnownUnit<string>,
  profile: LoadFile["profile"],
): Understood {
  const { table, columns, dialect, clock, times, namedByEnd, problems } = series;
  const { least, most, mean, count } = profile.extremes;
  const { dates } = profile;
  return {
    ...describeTable(table, kind, { [kind]: columns.figure, time: columns.time, period: columns.period }),
    ...describeDialect(dialect, clock),
    units: { [kind]: unit },
    figures: {
      ...{ count, stepSeconds: profile.stepSeconds, times, namedByEnd, least, most, mean },
      days: dates === undefined ? null : { first: dates[0], last: dates[1] },
    },
    ...describeProblems(problems),
  };
}

function describeTable(
  table: Table,
  kind: Understood["kind"],
  groups: Readonly<Record<string, readonly number[] | undefined>>,
): Pick<
  Understood,
  "file" | "kind" | "compression" | "encoding" | "format" | "separator" | "columns" | "unusedColumns"
> {
  const { source, format } = table;
  const used = Object.entries(groups).flatMap(([role, group]) => (group === undefined ? [] : [[role, group] as const]));
  const taken = new Set(used.flatMap(([, group]) => group));
  return {
    file: source.file,
    kind,
    compression: source.gzip ? "gzip" : "none",
    encoding: { name: source.encoding.label, by: source.encoding.by },
    format: format.kind === "csv" ? "CSV" : `JSON, ${format.layout}`,
    ...(format.kind === "csv" ? { separator: SEPARATOR_NAMES[format.separator] } : {}),
    columns: Object.fromEntries(used.map(([role, group]) => [role, groupName(table, group)])),
    unusedColumns: table.columns.names.filter((_, column) => !taken.has(column)),
  };
}

function describeDialect(
  { mark, order, forms }: SessionsFile["dialect"],
  { clock, from }: ClockChoice,
): Pick<Understood, "decimalMark" | "dates" | "zone"> {
  const first = order === undefined || !forms.includes("day or month first") ? {} : { first: order };
  return {
    decimalMark: mark,
    dates: { form: forms.join(", ") || "none", ...first },
    zone: { name: clock.name ?? null, by: from },
  };
}

function describeProblems({ errors, errorCount, warnings }: Problems): Pick<Understood, "errors" | "warnings"> {
  return { errors: { count: errorCount, first: errors }, warnings };
}
