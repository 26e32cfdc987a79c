import hre from "hardhat";

import { cases } from "./cases";

/** Whether `npm run coverage` runs the tests, on contracts that say where they have been and take fifty times as long. */
const INSTRUMENTED = (hre as { __SOLIDITY_COVERAGE_RUNNING?: boolean }).__SOLIDITY_COVERAGE_RUNNING === true;

/**
 * Skips what a test or a `before` hook belongs to on instrumented contracts: what they need of gas, code, memory and time
 * says nothing about the market's.
 */
export function skipWhereInstrumented(context: Mocha.Context): void {
  if (INSTRUMENTED) context.skip();
}

/** How many random cases to try: a tenth in a quick run, and on instrumented contracts, which only want to be reached, fewer. */
export function runs(all: number): number {
  return INSTRUMENTED ? Math.ceil(all / 25) : cases(all);
}
