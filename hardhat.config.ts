// The plugins of hardhat-toolbox but for the gas reporter, which loads a second client library into every command. What
// tests alone use is loaded by mocha, and what deploys in process where a command does.
import "@nomicfoundation/hardhat-ethers";
import "@typechain/hardhat";
import "./tasks/support/plugins";
import "./tasks";

import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

import type { HardhatUserConfig } from "hardhat/config";
import type {} from "@nomicfoundation/hardhat-chai-matchers";
import type {} from "@nomicfoundation/hardhat-ignition-ethers";
import type {} from "@nomicfoundation/hardhat-verify";
import type {} from "hardhat-gas-reporter";

import { nodeSettings } from "./tasks/support/nodeSettings";

/** `npm run gas`: every call of the tests by contract and method, for auditors. */
const GAS_REPORT = process.env["ADBEV_GAS_REPORT"] === "1";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- plugins register while the configuration loads
if (GAS_REPORT) require("@nomicfoundation/hardhat-toolbox");

const solidity = {
  version: "0.8.37",
  settings: {
    // Hardhat would choose paris; transient storage and mcopy need cancun, which every live network has.
    evmVersion: "cancun",
    viaIR: true,
    optimizer: { enabled: true, runs: 20 },
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["storageLayout"] } },
  },
};

/** Contracts that only tests deploy: they compile twice as fast without the IR. */
const withoutIR = { ...solidity, settings: { ...solidity.settings, viaIR: false } };

/** Reports count the gas of these, so they compile as products do. */
const MEASURED_IN_REPORTS = ["TestToken.sol", "FloorHarness.sol"];

const testContracts = readdirSync(`${__dirname}/contracts/test`).filter((file) => !MEASURED_IN_REPORTS.includes(file));

const config: HardhatUserConfig = {
  solidity: {
    compilers: [solidity],
    overrides: Object.fromEntries(testContracts.map((file) => [`contracts/test/${file}`, withoutIR])),
  },
  networks: {
    // Blocks of the in-process chain may share a second, so that a busy frame does not run into its window. A price of
    // its own saves two requests for each transaction, wei.
    hardhat: { allowBlocksWithSameTimestamp: true, gasPrice: 10_000_000_000 },
    // Any EVM network: `npx hardhat vars set ADBEV_RPC_URL`, then ADBEV_MNEMONIC or ADBEV_PRIVATE_KEY. ADBEV_GAS_PRICE,
    // wei, decides what is offered for gas; 0 where gas is free.
    testnet: nodeSettings(),
  },
  gasReporter: {
    enabled: GAS_REPORT,
    offline: true,
    reportFormat: "markdown",
    outputFile: "docs/gas-reporter.md",
    noColors: true,
    showMethodSig: true,
    excludeContracts: ["test/"],
  },
  // `npm test` runs as many files side by side as there are cores; mocha by itself would leave one idle.
  mocha: {
    jobs: availableParallelism(),
    require: ["hardhat/register", "@nomicfoundation/hardhat-chai-matchers", "./test/helpers/freshChain.ts"],
  },
  paths: { ignition: "./deploy" },

  typechain: { outDir: "typechain-types", target: "ethers-v6" },
};

export default config;
