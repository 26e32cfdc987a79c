import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { OrderPolicy } from "../../scripts/piles/agent";
import { InputError } from "../../scripts/scenario/inputError";

/**
 * The agent that a TypeScript or JavaScript file exports by default: an {@link OrderPolicy}, or a class of them that is
 * made without arguments.
 *
 * @throws InputError where the file cannot be loaded or exports something else
 */
export async function loadAgent(file: string): Promise<OrderPolicy> {
  const path = resolve(file);
  await stat(path).catch(() => {
    throw new InputError("--agent", `cannot read ${file}: no such file or directory`);
  });
  let exported: unknown;
  try {
    // By the same loader that the commands themselves go through, so that TypeScript needs no step of its own.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    exported = (require(path) as { default?: unknown }).default;
  } catch (error) {
    throw new InputError("--agent", `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const agent: unknown = typeof exported === "function" ? new (exported as new () => unknown)() : exported;
  if (!isPolicy(agent)) {
    throw new InputError(
      "--agent",
      `${file} exports no agent by default; expected { name, decide(own, view, random) }, as docs/own-agent.md tells`,
    );
  }
  return agent;
}

function isPolicy(value: unknown): value is OrderPolicy {
  if (typeof value !== "object" || value === null) return false;
  const { name, decide } = value as Record<string, unknown>;
  return typeof name === "string" && typeof decide === "function";
}
