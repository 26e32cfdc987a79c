import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { JsonFragment } from "ethers";
import ts from "typescript";

/** A contract that the package describes. */
export interface PackagedContract {
  /** Name of the constant, such as `marketAbi`. */
  constant: string;
  abi: readonly JsonFragment[];
}

/** Addresses by the number of the chain and the name of the contract. */
export type Addresses = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Writes the package: the library compiled for Node with its types, ABIs with literal types, one list of all errors, and
 * addresses.
 *
 * @param root of the project
 * @param outDir to be replaced
 * @throws Error with the compiler's messages
 */
export function buildPackage(
  root: string,
  outDir: string,
  contracts: readonly PackagedContract[],
  addresses: Addresses,
): void {
  rmSync(outDir, { recursive: true, force: true });
  compile(join(root, "scripts/library/index.ts"), join(root, "scripts"), outDir);
  const abis = new Map<string, unknown>(contracts.map(({ constant, abi }) => [constant, abi]));
  abis.set("errorsAbi", mergedErrors(contracts));
  writeConstants(join(outDir, "abi"), abis);
  writeConstants(join(outDir, "addresses"), new Map([["addresses", addresses]]));
}

/** Every error of the contracts once, for whoever decodes what a call ended in. */
export function mergedErrors(contracts: readonly PackagedContract[]): JsonFragment[] {
  const errors = new Map<string, JsonFragment>();
  for (const fragment of contracts.flatMap(({ abi }) => abi)) {
    if (fragment.type !== "error") continue;
    errors.set(`${fragment.name ?? ""}(${(fragment.inputs ?? []).map(({ type }) => type).join()})`, fragment);
  }
  return [...errors.values()].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
}

/** Compiles a module and what it imports. */
function compile(entry: string, rootDir: string, outDir: string): void {
  const program = ts.createProgram([entry], {
    ...{ rootDir, outDir, declaration: true, strict: true, skipLibCheck: true, esModuleInterop: true },
    ...{ target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts"], types: ["node"] },
    ...{ module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
  });
  const { diagnostics } = program.emit();
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (all.length === 0) return;
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => rootDir,
    getNewLine: () => "\n",
  };
  throw new Error(ts.formatDiagnostics(all, host));
}

/** Writes a module of constants, and their literal types as `as const` would give them. */
function writeConstants(path: string, constants: ReadonlyMap<string, unknown>): void {
  mkdirSync(dirname(path), { recursive: true });
  const entries = [...constants];
  const code = entries.map(([name, value]) => `exports.${name} = ${JSON.stringify(value)};`);
  const types = entries.map(([name, value]) => `export declare const ${name}: ${literalType(value)};`);
  const marker = 'Object.defineProperty(exports, "__esModule", { value: true });';
  writeFileSync(`${path}.js`, ['"use strict";', marker, ...code, ""].join("\n"));
  writeFileSync(`${path}.d.ts`, [...types, ""].join("\n"));
}

function literalType(value: unknown): string {
  if (Array.isArray(value)) return `readonly [${value.map(literalType).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `readonly ${JSON.stringify(name)}: ${literalType(member)}`,
  );
  return `{ ${members.join("; ")} }`;
}
