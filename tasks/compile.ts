import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";

import {
  TASK_COMPILE,
  TASK_COMPILE_SOLIDITY_COMPILE_JOBS,
  TASK_COMPILE_SOLIDITY_GET_SOURCE_PATHS,
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT,
  TASK_COMPILE_SOLIDITY_LOG_RUN_COMPILER_END,
  TASK_COMPILE_SOLIDITY_MERGE_COMPILATION_JOBS,
} from "hardhat/builtin-tasks/task-names";
import { subtask, task } from "hardhat/config";
import { HardhatError } from "hardhat/internal/core/errors";
import { ERRORS } from "hardhat/internal/core/errors-list";
import type { CLIArgumentType, CompilationJob } from "hardhat/types";

import { belongsTo, covering, type Extent, EXTENTS } from "./support/compilationExtent";
import { sideBySide } from "./support/compilationJobs";
import { CompilationProgress } from "./support/compilationProgress";

const VERSION = "0.8.37";
const LONG_VERSION = "0.8.37+commit.f401782d";
/** Warns of every use of transient storage; the only one is OpenZeppelin's guard, which clears it after each call. */
const TRANSIENT_STORAGE_WARNING = "2394";

/**
 * The compiler comes from npm, pinned by the lock file's hash, so that neither a clone behind a firewall nor CI
 * depends on a download that Hardhat would make by itself.
 */
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, ({ solcVersion }: { solcVersion: string }) => {
  if (solcVersion !== VERSION) throw new Error(`This project compiles with solc ${VERSION}, not ${solcVersion}`);
  return Promise.resolve({
    compilerPath: require.resolve("solc/soljson.js"),
    isSolcJs: true,
    version: VERSION,
    longVersion: LONG_VERSION,
  });
});

interface CompilerOutput {
  errors?: { errorCode?: string; formattedMessage?: string }[] | undefined;
}

/** Warnings said so far: parts that compile side by side share files and their warnings. */
const said = new Set<string>();

subtask(
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
  async ({ output, quiet }: { output: CompilerOutput | undefined; quiet: boolean }, _, runSuper): Promise<void> => {
    const errors = output?.errors?.filter(
      ({ errorCode, formattedMessage = "" }) =>
        errorCode !== TRANSIENT_STORAGE_WARNING && !said.has(formattedMessage) && said.add(formattedMessage),
    );
    await runSuper({ output: { ...output, errors }, quiet });
  },
);

/** Hardhat itself says what it compiled even when asked to be quiet, between a task and its `--json`. */
subtask(TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT, async (args: { quiet: boolean }, _, runSuper): Promise<void> => {
  if (!args.quiet) await runSuper(args);
});

const isExtent: CLIArgumentType<Extent> = {
  name: "extent",
  parse: (_, text) => text as Extent,
  validate: (name: string, value: Extent) => {
    const type = EXTENTS.join(", ");
    if (EXTENTS.includes(value)) return;
    throw new HardhatError(ERRORS.ARGUMENTS.INVALID_VALUE_FOR_TYPE, { value, name, type });
  },
};
let extent: Extent = "all";

task(TASK_COMPILE)
  .addOptionalParam(
    "extent",
    "all; market, without what most markets do without; or day, only what `npm start` runs on. Whatever was compiled " +
      "before is kept up to date",
    "all",
    isExtent,
  )
  .setAction(async (args: { extent: Extent }, _, runSuper) => {
    extent = args.extent;
    await runSuper(args);
  });

subtask(TASK_COMPILE_SOLIDITY_GET_SOURCE_PATHS, async (args, { config }, runSuper): Promise<string[]> => {
  const paths = (await runSuper(args)) as string[];
  const { artifacts, root } = config.paths;
  const names = new Map(paths.map((path) => [path, relative(root, path).replaceAll("\\", "/")]));
  // Hardhat remembers files, not what uses them: a library's new code would never reach a harness compiled before.
  const before = [...names.values()].filter((name) => existsSync(join(artifacts, name)));
  const within = covering(extent, before);
  return paths.filter((path) => belongsTo(within, names.get(path)!));
});

/** Contracts that do not need each other compile side by side, each in a process of its own. */
subtask(
  TASK_COMPILE_SOLIDITY_MERGE_COMPILATION_JOBS,
  async ({ compilationJobs }: { compilationJobs: CompilationJob[] }) => {
    const { CompilationJob } = await import("hardhat/internal/solidity/compilation-job");
    return sideBySide(compilationJobs, (config) => new CompilationJob(config));
  },
);

interface Compilation {
  compilationJobs: CompilationJob[];
  quiet: boolean;
  concurrency: number;
}

let progress: CompilationProgress | undefined;

subtask(TASK_COMPILE_SOLIDITY_COMPILE_JOBS, async (args: Compilation, _, runSuper): Promise<unknown> => {
  // TypeChain formats what it generates with prettier, which takes longer than to generate it; nobody reads the layout.
  const { outputTransformers } = await import("typechain/dist/codegen/outputTransformers");
  outputTransformers.splice(1);
  // Hardhat would leave one core idle, and with two cores compile everything on one.
  const concurrency = Math.max(args.concurrency, availableParallelism());
  progress = CompilationProgress.of(args.compilationJobs);
  try {
    return (await runSuper({ ...args, concurrency })) as unknown;
  } finally {
    progress?.stop();
    progress = undefined;
  }
});

subtask(TASK_COMPILE_SOLIDITY_LOG_RUN_COMPILER_END, async ({ compilationJob }: { compilationJob: CompilationJob }) => {
  progress?.compiled(compilationJob);
});
