import { basename, isAbsolute, relative } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { flagNamed } from "./flags";

/** Flags that say where a result goes, not what it is. */
const OUTPUTS = ["csv", "json"];

/**
 * The command that gives a task's result again: its flags that differ from their defaults, and its seed always. A file
 * outside the folder in which it was typed is there by its name alone: its path is one of somebody's machine.
 */
export function commandLine(
  hre: HardhatRuntimeEnvironment,
  name: string,
  args: Readonly<Record<string, string | boolean | undefined>>,
): string {
  const flags = Object.values(hre.tasks[name]?.paramDefinitions ?? {}).flatMap((definition) => {
    const value = args[definition.name];
    const isDefault = value === definition.defaultValue && definition.name !== "seed";
    if (OUTPUTS.includes(definition.name) || value === undefined || isDefault) return [];
    const flag = flagNamed(definition.name);
    return definition.isFlag ? [flag] : [`${flag} ${quoted(withoutPath(`${value}`))}`];
  });
  return ["npx hardhat", name, ...flags].join(" ");
}

function quoted(text: string): string {
  return /^[\w./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function withoutPath(text: string): string {
  if (!isAbsolute(text)) return text;
  const near = relative(process.cwd(), text);
  return near.startsWith("..") ? basename(text) : near;
}
