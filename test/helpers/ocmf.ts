import { ContractFactory, type Signer } from "ethers";
import hre, { ethers } from "hardhat";

import type { Curve } from "../../scripts/metering/recordText";
import { newMeter, type SigningMeter } from "../../scripts/metering/signRecord";
import type { OcmfVerifier } from "../../typechain-types";

/** A verifier. @param signer on the chain; the in-process one where not given */
export async function deployVerifier(signer?: Signer): Promise<OcmfVerifier> {
  if (signer === undefined) return ethers.deployContract("OcmfVerifier");
  const { abi, bytecode } = await hre.artifacts.readArtifact("OcmfVerifier");
  const contract = await new ContractFactory(abi, bytecode, signer).deploy();
  await contract.waitForDeployment();
  return contract as unknown as OcmfVerifier;
}

/** One meter of each curve. */
export const METERS: Readonly<Record<Curve, SigningMeter>> = {
  secp256r1: newMeter("secp256r1"),
  secp256k1: newMeter("secp256k1", { serialField: "GS", serial: "K1-7", pageKind: "T" }),
};
