import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(__dirname, "../..");
const HARDHAT = join(ROOT, "node_modules/.bin/hardhat");

/** How a command ended, and all that it printed. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the project in a process of its own, its output into pipes as a script's would be. */
export async function hardhatCommand(...args: string[]): Promise<Ended> {
  return ended(HARDHAT, args);
}

/** Runs a command into a pipe whose reader takes a byte and then does nothing for a second. */
export async function hardhatIntoSlowPipe(...args: string[]): Promise<Ended> {
  const slowly = '"$0" "$@" | (dd bs=1 count=1 2>/dev/null; sleep 1; cat)';
  return ended("sh", ["-c", slowly, HARDHAT, ...args]);
}

async function ended(command: string, args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };
  try {
    return { code: 0, ...(await run(command, args, { cwd: ROOT, env, maxBuffer: 2 ** 28 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}
