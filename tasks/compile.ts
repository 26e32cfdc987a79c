import {
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT,
} from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";

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
  errors?: { errorCode?: string }[] | undefined;
}

subtask(
  TASK_COMPILE_SOLIDITY_LOG_COMPILATION_ERRORS,
  async ({ output, quiet }: { output: CompilerOutput | undefined; quiet: boolean }, _, runSuper): Promise<void> => {
    const errors = output?.errors?.filter(({ errorCode }) => errorCode !== TRANSIENT_STORAGE_WARNING);
    await runSuper({ output: { ...output, errors }, quiet });
  },
);

/** Hardhat itself says what it compiled even when asked to be quiet, between a task and its `--json`. */
subtask(TASK_COMPILE_SOLIDITY_LOG_COMPILATION_RESULT, async (args: { quiet: boolean }, _, runSuper): Promise<void> => {
  if (!args.quiet) await runSuper(args);
});
