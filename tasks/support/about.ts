import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

/** The version of the project whose root this is. */
export async function versionOf(root: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string }).version;
}

/** Phrases of a page about itself: what was run, and the version that ran it. */
export async function aboutRun(hre: HardhatRuntimeEnvironment, phrases: readonly string[]): Promise<string[]> {
  return [...phrases, `AdBEV ${await versionOf(hre.config.paths.root)}`];
}
