/** Commands that read files, or talk to markets that are there: they start in less time without Ignition. */
const WITHOUT_IGNITION =
  /^((chain|data|frame|meter|operator|order|pile|round):[a-z-]+|market:(book|events|explain|history|verify)|simulate:compare)$/;

/** Whether a command may deploy by Ignition. @param argv the process's; workers of tests name no command */
export function deploysInProcess(argv: readonly string[]): boolean {
  return !argv.slice(2).some((word) => WITHOUT_IGNITION.test(word));
}
