/** Whether `npm run test:full` runs the tests, which tries all cases; `npm test` tries few, from the same seeds. */
export const ALL_CASES = process.env.ADBEV_TESTS === "all";

/** How many random cases to try. @param few how many of `all` a quick run tries, a tenth by default */
export function cases(all: number, few = Math.ceil(all / 10)): number {
  return ALL_CASES ? all : few;
}

/** Checks what all random cases together must have met; few cases need not meet the rare ones. */
export function whereAllCases(check: () => void): void {
  if (ALL_CASES) check();
}
