import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { RecordGas } from "../scripts/quality/gas/recordBench";
import { InputError } from "../scripts/core/errors";
import { readText, writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { compileAll } from "./support/network";
import { chainWithoutPrecompile } from "./support/olderChain";
import { grouped, printTable, toJsonText } from "./support/output";

interface Arguments {
  check: boolean;
  update: boolean;
  json: boolean;
}

const SNAPSHOT = "test/gas/records.json";
/** How far gas may move before somebody must look: signatures differ from run to run. */
const TOLERANCE = 0.04;

task(
  "report:records",
  "Measures the gas of checking and reading meters' records, with the P-256 precompile and without",
)
  .addFlag("check", `compare with ${SNAPSHOT}`)
  .addFlag("update", `rewrite ${SNAPSHOT}`)
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async ({ check, update, json }: Arguments, hre) => {
      await compileAll(hre);
      const measured = await recordFigures(hre);
      if (json) console.log(toJsonText(measured));
      else
        printTable(
          ["operation", "gas"],
          measured.map(({ operation, gas }) => [operation, grouped(Math.round(gas))]),
        );
      const figures = Object.fromEntries(measured.map(({ operation, gas }) => [operation, Math.round(gas)]));
      if (update) await writeText("update", SNAPSHOT, `${JSON.stringify(figures, null, 2)}\n`);
      if (!check) return;
      const moved = recordDrifts(JSON.parse(await readText("check", SNAPSHOT)) as Record<string, number>, measured);
      if (moved.length > 0) throw new InputError(SNAPSHOT, `${moved.join("; ")}; \`--update\` where that is meant`);
    }),
  );

/** Figures on the chain of today and on one without the precompile. */
export async function recordFigures(hre: HardhatRuntimeEnvironment): Promise<RecordGas[]> {
  const { recordGas } = await import("../scripts/quality/gas/recordBench");
  const verifier = await hre.artifacts.readArtifact("OcmfVerifier");
  const [signer] = await hre.ethers.getSigners();
  return [
    ...(await recordGas(signer!, verifier, "with the precompile", ["secp256r1", "secp256k1"])),
    ...(await recordGas(await chainWithoutPrecompile(hre), verifier, "without it", ["secp256r1"])),
  ];
}

/** How figures differ from the snapshot's. */
export function recordDrifts(committed: Readonly<Record<string, number>>, measured: readonly RecordGas[]): string[] {
  return measured.flatMap(({ operation, gas }) => {
    const before = committed[operation];
    if (before !== undefined && Math.abs(gas - before) <= TOLERANCE * before) return [];
    return [`${operation}: ${Math.round(gas)} gas, ${before === undefined ? "not in it" : `${before} in it`}`];
  });
}
