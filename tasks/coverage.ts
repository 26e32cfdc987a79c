import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { TASK_CLEAN } from "hardhat/builtin-tasks/task-names";
import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import pc from "picocolors";

import { guarded } from "./support/guarded";
import { readText } from "./support/files";
import { TESTS_BEGIN } from "./support/testsBegin";

interface Arguments {
  testfiles?: string;
  [option: string]: unknown;
}

/**
 * Tests that together reach every contract. Those about gas and code size mean nothing of instrumented contracts, random
 * days, random records and long lists to sort take long there and reach nothing that the others do not.
 */
const TEST_FILES = `{${[
  "test/unit/contracts/**/!(*.random|MergeSort|foreignRecords).test.ts",
  "test/findings/*.test.ts",
  "test/attacks/!(gas-grief|lowest-hash-grinding|sybil*).test.ts",
].join(",")}}`;
const MEASURED = join("coverage", "coverage-final.json");

// solidity-coverage's own task, from a clean tree to a clean tree: what is left of another compilation loses hits, and
// what coverage leaves are instrumented contracts. With `--testfiles` it measures those and cleans nothing: quick while
// tests are written, wrong as soon as a contract changes.
task("coverage").setAction(
  guarded(async (args: Arguments, hre, runSuper) => {
    // Instrumented calls need more gas than the cap on a transaction that came with Osaka.
    hre.config.networks.hardhat.hardfork = "prague";
    hre.config.networks.hardhat.initialDate = TESTS_BEGIN;
    // The precompile that came with it, too: in Solidity a meter's signature takes a hundred thousand steps to check.
    hre.config.networks.hardhat.enableRip7212 = true;
    // Seconds instead of minutes: instrumented functions are the IR optimizer's worst case.
    for (const { settings } of hre.config.solidity.compilers) (settings as { viaIR: boolean }).viaIR = false;
    hre.config.solidity.overrides = {};
    if ((args.testfiles ?? "") !== "") {
      await runSuper(args);
      return;
    }
    await hre.run(TASK_CLEAN);
    try {
      await runSuper({ ...args, testfiles: TEST_FILES });
    } finally {
      await hre.run(TASK_CLEAN);
    }
    await check(hre);
  }),
);

/** Says what tests do not reach and fails the command, unless every gap is accepted. */
async function check(hre: HardhatRuntimeEnvironment): Promise<void> {
  const { readCoverage } = await import("../scripts/quality/coverage/measured");
  const { coverageFaults } = await import("../scripts/quality/coverage/check");
  const { ACCEPTED_GAPS } = await import("../scripts/quality/coverage/acceptedGaps");
  const { root } = hre.config.paths;
  const files = readCoverage(await readText("coverage", join(root, MEASURED)), MEASURED, (file) =>
    readFileSync(join(root, file), "utf8"),
  );
  const faults = coverageFaults(files, await contractsOf(root), ACCEPTED_GAPS);
  if (faults.length === 0) {
    console.log(`${files.length} contracts reached as they should be; ${ACCEPTED_GAPS.length} accepted gaps`);
    return;
  }
  console.error(`${pc.red("Error:")} tests do not reach every contract:`);
  for (const fault of faults) console.error(`  ${fault}`);
  console.error("A gap that no test can close belongs into scripts/quality/coverage/acceptedGaps.ts, with its reason.");
  process.exitCode = 1;
}

/** Files of the contracts that are measured: all but those that only tests deploy (`.solcover.js`). */
async function contractsOf(root: string): Promise<string[]> {
  const names = await readdir(join(root, "contracts"), { recursive: true });
  return names
    .filter((name) => name.endsWith(".sol") && !name.startsWith("test/"))
    .map((name) => `contracts/${name}`)
    .sort();
}
