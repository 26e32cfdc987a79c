import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { OrderPolicy } from "../../scripts/piles/agent";
import type { BookPlanner } from "../../scripts/planners/book/planners";
import { InputError } from "../../scripts/scenario/inputError";

/** What a file of one's own is to export by default: an object of this kind, or a class of them. */
interface OwnKind {
  /** Flag that names the file. */
  flag: string;
  /** As errors call it. */
  what: string;
  /** The method beside `name` that makes it one. */
  method: string;
  expected: string;
}

/**
 * The agent that a TypeScript or JavaScript file exports by default: an {@link OrderPolicy}, or a class of them that is
 * made without arguments.
 *
 * @throws InputError where the file cannot be loaded or exports something else
 */
export async function loadAgent(file: string): Promise<OrderPolicy> {
  const expected = "{ name, decide(own, view, random) }, as docs/own-agent.md tells";
  return (await loadOwn(file, { flag: "--agent", what: "agent", method: "decide", expected })) as OrderPolicy;
}

/**
 * The planner that a TypeScript or JavaScript file exports by default: a {@link BookPlanner}, or a class of them that is
 * made without arguments.
 *
 * @throws InputError where the file cannot be loaded or exports something else
 */
export async function loadPlanner(file: string): Promise<BookPlanner> {
  const expected = "{ name, async plan(book) }, as docs/own-planner.md tells";
  return (await loadOwn(file, { flag: "--planner-file", what: "planner", method: "plan", expected })) as BookPlanner;
}

async function loadOwn(file: string, { flag, what, method, expected }: OwnKind): Promise<unknown> {
  const path = resolve(file);
  await stat(path).catch(() => {
    throw new InputError(flag, `cannot read ${file}: no such file or directory`);
  });
  let exported: unknown;
  try {
    // By the same loader that the commands themselves go through, so that TypeScript needs no step of its own.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    exported = (require(path) as { default?: unknown }).default;
  } catch (error) {
    throw new InputError(flag, `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const own: unknown = typeof exported === "function" ? new (exported as new () => unknown)() : exported;
  const found = (typeof own === "object" && own !== null ? own : {}) as Record<string, unknown>;
  if (typeof found["name"] !== "string" || typeof found[method] !== "function") {
    throw new InputError(flag, `${file} exports no ${what} by default; expected ${expected}`);
  }
  return own;
}
