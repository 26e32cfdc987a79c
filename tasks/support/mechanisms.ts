import { Interface, keccak256 } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { OwnMechanism } from "../../deploy/modules/Mechanism";
import type { ModuleDeployer } from "../../scripts/chain/moduleDeployer";
import { InputError } from "../../scripts/core/errors";
import { ContractRefusal, refusalOf } from "../../scripts/chain/refusal";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { GivenMechanism } from "./ownMechanism";

export type { GivenMechanism } from "./ownMechanism";

/**
 * A mechanism of one's own as a feeder's module takes it: deployed where it is not there yet, and tried.
 *
 * @throws InputError with what it answers wrongly
 */
export async function deployedMechanism(
  hre: HardhatRuntimeEnvironment,
  deployer: ModuleDeployer,
  mechanism: GivenMechanism,
  overrides: Partial<DeploymentParameters>,
): Promise<OwnMechanism> {
  const { ownMechanismModule } = await import("../../deploy/modules/Mechanism");
  const { MechanismRefusal, tryMechanism } = await import("../../scripts/chain/mechanismTrial");
  const { withDefaults } = await import("../../scripts/core/parameters");
  const at =
    mechanism.kind === "standing"
      ? { address: mechanism.address }
      : { contract: mechanism.fullName, codeHash: keccak256(mechanism.bytecode) };
  const own: OwnMechanism = { label: mechanism.label, at };
  const { mechanism: address } = await deployer.deploy(ownMechanismModule(own));
  const abi = mechanism.kind === "compiled" ? mechanism.abi : undefined;
  try {
    await tryMechanism({ address: address!, abi }, withDefaults(overrides), hre.ethers.provider);
  } catch (error) {
    throw error instanceof MechanismRefusal ? new InputError("--mechanism", error.message) : error;
  }
  return own;
}

/** The reason of a market that is refused for its mechanism's sake; any other error as it is. */
export function mechanismError(error: unknown, mechanism: GivenMechanism): unknown {
  const { label } = mechanism;
  const refuses = (why: string) => new InputError("--mechanism", `accepts() of ${label} refuses the market: ${why}`);
  if (!(error instanceof ContractRefusal)) {
    const own = mechanism.kind === "compiled" ? refusalOf(error, [new Interface(mechanism.abi)]) : undefined;
    if (own !== undefined) return refuses(own.message);
    const reason = /reverted with (reason string .+)/.exec(error instanceof Error ? error.message : "")?.[1];
    return reason === undefined ? error : refuses(reason);
  }
  const { error: name, details, message } = error;
  if (name === "InvalidParameter" && details["name"] === "mechanism") {
    return new InputError("--mechanism", `accepts() of ${label} answers something else than its own selector`);
  }
  if (name === "CreationFailed") return refuses("it reverts without a reason");
  return name === "UnsuitableMarket" ? refuses(message) : error;
}
