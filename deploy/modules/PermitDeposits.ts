import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Deposits that somebody else submits: one contract for all markets of a network. */
export default buildModule("PermitDeposits", (m) => ({
  deposits: m.contract("contracts/periphery/PermitDeposits.sol:PermitDeposits", [], { id: "PermitDeposits" }),
}));
