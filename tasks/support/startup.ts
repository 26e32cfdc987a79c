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
