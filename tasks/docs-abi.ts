import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { DocumentedContract, NatSpec } from "../scripts/quality/docs/abiReference";
import { InputError } from "../scripts/core/errors";
import { prettified, readText, writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { compileAll } from "./support/network";

const DOCUMENT = "docs/abi.md";
const CONTRACTS = [
  "contracts/market/Market.sol:Market",
  "contracts/delivery/Delivery.sol:Delivery",
  "contracts/rounds/BenefitRounds.sol:BenefitRounds",
  "contracts/metering/OcmfVerifier.sol:OcmfVerifier",
  "contracts/periphery/MarketFactory.sol:MarketFactory",
  "contracts/periphery/MarketLens.sol:MarketLens",
  "contracts/periphery/PermitDeposits.sol:PermitDeposits",
];

task("docs:abi", `Compares ${DOCUMENT} with what the sources say of the contracts' functions and events`)
  .addFlag("write", "write the document anew (default: compare only)")
  .setAction(
    guarded(async ({ write }: { write: boolean }, hre) => {
      await compileAll(hre);
      const text = await referenceText(hre);
      if (write) {
        await writeText("write", DOCUMENT, text);
      } else if ((await readText("check", DOCUMENT)) !== text) {
        throw new InputError(DOCUMENT, "is not what the sources say; `npx hardhat docs:abi --write`");
      }
      console.log(`${DOCUMENT}: functions and events of ${CONTRACTS.length} contracts`);
    }),
  );

/** The document as it should be. */
export async function referenceText(hre: HardhatRuntimeEnvironment): Promise<string> {
  const { abiReference } = await import("../scripts/quality/docs/abiReference");
  const contracts: DocumentedContract[] = [];
  for (const fullName of CONTRACTS) {
    const [source, name] = fullName.split(":") as [string, string];
    const build = await hre.artifacts.getBuildInfo(fullName);
    const output = build!.output.contracts[source]![name] as unknown as { abi: []; metadata: string };
    const docs = (JSON.parse(output.metadata) as { output: NatSpec }).output;
    contracts.push({ name, abi: output.abi, docs });
  }
  return prettified(abiReference(contracts));
}
