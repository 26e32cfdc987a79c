import type { ConfigurableTaskDefinition } from "hardhat/types";

import type { SeriesOptions } from "../../scripts/data/import/series";
import type { SessionsOptions } from "../../scripts/data/import/sessions";
import { InputError } from "../../scripts/core/errors";
import { oneOf, wholeNumber } from "./flags";

/** The flags that say how a file of data is to be read, as given. */
export interface ReadingArguments {
  date?: string;
  zone?: string;
  columns?: string;
  units?: string;
  only?: string;
  dates?: string;
  decimal?: string;
  encoding?: string;
  separator?: string;
  rows?: string;
  rated?: string;
}

/** How a file of data is read, where that is not to be found out. */
export type ReadingOptions = SessionsOptions & SeriesOptions;

/** Adds the flags of {@link ReadingArguments} to a task. */
export function addReadingFlags(task: ConfigurableTaskDefinition): ConfigurableTaskDefinition {
  return task
    .addOptionalParam("date", "the day to simulate of the files, such as 2019-03-14 (default: the only one)")
    .addOptionalParam("zone", "clock by which the files' days begin, such as Europe/Oslo (default: as the files say)")
    .addOptionalParam(
      "columns",
      "names of columns, such as arrival=plugin,departure=Date+Time,pile=,load=kW (default: as docs/data.md tells)",
    )
    .addOptionalParam(
      "units",
      "units of columns, such as energy=Wh,rated=kW,load=kW,prices=per-MWh (default: as named)",
    )
    .addOptionalParam("only", "only rows with these values, such as period=winter,day=workday (default: all)")
    .addOptionalParam("dates", "day-first or month-first, for dates such as 05/03/2022 (default: as the file shows)")
    .addOptionalParam("decimal", "decimal mark, comma or point (default: as the file shows)")
    .addOptionalParam("encoding", "encoding, such as utf-8 or windows-1252 (default: as the file shows)")
    .addOptionalParam("separator", "comma, semicolon, tab or bar (default: as the file shows)")
    .addOptionalParam(
      "rows",
      "rows that cannot be used: error, or skip, which leaves them out and counts them",
      "error",
    )
    .addOptionalParam("rated", "rated power of sessions whose file has none, W", "7000");
}

/** Options of reading, from the flags. @throws InputError naming the flag */
export function readingOptions(args: ReadingArguments): ReadingOptions {
  const columns = pairs("columns", args.columns, "arrival=plugin");
  const units = pairs("units", args.units, "energy=Wh");
  const only = pairs("only", args.only, "period=winter");
  return {
    ...(columns === undefined ? {} : { columns }),
    ...(units === undefined ? {} : { units: checkedUnits(units) }),
    ...(only === undefined ? {} : { only }),
    ...(args.zone === undefined ? {} : { zone: args.zone }),
    ...(args.dates === undefined ? {} : { dates: oneOf("dates", args.dates, ["day-first", "month-first"]) }),
    ...(args.decimal === undefined ? {} : { decimal: oneOf("decimal", args.decimal, ["comma", "point"]) }),
    ...(args.encoding === undefined ? {} : { encoding: args.encoding }),
    ...(args.separator === undefined ? {} : { separator: args.separator }),
    rows: oneOf("rows", args.rows ?? "error", ["error", "skip"]),
    ratedW: wholeNumber("rated", args.rated ?? "7000", 2, 1_000_000),
  };
}

/** A date given as a flag. @throws InputError for what is none, 30 February included */
export function dateFlag(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== text) {
    throw new InputError("--date", `expected a date such as 2019-03-14, found "${text}"`);
  }
  return text;
}

const UNITS: Readonly<Record<string, readonly string[]>> = {
  energy: ["Wh", "kWh", "MWh"],
  rated: ["W", "kW", "MW"],
  duration: ["hours", "minutes", "seconds"],
  load: ["W", "kW", "MW", "Wh", "kWh", "MWh"],
  prices: ["per-MWh", "per-kWh", "pence-per-kWh"],
};

function checkedUnits(units: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(units).map(([role, text]) => {
      const accepted = UNITS[oneOf("units", role, Object.keys(UNITS))]!;
      const unit = accepted.find((known) => known.toLowerCase() === text.toLowerCase());
      if (unit === undefined) {
        throw new InputError("--units", `${role}: expected one of ${accepted.join(", ")}, found "${text}"`);
      }
      return [role, unit];
    }),
  );
}

function pairs(flag: string, text: string | undefined, example: string): Record<string, string> | undefined {
  if (text === undefined || text === "") return undefined;
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new InputError(`--${flag}`, `expected pairs such as ${example}, found "${pair}"`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}
