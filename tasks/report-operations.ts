import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import pc from "picocolors";

import { guarded } from "./support/guarded";
import { prettified, readText, writeText } from "./support/files";
import { clockOf, compileAll, transactorOf } from "./support/network";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import type { BenchResult } from "../scripts/quality/gas/bench";

interface Arguments {
  quick: boolean;
  json: boolean;
  check: boolean;
  update: boolean;
  write: boolean;
}

/** Books to clear, orders. */
const SIZES = [10, 24, 50, 100, 250, 500];
const QUICK_SIZES = [50];
const SNAPSHOT = "test/gas/snapshot.json";
const DOCUMENT = "docs/gas.md";
const SEED = 1;

task("report:operations", "Measures the gas of every operation of the market beside what the EVM charges at least")
  .addFlag("quick", "books of 50 and 100 orders only")
  .addFlag("check", `compare with ${SNAPSHOT} and the limit on contract sizes; quick`)
  .addFlag("update", `rewrite ${SNAPSHOT}; quick`)
  .addFlag("write", `rewrite ${DOCUMENT}`)
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async ({ quick, json, check, update, write }: Arguments, hre) => {
      await compileAll(hre);
      const result = await bench(hre, quick || check || update);
      if (check || update) {
        await snapshot(hre, result, update);
        return;
      }
      if (json) console.log(toJsonText(result));
      else await print(result);
      if (write) {
        const { operationsMarkdown } = await import("../scripts/reports/operations/markdown");
        await writeText("write", DOCUMENT, await prettified(operationsMarkdown(result, await codeSizes(hre))));
      }
    }),
  );

/** Runs the bench on a market of its own. */
export async function bench(hre: HardhatRuntimeEnvironment, quick: boolean): Promise<BenchResult> {
  const { runBench } = await import("../scripts/quality/gas/bench");
  const { MarketClient } = await import("../scripts/chain/marketClient");
  const { ERROR_INTERFACES } = await import("../scripts/chain/interfaces");
  const { UnlockedTransactor } = await import("../scripts/chain/transactor");
  const { feederModule } = await import("../deploy/modules/Feeder");
  const provider = hre.network.provider;
  const { market, factory } = await hre.ignition.deploy(feederModule("bench", { pileCap: quick ? 512 : 1024 }), {
    displayUi: false,
  });
  const setting = {
    client: await MarketClient.connect(await market.getAddress(), hre.ethers.provider),
    clock: await clockOf(hre),
    provider,
    rpc: hre.ethers.provider,
    sender: await transactorOf(hre, "0"),
    factory: await factory.getAddress(),
    accountAt: async (address: string) => {
      await provider.send("hardhat_impersonateAccount", [address]);
      await provider.send("hardhat_setBalance", [address, "0x21e19e0c9bab2400000"]);
      return new UnlockedTransactor(provider, address, ERROR_INTERFACES);
    },
  };
  const { ROUND_BENCH_PARAMETERS } = await import("../scripts/quality/gas/roundBench");
  const { market: rounds } = await hre.ignition.deploy(feederModule("bench_rounds", ROUND_BENCH_PARAMETERS), {
    displayUi: false,
  });
  const benefit = await MarketClient.connect(await rounds.getAddress(), hre.ethers.provider);
  const { CLAIM_BENCH_PARAMETERS } = await import("../scripts/quality/gas/claimBench");
  const { market: paying } = await hre.ignition.deploy(feederModule("bench_claims", CLAIM_BENCH_PARAMETERS), {
    displayUi: false,
  });
  const keepers = await MarketClient.connect(await paying.getAddress(), hre.ethers.provider);
  return runBench(setting, benefit, keepers, quick ? QUICK_SIZES : SIZES, SEED);
}

/** Bytes of code of every contract that is deployed for real. */
export async function codeSizes(hre: HardhatRuntimeEnvironment): Promise<Record<string, number>> {
  const names = await hre.artifacts.getAllFullyQualifiedNames();
  const sizes: Record<string, number> = {};
  for (const name of names.filter((full) => full.startsWith("contracts/") && !full.startsWith("contracts/test/"))) {
    const { contractName, deployedBytecode } = await hre.artifacts.readArtifact(name);
    const bytes = (deployedBytecode.length - 2) / 2;
    // Interfaces and abstract contracts have none, libraries of internal functions next to none.
    if (bytes > 100) sizes[contractName] = bytes;
  }
  return sizes;
}

async function snapshot(hre: HardhatRuntimeEnvironment, result: BenchResult, update: boolean): Promise<void> {
  const { compareSnapshots, parseSnapshot, takeSnapshot, CODE_SIZE_LIMIT } =
    await import("../scripts/quality/gas/snapshot");
  const now = takeSnapshot(result, await codeSizes(hre));
  if (update) {
    await writeText("update", SNAPSHOT, `${JSON.stringify(now, null, 2)}\n`);
    console.log(`${SNAPSHOT} holds ${Object.keys(now.gas).length} operations`);
    return;
  }
  const drifts = compareSnapshots(parseSnapshot(await readText("check", SNAPSHOT), SNAPSHOT), now);
  if (drifts.length === 0) {
    const largest = Math.max(...Object.values(now.codeBytes));
    console.log(
      `${Object.keys(now.gas).length} operations within 1 % of ${SNAPSHOT}; ` +
        `the largest contract has ${grouped(largest)} of at most ${grouped(CODE_SIZE_LIMIT)} bytes`,
    );
    return;
  }
  console.error(`${pc.red("Error:")} gas or code size moved:`);
  for (const { message } of drifts) console.error(`  ${message}`);
  console.error("If that is meant, `npx hardhat report:operations --update` and commit the snapshot with the reason.");
  process.exitCode = 1;
}

async function print(result: BenchResult): Promise<void> {
  const { OPERATION_COLUMNS, operationRow, floorText } = await import("../scripts/reports/operations/rows");
  const { GENERAL_ORDER_BOOK_NOTE } = await import("../scripts/quality/gas/generalOrderBooks");
  printHeading(`Gas by receipts, medians (seed ${result.seed}), beside the least that the EVM charges`);
  printTable(OPERATION_COLUMNS, result.measurements.map(operationRow));
  console.log(`\nFloors were measured by bare programs in the same run. ${GENERAL_ORDER_BOOK_NOTE}`);
  printHeading("What the floors are made of");
  for (const measurement of result.measurements) console.log(`${measurement.operation}: ${floorText(measurement)}`);
  printHeading("Clearing by size of the book");
  printTable(
    ["orders", "book", "gas", "each further order up to twice as many"],
    result.clearing.flatMap(({ book, points, marginals }) =>
      points.map(({ orders, gas }) => {
        const marginal = marginals.find((m) => m.orders === orders);
        return [String(orders), book, grouped(gas), marginal === undefined ? "" : grouped(Math.round(marginal.gas))];
      }),
    ),
  );
}
