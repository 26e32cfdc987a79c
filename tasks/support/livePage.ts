import { spawn } from "node:child_process";

import type { LiveServer } from "../../scripts/live/server";

/** Where the page is served unless told otherwise. */
export const DEFAULT_PORT = "8600";

/** How often a node is asked for news, ms: a development chain's blocks come when they are wanted. */
export const POLL_MS = { development: 300, live: 1_000 };

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
