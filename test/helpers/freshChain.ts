import { reset } from "@nomicfoundation/hardhat-network-helpers";
import { config } from "hardhat";

/**
 * Every chain of the tests begins at this moment, in the first second of a half-hour: with the clock on the wall, a run
 * would now and then meet a gate that closes, and numbers of frames, which hashes depend on, would change from day to day.
 */
config.networks.hardhat.initialDate = "2026-01-05T00:00:00Z";

/** Where files run side by side, each gets a chain of its own: no file pays for another's, nor keeps it in memory. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await reset();
  },
};
