import type { AcceptedGap } from "./acceptedGaps";
import { type FileCoverage, type Gap, type Kind, KINDS } from "./measured";

/** Least that tests must reach of every contract, percent; what {@link AcceptedGap} names is not counted. */
export const LEAST_PERCENT: Readonly<Record<Kind, number>> = {
  lines: 100,
  statements: 100,
  functions: 100,
  branches: 98,
};

/**
 * Faults of a run: contracts that were not measured or are below {@link LEAST_PERCENT}, gaps that nobody
 * named, names of gaps that are none. An empty list is a run as it should be.
 *
 * @param wanted files that have to be measured
 */
export function coverageFaults(
  files: readonly FileCoverage[],
  wanted: readonly string[],
  accepted: readonly AcceptedGap[],
  least: Readonly<Record<Kind, number>> = LEAST_PERCENT,
): string[] {
  const measured = new Set(files.map(({ file }) => file));
  const missing = wanted.filter((file) => !measured.has(file)).map((file) => `${file}: was not measured`);
  const unused = accepted.flatMap((entry) => entry.what.map((what) => ({ ...entry, what })));
  const faults = files.flatMap(({ file, totals, gaps }) => {
    const unnamed = gaps.filter((gap) => {
      const index = unused.findIndex((one) => one.file === file && one.what === gap.what && one.source === gap.source);
      if (index !== -1) unused.splice(index, 1);
      return index === -1;
    });
    return KINDS.flatMap((kind) => faultOf(file, kind, totals[kind], unnamed, gaps, least[kind]));
  });
  const stale = unused.map(
    ({ file, source, what }) =>
      `${file}: ${what} of "${source}" is accepted as a gap, but is none: take it off the list`,
  );
  return [...missing, ...faults, ...stale];
}

function faultOf(file: string, kind: Kind, all: number, unnamed: Gap[], gaps: Gap[], least: number): string[] {
  const missed = unnamed.filter((gap) => gap.kind === kind);
  if (missed.length === 0) return [];
  const named = gaps.filter((gap) => gap.kind === kind).length - missed.length;
  const total = all - named;
  const percent = (100 * (total - missed.length)) / total;
  const places = missed.map(({ what, line }) => (kind === "branches" ? `${line} (${what})` : String(line))).join(", ");
  const wanted = percent < least ? `${least} wanted` : "the rest to be named with its reason";
  // Rounded down: 99.96 % is not 100 %.
  return [`${file}: ${(Math.floor(percent * 10) / 10).toFixed(1)} % of ${kind}, ${wanted}: ${places}`];
}
