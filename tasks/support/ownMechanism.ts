import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join, posix, relative, resolve } from "node:path";

import type { InterfaceAbi, JsonFragment } from "ethers";
import { TASK_COMPILE_SOLIDITY_RUN_SOLCJS } from "hardhat/builtin-tasks/task-names";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../../scripts/core/errors";

/** A contract of one's own as the compiler made it. */
export interface CompiledMechanism {
  kind: "compiled";
  /** Name of the contract. */
  label: string;
  /** Its full name, as artifacts have it. */
  fullName: string;
  abi: InterfaceAbi;
  bytecode: string;
  /** Code on the chain; undefined where the constructor writes parts of it. */
  runtime: string | undefined;
}

/** A mechanism that is no rule that comes along. */
export type GivenMechanism = CompiledMechanism | { kind: "standing"; label: string; address: string };

/** Values of the flag, for its help. */
export const MECHANISM_HELP =
  "a mechanism of your own instead of a rule: a Solidity file with one contract that is an IMechanism (default: none)";

const FLAG = "--mechanism";

interface CompilerOutput {
  errors?: { severity: string; type: string; message: string; sourceLocation?: { file: string; start: number } }[];
  contracts?: Record<
    string,
    Record<
      string,
      {
        abi: JsonFragment[];
        evm: {
          bytecode: { object: string; linkReferences: Record<string, Record<string, unknown>> };
          deployedBytecode: { object: string; immutableReferences: Record<string, unknown> };
        };
      }
    >
  >;
}

/**
 * The mechanism that a flag gives: a Solidity file, compiled as the project's contracts are, or where `standing` is so the
 * address of a contract.
 *
 * @throws InputError with the first errors of the compiler, or what is no mechanism about the file
 */
export async function readMechanism(
  hre: HardhatRuntimeEnvironment,
  given: string,
  { standing }: { standing: boolean },
): Promise<GivenMechanism> {
  if (standing && /^0x[0-9a-fA-F]{40}$/.test(given)) {
    const { getAddress } = await import("ethers");
    return { kind: "standing", label: "mechanism", address: getAddress(given.toLowerCase()) };
  }
  const path = resolve(given);
  if (!(await stat(path).catch(() => undefined))?.isFile()) {
    throw new InputError(FLAG, `cannot read ${given}: no such file`);
  }
  const { root } = hre.config.paths;
  const inside = relative(root, path).replaceAll("\\", "/");
  const key = inside.startsWith("..") || isAbsolute(inside) ? path : inside;
  const sources: Sources = {};
  await collect(sources, key, root);
  const output = await compile(hre, sources);
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const lines = errors.slice(0, 5).map(({ type, message, sourceLocation: at }) => {
      const line = at === undefined ? "" : `${at.file}:${lineOf(sources[at.file]?.content, at.start)}: `;
      return `${line}${type}: ${message.split("\n")[0]!}`;
    });
    throw new InputError(FLAG, `${given} does not compile: ${lines.join("; ")}`);
  }
  return mechanismIn(given, key, output.contracts?.[key] ?? {});
}

type Sources = Record<string, { content: string }>;

/** Adds a file and all that it imports; what is not there the compiler itself says best. */
async function collect(sources: Sources, key: string, root: string): Promise<void> {
  if (sources[key] !== undefined) return;
  const places = isAbsolute(key) ? [key] : [join(root, key), join(root, "node_modules", key)];
  const texts = await Promise.all(places.map(async (place) => readFile(place, "utf8").catch(() => undefined)));
  const content = texts.find((text) => text !== undefined);
  if (content === undefined) return;
  sources[key] = { content };
  for (const [, target] of content.matchAll(/^\s*import\s+(?:[^"';]*\bfrom\s*)?["']([^"']+)["']/gm)) {
    await collect(sources, target!.startsWith(".") ? posix.join(posix.dirname(key), target!) : target!, root);
  }
}

/** Runs the project's compiler with its settings, in a process of its own. */
async function compile(hre: HardhatRuntimeEnvironment, sources: Sources): Promise<CompilerOutput> {
  const settings = hre.config.solidity.compilers[0]!.settings as Record<string, unknown>;
  const parts = ["abi", "evm.bytecode.object", "evm.bytecode.linkReferences", "evm.deployedBytecode"];
  const input = {
    language: "Solidity",
    sources,
    settings: { ...settings, outputSelection: { "*": { "*": parts } } },
  };
  return (await hre.run(TASK_COMPILE_SOLIDITY_RUN_SOLCJS, {
    input,
    solcJsPath: require.resolve("solc/soljson.js"),
  })) as CompilerOutput;
}

/** @throws InputError unless the file has one contract that a market could ask */
function mechanismIn(
  file: string,
  key: string,
  contracts: NonNullable<CompilerOutput["contracts"]>[string],
): CompiledMechanism {
  const found = Object.entries(contracts).filter(
    ([, { abi, evm }]) =>
      evm.bytecode.object !== "" &&
      ["propose", "accepts", "name"].every((call) =>
        abi.some(({ type, name }) => type === "function" && name === call),
      ),
  );
  if (found.length !== 1) {
    const names = found.map(([name]) => name).join(", ");
    const has = found.length === 0 ? "holds no mechanism" : `holds several mechanisms, ${names}`;
    throw new InputError(
      FLAG,
      `${file} ${has}; expected one contract that is an IMechanism, as docs/own-mechanism.md tells`,
    );
  }
  const [label, { abi, evm }] = found[0]!;
  if ((abi.find(({ type }) => type === "constructor")?.inputs ?? []).length > 0) {
    throw new InputError(FLAG, `the constructor of ${label} takes arguments; a mechanism is deployed without any`);
  }
  const libraries = Object.values(evm.bytecode.linkReferences).flatMap((names) => Object.keys(names));
  if (libraries.length > 0) {
    throw new InputError(
      FLAG,
      `${label} needs ${libraries.join(", ")} deployed before it; make its functions internal`,
    );
  }
  const { deployedBytecode: code } = evm;
  const fixed = Object.keys(code.immutableReferences).length === 0;
  return {
    ...{ kind: "compiled", label, fullName: `${key}:${label}`, abi },
    ...{ bytecode: `0x${evm.bytecode.object}`, runtime: fixed ? `0x${code.object}` : undefined },
  };
}

function lineOf(text: string | undefined, start: number): number {
  return (text ?? "").slice(0, Math.max(0, start)).split("\n").length;
}
