import { withDefaults } from "../core/parameters";
import { figureCells } from "../reports/compareColumns";
import { compareSchemes } from "../simulation/compare";
import { comparedSchemes } from "../simulation/comparedSchemes";
import { defaultDay } from "../simulation/defaults";
import { pastArrivals } from "../simulation/pastDays";
import { settingOf, type SweepJob } from "./plan";

/** Common part of all jobs of a sweep. */
export interface SweepSetup {
  version: string;
  /** Names of the swept parameters. */
  names: readonly string[];
  /** Keys of the schemes. */
  schemes: readonly string[];
  generations: number;
}

/** Runs one job. @returns A line of CSV for each scheme, in the order of the sweep's columns */
export async function runJob(job: SweepJob, { version, names, schemes, generations }: SweepSetup): Promise<string[]> {
  const { settings, market } = settingOf(job, names);
  const rules = withDefaults(market);
  const expecting = schemes.some((key) => key.startsWith("expected"));
  const all = comparedSchemes({ generations, ...(expecting ? { arrivals: pastArrivals(settings, rules) } : {}) });
  const compared = await compareSchemes({
    seeds: [job.seed],
    dayOf: (seed) => defaultDay({ ...settings, seed }),
    market: rules,
    schemes: all.filter(({ key }) => schemes.includes(key)),
  });
  return compared.map(({ key, days }) =>
    [version, generations, job.setting, ...job.values, key, job.seed, ...figureCells(days[0]!)].join(","),
  );
}
