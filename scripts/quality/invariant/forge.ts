/**
 * Runs the campaigns of `test/invariant` with forge, as npm packages it.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { InputError } from "../../core/errors";
import { type CampaignTally, type Counters, readForge, readRuns } from "./tally";

/** Contracts of `Campaign.t.sol`. */
export const CAMPAIGNS = 4;

/** How much to fuzz. */
export interface Effort {
  /** Times that each campaign begins anew. */
  runs: number;
  /** Calls in a row. */
  depth: number;
  /** Campaigns at a time; each takes a core. */
  threads: number;
  /** Seed of the random calls, hexadecimal. */
  seed: string;
}

/** The campaigns' outcome. */
export interface Outcome {
  campaigns: CampaignTally[];
  counters: Counters;
}

const RUNS_FILE = "cache/invariant/runs.txt";

/**
 * The forge of this platform.
 * @param root folder of the project
 * @throws InputError where npm installed none
 */
export function forgeIn(root: string): string {
  if (process.platform === "win32") {
    throw new InputError("forge", "starts the compiler as a script, which Windows does not; run this under WSL");
  }
  const forge = join(root, "node_modules", ".bin", "forge");
  if (existsSync(forge)) return forge;
  throw new InputError(
    "forge",
    `not in node_modules; npm has it for Linux on x64 and macOS on ARM and installs it with ` +
      `\`npm install --include=optional\`; this is ${process.platform} on ${process.arch}`,
  );
}

/**
 * Fuzzes all campaigns over the contracts as Hardhat compiled them.
 * @throws InputError where there is no forge, or where it says something else than a result
 */
export async function runCampaigns(root: string, { runs, depth, threads, seed }: Effort): Promise<Outcome> {
  const forge = forgeIn(root);
  await rm(join(root, RUNS_FILE), { force: true });
  await mkdir(join(root, "cache", "invariant"), { recursive: true });
  const printed = await output(forge, ["test", "--root", root, "--json", "--threads", threads.toString()], root, {
    FOUNDRY_CONFIG: join(root, "test", "invariant", "foundry.toml"),
    FOUNDRY_INVARIANT_RUNS: runs.toString(),
    FOUNDRY_INVARIANT_DEPTH: depth.toString(),
    FOUNDRY_FUZZ_SEED: seed,
  });
  const campaigns = readForge(printed);
  if (campaigns.length !== CAMPAIGNS) {
    throw new InputError("forge", `ran ${campaigns.length.toString()} campaigns, expected ${CAMPAIGNS.toString()}`);
  }
  return { campaigns, counters: readRuns(await readFile(join(root, RUNS_FILE), "utf8").catch(() => ""), runs) };
}

/** Output of a command, on standard error only where it printed nothing else. */
function output(command: string, args: string[], cwd: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let [printed, complained] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (part: string) => (printed += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (complained += part));
    child.on("error", reject);
    child.on("close", () => {
      resolve(printed.includes("{") ? printed : printed + complained);
    });
  });
}
