import { ethers } from "hardhat";

import { MECHANISM_CONTRACTS } from "../../scripts/chain/mechanisms";
import type { Matching } from "../../scripts/core/matching";

/** Deploys a rule's mechanism. @returns its address */
export async function mechanismFor(matching: Matching): Promise<string> {
  return (await ethers.deployContract(MECHANISM_CONTRACTS[matching])).getAddress();
}
