import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type {
  NamedArtifactContractAtFuture,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";

import { MECHANISM_CONTRACTS } from "../../scripts/chain/mechanisms";
import type { NamedMatching } from "../../scripts/core/matching";

/** A rule's mechanism: one contract for all markets of a network that are matched by it. */
export function mechanismModule(matching: NamedMatching) {
  const contract = MECHANISM_CONTRACTS[matching];
  return buildModule(`Mechanism_${matching}`, (m) => ({
    mechanism: m.contract(`contracts/mechanisms/${contract}.sol:${contract}`, [], { id: contract }),
  }));
}

/** A mechanism that does not come along. */
export interface OwnMechanism {
  /** Name that deployments know it by: its contract's. */
  label: string;
  /** A contract to deploy, by its full name, with a hash of its code; or one that stands. */
  at: { contract: string; codeHash: string } | { address: string };
}

/** A mechanism of one's own: deployed once for each code of it, or taken where it stands. */
export function ownMechanismModule({ label, at }: OwnMechanism) {
  return buildModule(`Mechanism_own_${"address" in at ? at.address : at.codeHash.slice(2, 18)}`, (m) => {
    const mechanism: NamedArtifactContractAtFuture<string> | NamedArtifactContractDeploymentFuture<string> =
      "address" in at
        ? m.contractAt("contracts/interfaces/IMechanism.sol:IMechanism", at.address, { id: label })
        : m.contract(at.contract, [], { id: label });
    return { mechanism };
  });
}
