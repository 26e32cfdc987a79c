import { TASK_TEST, TASK_TEST_GET_TEST_FILES } from "hardhat/builtin-tasks/task-names";
import { subtask, task } from "hardhat/config";

import { TESTS_BEGIN } from "./support/testsBegin";

/** Folders whose files take longest. */
const LONG = /[\\/]test[\\/](integration|unit[\\/]tasks)[\\/]/;
let sideBySide = false;

task(TASK_TEST).setAction(async (args: { parallel: boolean }, hre, runSuper): Promise<unknown> => {
  hre.config.networks.hardhat.initialDate = TESTS_BEGIN;
  sideBySide = args.parallel;
  // Where files run side by side each process loads them by mocha's settings; a process alone has them from here.
  await import("@nomicfoundation/hardhat-chai-matchers");
  if (!args.parallel) hre.config.mocha.rootHooks = (await import("../test/helpers/freshChain")).mochaHooks;
  return (await runSuper(args)) as unknown;
});

subtask(TASK_TEST_GET_TEST_FILES, async (args: { testFiles: string[] }, _, runSuper): Promise<string[]> => {
  const files = (await runSuper(args)) as string[];
  return sideBySide && args.testFiles.length === 0 ? longestFirst(files) : files;
});

/** Files in the order in which no core waits for another at the end; helpers, which have no tests, are left out. */
export function longestFirst(files: readonly string[]): string[] {
  const tests = files.filter((file) => /\.test\.[jt]s$/.test(file));
  return [...tests.filter((file) => LONG.test(file)), ...tests.filter((file) => !LONG.test(file))];
}
