import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The benchmark of [T 4.4.3]: one contract for every run on a network. */
export default buildModule("GeneticScheduler", (m) => ({ scheduler: m.contract("GeneticScheduler") }));
