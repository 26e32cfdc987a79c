import type { HardhatRuntimeEnvironment } from "hardhat/types";

/** Flags that say where a result goes, not what it is. */
const OUTPUTS = ["csv", "json"];

/** The command that gives a task's result again: its flags that differ from their defaults, and its seed always. */
export function commandLine(
  hre: HardhatRuntimeEnvironment,
  name: string,
  args: Readonly<Record<string, string | boolean | undefined>>,
): string {
  const flags = Object.values(hre.tasks[name]?.paramDefinitions ?? {}).flatMap((definition) => {
    const value = args[definition.name];
    const isDefault = value === definition.defaultValue && definition.name !== "seed";
    if (OUTPUTS.includes(definition.name) || value === undefined || isDefault) return [];
    const flag = `--${definition.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return definition.isFlag ? [flag] : [`${flag} ${quoted(`${value}`)}`];
  });
  return ["npx hardhat", name, ...flags].join(" ");
}

function quoted(text: string): string {
  return /^[\w./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
