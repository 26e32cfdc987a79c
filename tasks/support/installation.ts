import { access } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatConfig, HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../../scripts/core/errors";
import type { Matching } from "../../scripts/core/matching";
import { causes } from "../../scripts/chain/nodeFailures";
import { covering, type Extent, EXTENTS } from "./compilationExtent";

const UNWRITABLE = ["EACCES", "EROFS", "EPERM"];
const COMPILE = "`npx hardhat clean && npx hardhat compile` makes it again";

/**
 * Compiles what most markets run on, if need be, without a word: what a task prints is its result. Generated types exist
 * afterwards. Where nothing can be written, what was compiled before has to do.
 *
 * @throws InputError where nothing was compiled and nothing can be written
 */
export async function compileQuietly(hre: HardhatRuntimeEnvironment): Promise<void> {
  await compile(hre, "market");
}

/** {@link compileQuietly}, also of what most markets do without. */
export async function compileAll(hre: HardhatRuntimeEnvironment): Promise<void> {
  await compile(hre, "all");
}

/** {@link compileQuietly}, of no more than a market on the in-process chain runs on. @param standsAlone whether it needs no more than that */
export async function compileForDay(hre: HardhatRuntimeEnvironment, standsAlone: boolean): Promise<void> {
  await compile(hre, standsAlone ? "day" : "market");
}

/** Compiles a rule's mechanism, should it not be. @param matching the rule; the default one */
export async function compileMechanism(hre: HardhatRuntimeEnvironment, matching?: Matching): Promise<void> {
  if (matching === undefined || matching === "own") return;
  const { MECHANISM_CONTRACTS } = await import("../../scripts/chain/mechanisms");
  const name = MECHANISM_CONTRACTS[matching];
  if (await hre.artifacts.artifactExists(name)) return;
  await compile(hre, covering("day", [`contracts/mechanisms/${name}.sol`]));
}

/** A contract of each extent that no smaller one has. */
const LAST: Record<Extent, string> = {
  day: "market/Market.sol",
  market: "periphery/MarketLens.sol",
  all: "test/FloorHarness.sol",
};

/** Extent of what this process compiled, by its configuration: sources do not change while a command runs. */
const compiled = new WeakMap<HardhatConfig, Extent>();

async function compile(hre: HardhatRuntimeEnvironment, extent: Extent): Promise<void> {
  const before = compiled.get(hre.config);
  if (before !== undefined && EXTENTS.indexOf(before) >= EXTENTS.indexOf(extent)) return;
  try {
    await hre.run("compile", { quiet: true, extent });
    compiled.set(hre.config, extent);
  } catch (error) {
    const path = unwritable(error);
    if (path === undefined) throw error;
    const { artifacts, root } = hre.config.paths;
    for (const needed of [join(artifacts, "contracts", LAST[extent]), join(root, "typechain-types")]) {
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
