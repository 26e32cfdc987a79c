import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { explainError } from "../../scripts/chain/errorCatalogue";
import type { LiveServer } from "../../scripts/live/server";

/** Where the page is served unless told otherwise. */
export const DEFAULT_PORT = "8600";

/** How often a node is asked for news, ms: a development chain's blocks come when they are wanted. */
export const POLL_MS = { development: 300, live: 1_000 };

/** Why a contract refuses and what to do, by the error's name, from docs/errors.md. */
export async function errorWordsOf({ config }: HardhatRuntimeEnvironment): Promise<(name: string) => string> {
  const catalogue = await readFile(join(config.paths.root, "docs", "errors.md"), "utf8").catch(() => "");
  return (name) => {
    const entry = explainError(catalogue, name);
    return entry === undefined ? "docs/errors.md says more." : `${entry.why} ${entry.whatToDo}`;
  };
}

/** The project's version, as the page names it. */
export async function versionOf({ config }: HardhatRuntimeEnvironment): Promise<string> {
  const text = await readFile(join(config.paths.root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Serves until the process is interrupted. */
export async function servedUntilInterrupted(server: LiveServer, stop: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  stop();
  await server.close();
}

/** Opens a page in the browser of whoever is here, if there is one. */
export function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
