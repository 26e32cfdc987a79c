import { reset } from "@nomicfoundation/hardhat-network-helpers";
import { config } from "hardhat";

import { TESTS_BEGIN } from "../../tasks/test";

// A process that runs files beside others has an environment of its own, which the task does not reach.
config.networks.hardhat.initialDate = TESTS_BEGIN;

/** Where files run side by side, each gets a chain of its own: no file pays for another's, nor keeps it in memory. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await reset();
  },
};
