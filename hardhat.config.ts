import "@nomicfoundation/hardhat-toolbox";
import "./tasks";

import { type HardhatUserConfig, vars } from "hardhat/config";

const config: HardhatUserConfig = {
  solidity: {
    version: "0.8.37",
    settings: {
      // Hardhat would choose paris; transient storage and mcopy need cancun, which every live network has.
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 60 },
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
  networks: {
    // Blocks of the in-process chain may share a second, so that a busy frame does not run into its window.
    hardhat: { allowBlocksWithSameTimestamp: true },
    // Any EVM network: `npx hardhat vars set ADBEV_RPC_URL`, then ADBEV_MNEMONIC or ADBEV_PRIVATE_KEY.
    testnet: {
      url: vars.get("ADBEV_RPC_URL", "http://127.0.0.1:8545"),
      accounts: vars.has("ADBEV_MNEMONIC")
        ? { mnemonic: vars.get("ADBEV_MNEMONIC") }
        : vars.has("ADBEV_PRIVATE_KEY")
          ? [vars.get("ADBEV_PRIVATE_KEY")]
          : [],
    },
  },
  // `npm run gas`: every call of the tests by contract and method, for auditors; nothing is fetched.
  gasReporter: {
    enabled: process.env["ADBEV_GAS_REPORT"] === "1",
    offline: true,
    reportFormat: "markdown",
    outputFile: "docs/gas-reporter.md",
    noColors: true,
    showMethodSig: true,
    excludeContracts: ["mocks/"],
  },
  paths: { ignition: "./deploy" },

  typechain: { outDir: "typechain-types", target: "ethers-v6" },
};

export default config;
