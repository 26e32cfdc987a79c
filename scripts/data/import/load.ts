import { InputError } from "../../core/errors";
import { groupName } from "./columns";
import { StepFunction } from "./profile";
import type { ProgressListener } from "./progress";
import { readSeries, type Series, type SeriesOptions } from "./series";
import type { KnownUnit } from "./sessions";
import {
  type EnergyUnit,
  ENERGY_UNITS,
  factorOf,
  isEnergy,
  type PowerUnit,
  POWER_UNITS,
  unitInName,
  unitNamed,
} from "./units";
import { splitUnit } from "./numbers";

/** A load profile, read and understood. */
export interface LoadFile {
  series: Series;
  unit: KnownUnit<PowerUnit | EnergyUnit>;
  /** W. */
  profile: StepFunction;
}

const NAMES = [
  ...[
    "baseloadw",
    "baseloadkw",
    "baseload",
    "loadw",
    "loadkw",
    "loadmw",
    "load",
    "demandw",
    "demandkw",
    "demandmw",
    "demand",
  ],
  ...[
    "powerw",
    "powerkw",
    "power",
    "consumptionkwh",
    "consumptionwh",
    "consumption",
    "verbrauch",
    "watts",
    "kw",
    "kwh",
    "wh",
    "w",
  ],
];
const UNITS: readonly (EnergyUnit | PowerUnit)[] = [...ENERGY_UNITS, ...POWER_UNITS];

/**
 * Reads a load profile: power, or energy a step.
 *
 * @param date The date to be looked at, for files that do not say which days theirs are.
 * @throws InputError naming file, line and field, or the flag that says what the file does not.
 */
export async function readLoad(
  file: string,
  options: SeriesOptions = {},
  date?: string,
  onProgress?: ProgressListener,
): Promise<LoadFile> {
  const series = await readSeries(file, "load", NAMES, options, onProgress);
  const unit = unitOf(series, options);
  const watts = (figure: number, stepSeconds: number) =>
    figure * factorOf(unit.unit) * (isEnergy(unit.unit) ? 3600 / stepSeconds : 1);
  return { series, unit, profile: StepFunction.of(series, watts, date) };
}

function unitOf({ table, columns, figures }: Series, { units = {} }: SeriesOptions): LoadFile["unit"] {
  const told = UNITS.find((unit) => unit === units["load"]);
  if (told !== undefined) return { unit: told, by: "flag" };
  const name = groupName(table, columns.figure!);
  const named =
    unitInName(name, UNITS) ?? unitNamed(splitUnit(table.head[0]!.cells[columns.figure![0]!] ?? "").unit ?? "", UNITS);
  if (named !== undefined) return { unit: named, by: "name" };
  let [least, most] = [Infinity, -Infinity];
  for (const figure of figures) [least, most] = [Math.min(least, figure), Math.max(most, figure)];
  throw new InputError(
    table.source.file,
    `the column ${name} does not say its unit (figures from ${least} to ${most}); say --units load=${UNITS.join("|")}`,
  );
}
