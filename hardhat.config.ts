import "@nomicfoundation/hardhat-toolbox";
import "./tasks";

import { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } from "hardhat/builtin-tasks/task-names";
import { type HardhatUserConfig, subtask, vars } from "hardhat/config";

/**
 * The compiler comes from npm, pinned by the lock file's hash, so that neither a clone behind a firewall nor CI
 * depends on a download that Hardhat would make by itself.
 */
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, (args: { solcVersion: string }) => {
  const { version, long } = { version: "0.8.30", long: "0.8.30+commit.73712a01" };
  if (args.solcVersion !== version)
    throw new Error(`This project compiles with solc ${version}, not ${args.solcVersion}`);
  return Promise.resolve({
    compilerPath: require.resolve("solc/soljson.js"),
    isSolcJs: true,
    version,
    longVersion: long,
  });
});

const config: HardhatUserConfig = {
  solidity: {
    version: "0.8.30",
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
