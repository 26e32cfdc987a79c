import { join } from "node:path";

import { task } from "hardhat/config";

import { deployedAddresses } from "./support/deployedAddresses";
import { compileAll } from "./support/network";
import { guarded } from "./support/guarded";

/** Contracts that the package describes, by the names of their ABIs. */
const CONTRACTS = {
  marketAbi: "Market",
  deliveryAbi: "Delivery",
  benefitRoundsAbi: "BenefitRounds",
  marketFactoryAbi: "MarketFactory",
  marketLensAbi: "MarketLens",
  ocmfVerifierAbi: "OcmfVerifier",
  permitDepositsAbi: "PermitDeposits",
} as const;

task("package:build", "Writes the npm package into dist/: compiled library, ABIs with types, addresses").setAction(
  guarded(async (_: object, hre) => {
    await compileAll(hre);
    const { buildPackage } = await import("../scripts/library/build");
    const contracts = await Promise.all(
      Object.entries(CONTRACTS).map(async ([constant, name]) => ({
        constant,
        abi: (await hre.artifacts.readArtifact(name)).abi as [],
      })),
    );
    const addresses = await deployedAddresses(join(hre.config.paths.ignition, "deployments"));
    const { root } = hre.config.paths;
    buildPackage(root, join(root, "dist"), contracts, addresses);
    const chains = Object.keys(addresses);
    console.log(
      `dist/: ${contracts.length} ABIs; addresses of ${chains.length === 0 ? "no chain" : `chains ${chains.join(", ")}`}`,
    );
  }),
);
