import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The 6-decimal test token with a faucet, for local and test networks. */
export default buildModule("Token", (m) => ({
  token: m.contract("contracts/test/TestToken.sol:TestToken", [6], { id: "TestToken" }),
}));
