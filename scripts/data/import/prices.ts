import { InputError } from "../../core/errors";
import { groupName } from "./columns";
import { StepFunction } from "./profile";
import type { ProgressListener } from "./progress";
import { readSeries, type Series, type SeriesOptions } from "./series";
import type { KnownUnit } from "./sessions";

/** Units of prices, in whatever currency: of its whole units a MWh or a kWh, or of its hundredths a kWh. */
export type PriceUnit = "per-MWh" | "per-kWh" | "pence-per-kWh";

export const PRICE_UNITS: readonly PriceUnit[] = ["per-MWh", "per-kWh", "pence-per-kWh"];

/** Money units per kWh in one of each, where a penny, or a cent, is 10 000 money units. */
const MONEY_UNITS: Readonly<Record<PriceUnit, number>> = {
  "per-MWh": 1_000,
  "per-kWh": 1_000_000,
  "pence-per-kWh": 10_000,
};

/** Prices over time, read and understood. */
export interface PricesFile {
  series: Series;
  unit: KnownUnit<PriceUnit>;
  /** Money units per kWh. */
  profile: StepFunction;
}

const NAMES = [
  ...[
    "price",
    "priceeurmwh",
    "dayaheadpriceeurmwh",
    "dayaheadprice",
    "importprice",
    "tariff",
    "sspgbpmwh",
    "systembuyprice",
  ],
  ...["systemsellprice", "sbp", "ssp", "pricegbpmwh", "pricepencekwh", "valueincvat"],
];

/**
 * Reads prices over time.
 *
 * @param date The date to be looked at, for files that do not say which days theirs are.
 * @throws InputError naming file, line and field, or the flag that says what the file does not.
 */
export async function readPrices(
  file: string,
  options: SeriesOptions = {},
  date?: string,
  onProgress?: ProgressListener,
): Promise<PricesFile> {
  const series = await readSeries(file, "prices", NAMES, options, onProgress);
  const unit = unitOf(series, options);
  return { series, unit, profile: StepFunction.of(series, (figure) => figure * MONEY_UNITS[unit.unit], date) };
}

function unitOf({ table, columns }: Series, { units = {} }: SeriesOptions): PricesFile["unit"] {
  const told = PRICE_UNITS.find((unit) => unit === units["prices"]);
  if (told !== undefined) return { unit: told, by: "flag" };
  const name = groupName(table, columns.figure!);
  if (/mwh/i.test(name)) return { unit: "per-MWh", by: "name" };
  if (/kwh/i.test(name))
    return { unit: /pence|penny|cent|ct|(^|[^a-z])p([^a-z]|$)/i.test(name) ? "pence-per-kWh" : "per-kWh", by: "name" };
  throw new InputError(
    table.source.file,
    `the column ${name} does not say its unit; say --units prices=${PRICE_UNITS.join("|")}`,
  );
}
