import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { type LayoutRow, layoutMarkdown, layoutRows, type StorageLayout } from "../scripts/quality/audit/storageLayout";
import { prettified, writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { compileAll } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";

const DOCUMENT = "docs/storage-layout.md";
/** Contracts that are deployed for markets. */
const DEPLOYED = ["Market", "BenefitRounds", "Delivery", "MarketFactory", "MarketLens", "StoredCode"];

task("audit:layout", "Prints what the contracts keep in which storage slot")
  .addFlag("write", `rewrite ${DOCUMENT}`)
  .addFlag("json", "print the layouts as JSON and nothing else")
  .setAction(
    guarded(async ({ write, json }: { write: boolean; json: boolean }, hre) => {
      await compileAll(hre);
      const layouts = await readLayouts(hre);
      if (json) console.log(toJsonText(Object.fromEntries(layouts)));
      else for (const [contract, rows] of layouts) print(contract, rows);
      if (write) await writeText("write", DOCUMENT, await layoutDocument(hre));
    }),
  );

/** The text of the committed document, from the compiled contracts. */
export async function layoutDocument(hre: HardhatRuntimeEnvironment): Promise<string> {
  return prettified(layoutMarkdown(await readLayouts(hre)));
}

async function readLayouts(hre: HardhatRuntimeEnvironment): Promise<Map<string, LayoutRow[]>> {
  const layouts = new Map<string, LayoutRow[]>();
  for (const contract of DEPLOYED) {
    const { sourceName } = await hre.artifacts.readArtifact(contract);
    const info = await hre.artifacts.getBuildInfo(`${sourceName}:${contract}`);
    const output = info?.output.contracts[sourceName]?.[contract] as { storageLayout: StorageLayout } | undefined;
    if (output === undefined) throw new Error(`the build of ${contract} has no storage layout`);
    layouts.set(contract, layoutRows(output.storageLayout));
  }
  return layouts;
}

function print(contract: string, rows: readonly LayoutRow[]): void {
  printHeading(contract);
  if (rows.length === 0) console.log("Stores nothing.");
  else {
    printTable(
      ["slot", "byte", "bytes", "type", "variable"],
      rows.map((row) => [String(row.slot), String(row.offsetBytes), String(row.sizeBytes), row.type, row.variable]),
    );
  }
}
