import { z } from "zod";

import { InputError } from "../../core/errors";

/** Parts of a contract that tests must reach, as istanbul counts them. */
export const KINDS = ["lines", "statements", "functions", "branches"] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

const SPOT = z.object({ line: z.int().positive() });
const RANGE = z.object({ start: SPOT });
const HITS = z.record(z.string(), z.int().nonnegative());
const SCHEMA = z.record(
  z.string(),
  z.object({
    l: HITS,
    s: HITS,
    f: HITS,
    b: z.record(z.string(), z.array(z.int().nonnegative())),
    statementMap: z.record(z.string(), RANGE),
    fnMap: z.record(z.string(), SPOT),
    branchMap: z.record(z.string(), z.object({ locations: z.array(RANGE) })),
  }),
);

/** Something that no test reached. */
export interface Gap {
  /** `line`, `statement`, `function`, or the way of a branch: `branch 1` is the first (taken, held), `branch 2` the other. */
  what: string;
  kind: Kind;
  /** Where it begins, from 1. */
  line: number;
  /** That line of the source, without the space around it. */
  source: string;
}

/** How far tests reached into one contract. */
export interface FileCoverage {
  /** Path in the project. */
  file: string;
  /** How many there are of each kind, reached or not. */
  totals: Record<Kind, number>;
  gaps: Gap[];
}

/** Lists what a run did not reach, by file. @param sourceOf the text of a file that was measured */
export function readCoverage(text: string, name: string, sourceOf: (file: string) => string): FileCoverage[] {
  return Object.entries(parse(text, name)).map(([file, measured]) => {
    const source = sourceOf(file).split("\n");
    const gaps: Gap[] = [];
    const totals = { lines: 0, statements: 0, functions: 0, branches: 0 };
    const count = (kind: Kind, what: string, hits: number, line: number | undefined) => {
      totals[kind] += 1;
      if (hits !== 0) return;
      if (line === undefined) throw new InputError(name, `does not say where a ${what} of ${file} is`);
      gaps.push({ what, kind, line, source: (source[line - 1] ?? "").trim() });
    };
    for (const [line, hits] of Object.entries(measured.l)) count("lines", "line", hits, Number(line));
    for (const [id, hits] of Object.entries(measured.s)) {
      count("statements", "statement", hits, measured.statementMap[id]?.start.line);
    }
    for (const [id, hits] of Object.entries(measured.f)) count("functions", "function", hits, measured.fnMap[id]?.line);
    for (const [id, ways] of Object.entries(measured.b)) {
      const locations = measured.branchMap[id]?.locations;
      ways.forEach((hits, way) => count("branches", `branch ${way + 1}`, hits, locations?.[way]?.start.line));
    }
    return { file, totals, gaps };
  });
}

function parse(text: string, name: string): z.infer<typeof SCHEMA> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(name, error instanceof Error ? error.message : String(error));
  }
  const parsed = SCHEMA.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${name} ${issue?.path.join(".") ?? ""}`.trim(), issue?.message ?? "is no coverage of istanbul");
}
