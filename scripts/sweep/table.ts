import { FIGURE_HEADINGS } from "../reports/compareColumns";
import { InputError } from "../core/errors";
import type { SweepSetup } from "./job";
import type { SweepJob } from "./plan";

/** The heading of a sweep's table. */
export function sweepHead(names: readonly string[]): string {
  return ["version", "generations", "setting", ...names, "scheme", "seed", ...FIGURE_HEADINGS].join(",");
}

/** Part of a sweep that a file already has. */
export interface Resumed {
  /** Whole lines of complete jobs, heading first; with a line break at the end. */
  text: string;
  /** Jobs that are still to be run. */
  left: SweepJob[];
}

/**
 * Takes up a sweep where a file of it ends: jobs of which every scheme is there are done, what is there of others goes.
 *
 * @param file Name, for messages.
 * @throws InputError where the file is of another sweep, version or number of generations
 */
export function resume(
  file: string,
  text: string,
  { version, names, schemes, generations }: SweepSetup,
  jobs: readonly SweepJob[],
): Resumed {
  const head = sweepHead(names);
  // Text after the last line break was cut off in the middle.
  const [found, ...lines] = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  if (found === undefined) return { text: `${head}\n`, left: [...jobs] };
  if (found !== head)
    throw new InputError(file, "is there and of another sweep: its columns differ; name another file");
  const strange = lines.find((line) => !line.startsWith(`${version},`));
  if (strange !== undefined)
    throw new InputError(file, `is there and of version ${strange.split(",")[0]}, not ${version}`);
  const other = lines.find((line) => line.split(",")[1] !== String(generations));
  if (other !== undefined) {
    throw new InputError(
      file,
      `is there and of --generations ${other.split(",")[1]}, not ${generations}; give the same, or name another file`,
    );
  }
  const columns = names.length;
  const keyOf = (line: string) => {
    const cells = line.split(",");
    return [...cells.slice(2, 3 + columns), cells[4 + columns]].join(",");
  };
  const own = new Map(jobs.map((job) => [[job.setting, ...job.values, job.seed].join(","), job]));
  const byJob = new Map<string, string[]>();
  for (const line of lines) byJob.set(keyOf(line), [...(byJob.get(keyOf(line)) ?? []), line]);
  const kept: string[] = [];
  for (const [key, rows] of byJob) {
    const there = rows.map((row) => row.split(",")[3 + columns]);
    // Lines of jobs beyond this sweep stay: a later call may have fewer values.
    if (!own.has(key) || schemes.every((scheme) => there.includes(scheme))) {
      kept.push(...rows);
      own.delete(key);
    }
  }
  return { text: [head, ...kept, ""].join("\n"), left: [...own.values()] };
}
