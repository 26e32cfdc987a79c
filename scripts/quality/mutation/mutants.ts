import { createHash } from "node:crypto";

import { Random } from "../../core/random";
import type { Sources } from "./compiler";
import { type Change, changesIn, type SyntaxNode } from "./operators";

/** A contract with one small fault. */
export interface Mutant extends Change {
  /** Ten hex digits that stay while the function's text does. */
  id: string;
  path: string;
  line: number;
  inFunction: string;
  /** The text that the replacement takes the place of. */
  original: string;
}

/**
 * Every mutant of the files, in an order that the seed gives: its first n are a sample.
 * @param isMutated which files to change
 */
export function mutantsOf(
  sources: Sources,
  trees: ReadonlyMap<string, SyntaxNode>,
  isMutated: (path: string) => boolean,
  seed: number,
): Mutant[] {
  const all: Mutant[] = [];
  for (const [path, source] of sources) {
    if (!isMutated(path)) continue;
    const seen = new Map<string, number>();
    for (const change of changesIn(trees.get(path)!, source)) {
      const original = source.toString("utf8", change.start, change.start + change.length);
      const key = [path, change.inFunction, change.operator, original, change.replacement].join("\n");
      const occurrence = seen.get(key) ?? 0;
      seen.set(key, occurrence + 1);
      all.push({
        ...change,
        id: createHash("sha256").update(`${key}\n${occurrence}`).digest("hex").slice(0, 10),
        path,
        line: source.subarray(0, change.start).filter((byte) => byte === 10).length + 1,
        original,
      });
    }
  }
  return new Random(seed).stream("mutants").shuffle(all);
}

/** The sources with a mutant in place. */
export function withMutant(sources: Sources, { path, start, length, replacement }: Mutant): Sources {
  const source = sources.get(path)!;
  const changed = Buffer.concat([source.subarray(0, start), Buffer.from(replacement), source.subarray(start + length)]);
  return new Map(sources).set(path, changed);
}

/** Contracts that the campaign is about: what a market runs on, not what it is compared with or tested by. */
export function isCore(path: string): boolean {
  return !/^contracts\/(baseline|interfaces|test)\//.test(path);
}
