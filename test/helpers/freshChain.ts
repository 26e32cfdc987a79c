import { reset } from "@nomicfoundation/hardhat-network-helpers";

/** Where files run side by side, each gets a chain of its own: no file pays for another's, nor keeps it in memory. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await reset();
  },
};
