import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { MECHANISM_CONTRACTS } from "../../scripts/chain/mechanisms";
import type { Matching } from "../../scripts/core/matching";

/** A rule's mechanism: one contract for all markets of a network that are matched by it. */
export function mechanismModule(matching: Matching) {
  const contract = MECHANISM_CONTRACTS[matching];
  return buildModule(`Mechanism_${matching}`, (m) => ({
    mechanism: m.contract(`contracts/mechanisms/${contract}.sol:${contract}`, [], { id: contract }),
  }));
}
