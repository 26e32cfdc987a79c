import { access } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatConfig, HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../../scripts/core/errors";
import type { Matching } from "../../scripts/core/matching";
import { causes } from "../../scripts/chain/nodeFailures";

const UNWRITABLE = ["EACCES", "EROFS", "EPERM"];
const COMPILE = "`npx hardhat clean && npx hardhat compile` makes it again";

/**
 * Compiles what a market runs on, if need be, without a word: what a task prints is its result. Generated types exist
 * afterwards. Where nothing can be written, what was compiled before has to do.
 *
 * @throws InputError where nothing was compiled and nothing can be written
 */
export async function compileQuietly(hre: HardhatRuntimeEnvironment): Promise<void> {
  await compile(hre, true);
}

/** {@link compileQuietly}, also of what most markets do without. */
export async function compileAll(hre: HardhatRuntimeEnvironment): Promise<void> {
  await compile(hre, false);
}

/** Compiles a rule's mechanism, should it be one that most markets do without. @param matching the rule; the default one */
export async function compileMechanism(hre: HardhatRuntimeEnvironment, matching?: Matching): Promise<void> {
  if (matching === undefined || matching === "own") return;
  const { MECHANISM_CONTRACTS } = await import("../../scripts/chain/mechanisms");
  if (!(await hre.artifacts.artifactExists(MECHANISM_CONTRACTS[matching]))) await compileAll(hre);
}

/** Extent of what this process compiled, by its configuration: sources do not change while a command runs. */
const compiled = new WeakMap<HardhatConfig, "market" | "all">();

async function compile(hre: HardhatRuntimeEnvironment, marketOnly: boolean): Promise<void> {
  const before = compiled.get(hre.config);
  if (before === "all" || (before === "market" && marketOnly)) return;
  try {
    await hre.run("compile", { quiet: true, marketOnly });
    compiled.set(hre.config, marketOnly ? "market" : "all");
  } catch (error) {
    const path = unwritable(error);
    if (path === undefined) throw error;
    const { artifacts, root } = hre.config.paths;
    for (const needed of [join(artifacts, "contracts"), join(root, "typechain-types")]) {
      await access(needed).catch(() => {
        throw new InputError(path, "cannot be written, and the contracts are not compiled yet");
      });
    }
  }
}

/** Fault of the installation or compilation; undefined where it is something else. */
export function installationText(error: unknown): string | undefined {
  const path = unwritable(error);
  if (path !== undefined) return `${path} cannot be written`;
  const damaged = [...causes(error)].find(({ stack }) => /artifacts|typechain-types/.test(String(stack)));
  if (damaged?.["name"] === "SyntaxError")
    return `a compiled file is damaged (${String(damaged["message"])}); ${COMPILE}`;
  return undefined;
}

function unwritable(error: unknown): string | undefined {
  const found = [...causes(error)].find(({ code }) => UNWRITABLE.includes(String(code)));
  if (found === undefined) return undefined;
  return typeof found["path"] === "string" ? found["path"] : "the project's folder";
}
