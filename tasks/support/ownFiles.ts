import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { OrderPolicy } from "../../scripts/piles/agent";
import type { BookPlanner } from "../../scripts/planners/book/planners";
import { InputError } from "../../scripts/core/errors";

/** Kind of export that a file of one's own has by default: an object of this kind, or a class of them. */
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
  const there = await stat(path).catch(() => {
    throw new InputError(flag, `cannot read ${file}: no such file or directory`);
  });
  if (there.isDirectory()) throw new InputError(flag, `${file} is a folder; expected a .ts or .js file`);
  if (!/\.[cm]?[jt]sx?$/.test(path)) throw new InputError(flag, `expected a .ts or .js file, found ${file}`);
  if (/\.[cm]?tsx?$/.test(path)) {
    const { typeErrors } = await import("./typeErrors");
    const errors = typeErrors(path);
    if (errors.length > 0) throw new InputError(flag, `${file} has type errors:\n${errors.join("\n")}`);
  }
  let own: unknown;
  try {
    // By the same loader that the commands themselves go through, so that TypeScript needs no step of its own.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const exported = (require(path) as { default?: unknown }).default;
    own = isClass(exported) ? new exported() : exported;
  } catch (error) {
    throw new InputError(flag, `cannot load ${file}: ${firstLine(error)}`);
  }
  const found = (typeof own === "object" && own !== null ? own : {}) as Record<string, unknown>;
  if (typeof found["name"] !== "string" || found["name"].trim() === "" || typeof found[method] !== "function") {
    throw new InputError(flag, `${file} exports no ${what} by default; expected ${expected}`);
  }
  return own;
}

/** The first line of a message: Node adds the modules that asked for a missing one. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
}

/** Whether something is to be made with `new`: a plain function is not. */
function isClass(value: unknown): value is new () => unknown {
  return typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
}
