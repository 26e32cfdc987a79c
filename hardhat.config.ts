import "@nomicfoundation/hardhat-toolbox";
import "./tasks";

import { type HardhatUserConfig, vars } from "hardhat/config";

/** A price of gas from the settings, wei; what the node asks where there is none. */
function gasPriceSetting(): number | "auto" {
  const text = vars.get("ADBEV_GAS_PRICE", "auto");
  if (text === "auto" || /^\d{1,15}$/.test(text)) return text === "auto" ? text : Number(text);
  throw new Error(`ADBEV_GAS_PRICE: expected a whole number of wei, or auto, found "${text}"`);
}

const config: HardhatUserConfig = {
  solidity: {
    version: "0.8.37",
    settings: {
      // Hardhat would choose paris; transient storage and mcopy need cancun, which every live network has.
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none" },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
  networks: {
    // Blocks of the in-process chain may share a second, so that a busy frame does not run into its window.
    hardhat: { allowBlocksWithSameTimestamp: true },
    // Any EVM network: `npx hardhat vars set ADBEV_RPC_URL`, then ADBEV_MNEMONIC or ADBEV_PRIVATE_KEY. ADBEV_GAS_PRICE,
    // wei, decides what is offered for gas; 0 where gas is free.
    testnet: {
      url: vars.get("ADBEV_RPC_URL", "http://127.0.0.1:8545"),
      accounts: vars.has("ADBEV_MNEMONIC")
        ? { mnemonic: vars.get("ADBEV_MNEMONIC") }
        : vars.has("ADBEV_PRIVATE_KEY")
          ? [vars.get("ADBEV_PRIVATE_KEY")]
          : [],
      gasPrice: gasPriceSetting(),
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
