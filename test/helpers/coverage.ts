import hre from "hardhat";

/**
 * Skips what a test or a `before` hook belongs to where `npm run coverage` runs it: what its instrumented contracts need
 * of gas, code and memory says nothing about the market's.
 */
export function skipWhereInstrumented(context: Mocha.Context): void {
  if ((hre as { __SOLIDITY_COVERAGE_RUNNING?: boolean }).__SOLIDITY_COVERAGE_RUNNING === true) context.skip();
}
