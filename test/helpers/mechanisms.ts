import { ethers } from "hardhat";

import { MECHANISM_CONTRACTS } from "../../scripts/chain/mechanisms";
import { type Matching, requireNamed } from "../../scripts/core/matching";

/** Deploys a rule's mechanism. @returns its address */
export async function mechanismFor(matching: Matching): Promise<string> {
  return (await ethers.deployContract(MECHANISM_CONTRACTS[requireNamed(matching)])).getAddress();
}
