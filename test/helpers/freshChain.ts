import { reset } from "@nomicfoundation/hardhat-network-helpers";
import { config } from "hardhat";

import { TESTS_BEGIN } from "../../tasks/support/testsBegin";

// A process that runs files beside others has an environment of its own, which the task does not reach.
config.networks.hardhat.initialDate = TESTS_BEGIN;

/** Each subject gets a chain of its own: no file pays for another's, nor keeps it in memory. */
export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    for (const subject of this.test!.parent!.suites) subject.afterAll("a fresh chain", () => reset());
  },
};
