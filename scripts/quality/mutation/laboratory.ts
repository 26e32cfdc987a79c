import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Bytecodes } from "./compiler";
import type { Report } from "./reporter";

const COPIED = ["artifacts", "cache", "contracts", "deploy", "docs", "scripts", "tasks", "test", "typechain-types"];
const COPIED_FILES = ["package.json", "tsconfig.json", "README.md", "SECURITY.md", "CHANGELOG.md"];

/** Findings of one run of test files. */
export interface TestRun {
  /** Titles of the tests that failed, with those of their suites. */
  failed: string[];
  /** How long the tests of a file took together, ms, by file from the project's root. */
  msOfFile: ReadonlyMap<string, number>;
  /** Whether it was ended for having taken too long. */
  timedOut: boolean;
}

/**
 * A copy of the project whose contracts' code is put in place by hand, so that its tests run against any code. The
 * project itself is only read.
 */
export class Laboratory {
  private constructor(private readonly folder: string) {}

  /** @param root folder of the project, compiled */
  static async open(root: string): Promise<Laboratory> {
    const folder = await mkdtemp(join(tmpdir(), "adbev-mutants-"));
    for (const name of [...COPIED, ...COPIED_FILES])
      await cp(join(root, name), join(folder, name), { recursive: true });
    await cp(join(root, "hardhat.config.ts"), join(folder, "project.config.ts"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await mkdir(join(folder, "out"));
    return new Laboratory(folder);
  }

  /** Removes the copy. */
  async close(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  /** Puts code in place of the compiled one, where tests and modules look for it. */
  async install(codes: Bytecodes): Promise<void> {
    for (const [name, { creation, runtime }] of codes) {
      const [path, contract] = name.split(":") as [string, string];
      const file = join(this.folder, "artifacts", path, `${contract}.json`);
      const artifact = JSON.parse(await readFile(file, "utf8")) as object;
      const fields = { bytecode: `0x${creation}`, deployedBytecode: `0x${runtime}` };
      await writeFile(file, JSON.stringify({ ...artifact, ...fields }));
      const typed = join(this.folder, "typechain-types", "factories", dirname(path), `${contract}__factory.ts`);
      // A library that is part of others has nothing to call, and so no type.
      const text = await readFile(typed, "utf8").catch(() => undefined);
      if (text === undefined) continue;
      await writeFile(typed, text.replace(/(const _bytecode =\s*)"0x[0-9a-f]*"/, `$1"0x${creation}"`));
    }
  }

  /**
   * Runs test files in their order.
   * @param files from the project's root
   * @param skipped titles of tests to leave out
   * @param untilFailure whether to end with the first failure
   * @param limitMs after which the run is ended
   */
  async run(
    files: readonly string[],
    skipped: readonly string[],
    untilFailure: boolean,
    limitMs: number,
  ): Promise<TestRun> {
    const report = join(this.folder, "out", "report.json");
    await rm(report, { force: true });
    await writeFile(join(this.folder, "hardhat.config.ts"), configText(report, skipped, untilFailure));
    const hardhat = join(this.folder, "node_modules", ".bin", "hardhat");
    const timedOut = await new Promise<boolean>((resolve, reject) => {
      const options = { cwd: this.folder, stdio: "ignore", detached: true } as const;
      const child = spawn(hardhat, ["test", "--no-compile", ...files], options);
      const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), limitMs);
      child.on("error", reject).on("close", (_, signal) => {
        clearTimeout(timer);
        resolve(signal === "SIGKILL");
      });
    });
    const text = await readFile(report, "utf8").catch(() => undefined);
    if (text === undefined) {
      if (timedOut) return { failed: [], msOfFile: new Map(), timedOut };
      throw new Error(`the tests did not run in ${this.folder}`);
    }
    const { failed, msOfFile } = JSON.parse(text) as Report;
    const times = Object.entries(msOfFile).map(([file, ms]) => [file.slice(this.folder.length + 1), ms] as const);
    return { failed, msOfFile: new Map(times), timedOut };
  }
}

/** A network without Osaka's cap on a transaction's gas and without a limit on code; loops without end run out of gas. */
const ROOMY = { hardfork: "prague", blockGasLimit: 40_000_000, allowUnlimitedContractSize: true };

/** The project's configuration, for code that no optimizer made small. */
function configText(report: string, skipped: readonly string[], untilFailure: boolean): string {
  const titles = skipped.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const mocha = { reporterOptions: { output: report }, bail: untilFailure, timeout: 120_000 };
  const grep = skipped.length === 0 ? "" : `grep: new RegExp(${JSON.stringify(`^(?!(?:${titles})$)`)}),`;
  return `import config from "./project.config";
import { MutationReporter } from "./scripts/quality/mutation/reporter";
export default {
  ...config,
  networks: { ...config.networks, hardhat: { ...config.networks?.hardhat, ...${JSON.stringify(ROOMY)} } },
  mocha: { ...${JSON.stringify(mocha)}, reporter: MutationReporter, ${grep} },
};
`;
}
