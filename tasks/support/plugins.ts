import { deploysInProcess } from "./startup";

/* eslint-disable @typescript-eslint/no-require-imports -- plugins register while the configuration loads */
if (deploysInProcess(process.argv)) {
  require("@nomicfoundation/hardhat-ignition-ethers");
  require("@nomicfoundation/hardhat-verify");
  require("solidity-coverage");
}
