import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { SyntaxNode } from "./operators";

/** Contracts by their path from the project's root. */
export type Sources = ReadonlyMap<string, Buffer>;

/** Creation and runtime code, without 0x, by `path:Contract`. */
export type Bytecodes = ReadonlyMap<string, { creation: string; runtime: string }>;

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  sources: Record<string, { ast: SyntaxNode }>;
  contracts: Record<
    string,
    Record<string, { evm: { bytecode: { object: string }; deployedBytecode: { object: string } } }>
  >;
}

/** A source that the compiler refuses. */
export class DoesNotCompile extends Error {}

/** Every contract of the project. @param root its folder */
export async function readSources(root: string): Promise<Sources> {
  const names = await readdir(join(root, "contracts"), { recursive: true });
  const paths = names.filter((name) => name.endsWith(".sol")).map((name) => `contracts/${name}`);
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await readFile(join(root, path))] as const)),
  );
}

/** The syntax tree of every source. */
export async function syntaxTrees(root: string, sources: Sources): Promise<ReadonlyMap<string, SyntaxNode>> {
  const output = await compile(root, sources, { "": ["ast"] });
  return new Map([...sources.keys()].map((path) => [path, output.sources[path]!.ast]));
}

/** The code of every contract that has any. @throws DoesNotCompile */
export async function bytecodes(root: string, sources: Sources): Promise<Bytecodes> {
  const output = await compile(root, sources, { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] });
  const found = new Map<string, { creation: string; runtime: string }>();
  for (const [path, contracts] of Object.entries(output.contracts)) {
    // Sources from packages are part of the project's contracts and deployed with them.
    if (!path.startsWith("contracts/")) continue;
    for (const [name, { evm }] of Object.entries(contracts)) {
      if (evm.bytecode.object === "") continue;
      found.set(`${path}:${name}`, { creation: evm.bytecode.object, runtime: evm.deployedBytecode.object });
    }
  }
  return found;
}

/**
 * Runs the project's own compiler, in a process of its own since its memory only grows. Neither optimizer nor IR: a
 * mutant is about what code does, and so it is there in seconds. All that is left of the optimizer finds room on the stack
 * for a library's assembly.
 */
async function compile(root: string, sources: Sources, selection: Record<string, string[]>): Promise<CompilerOutput> {
  const solc = createRequire(join(root, "package.json")).resolve("solc/solc.js");
  const args = [solc, "--standard-json", "--base-path", root, "--include-path", join(root, "node_modules")];
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, source]) => [path, { content: source.toString("utf8") }])),
    settings: {
      evmVersion: "cancun",
      viaIR: false,
      optimizer: { enabled: false, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: ":" } } },
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { "*": selection },
    },
  };
  // Files, not pipes: the command reads all at once and exits without waiting for what it printed.
  const folder = await mkdtemp(join(tmpdir(), "adbev-solc-"));
  const [from, to] = [join(folder, "input.json"), join(folder, "output.json")];
  await writeFile(from, JSON.stringify(input));
  const [reads, writes] = await Promise.all([open(from), open(to, "w")]);
  await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: [reads.fd, writes.fd, "inherit"] });
    child.on("error", reject).on("close", resolve);
  });
  await Promise.all([reads.close(), writes.close()]);
  const printed = await readFile(to, "utf8");
  await rm(folder, { recursive: true });
  // The command says what it does in front of what was asked for.
  const output = JSON.parse(printed.slice(printed.indexOf("{"))) as CompilerOutput;
  const error = output.errors?.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new DoesNotCompile(error.formattedMessage);
  return output;
}
