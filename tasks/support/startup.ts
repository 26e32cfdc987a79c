/** Commands that read files, or talk to markets that are there: they start in less time without Ignition. */
const WITHOUT_IGNITION =
  /^((chain|data|frame|meter|operator|order|pile|round):[a-z-]+|market:(book|events|explain|history|verify))$/;

/** Whether a command may deploy by Ignition. @param argv the process's; workers of tests name no command */
export function deploysInProcess(argv: readonly string[]): boolean {
  const words = argv.slice(2);
  // A comparison of models, unless it is to run on a chain.
  if (words.includes("simulate:compare")) return words.some((word) => word === "chain" || word === "--mechanism");
  return !words.some((word) => WITHOUT_IGNITION.test(word));
}

/** The project's own command that a command line names, undefined where it is one of Hardhat's. */
export function ownCommand(words: readonly string[]): string | undefined {
  return words.find((word) => /^[a-z]+:[a-z-]+$/.test(word) || word === "lesson");
}

/**
 * Whether the in-process chain tells an unexpected failure by its lines of Solidity, for which it reads all that was
 * compiled, for a second or more. The project's commands say a contract's refusal in words instead, and tests that run
 * side by side do without: the one that fails is run by itself. @param argv the process's
 */
export function tellsLines(argv: readonly string[]): boolean {
  const isWorkerOfTests = /[\\/]mocha[\\/]/.test(argv[1] ?? "");
  const words = argv.slice(2);
  return !isWorkerOfTests && !words.includes("--parallel") && ownCommand(words) === undefined;
}
