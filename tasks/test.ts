import { TASK_TEST } from "hardhat/builtin-tasks/task-names";
import { task } from "hardhat/config";

/**
 * Every chain of the tests begins at this moment, in the first second of a half-hour. By the clock on the wall a run
 * would now and then meet a gate that closes, and numbers of frames, which hashes depend on, would change every day.
 */
export const TESTS_BEGIN = "2026-01-05T00:00:00Z";

task(TASK_TEST).setAction(async (args: unknown, hre, runSuper): Promise<unknown> => {
  hre.config.networks.hardhat.initialDate = TESTS_BEGIN;
  // Where files run side by side each process loads them by mocha's settings; a process alone has them from here.
  await import("@nomicfoundation/hardhat-chai-matchers");
  return (await runSuper(args)) as unknown;
});
