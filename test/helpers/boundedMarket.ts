import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { contractParameters, type MarketSurroundings } from "../../scripts/chain/contractParameters";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import type { MarketFactory } from "../../typechain-types";

interface Surroundings {
  factory: MarketFactory;
  addresses: MarketSurroundings<string>;
}

let deployed: Promise<Surroundings> | undefined;

/** Whether the factory would create a market with these parameters; nothing is created. */
export async function wouldOpenMarket(overrides: Partial<DeploymentParameters>): Promise<boolean> {
  const { factory, addresses } = await (deployed ??= deploy());
  const parameters = contractParameters(withDefaults(overrides), addresses, ethers.ZeroAddress);
  try {
    await factory.createMarket.staticCall(ethers.encodeBytes32String("another"), parameters);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    // Refused by the contract, or too large for the field's type.
    if (code === "CALL_EXCEPTION" || code === "INVALID_ARGUMENT") return false;
    if (/InvalidParameter|revert/.test((error as Error).message)) return false;
    throw error;
  }
}

async function deploy(): Promise<Surroundings> {
  const { factory, token, rounds, delivery } = await hre.ignition.deploy(feederModule("bounds"));
  const [signer] = await ethers.getSigners();
  const admin = signer!.address;
  const people = { admin, gridOperator: admin, registrar: admin, guardian: admin };
  const [tokenAt, roundsAt, deliveryAt] = await Promise.all([token, rounds, delivery].map((one) => one.getAddress()));
  return {
    factory: factory as unknown as MarketFactory,
    addresses: { ...people, token: tokenAt!, rounds: roundsAt!, delivery: deliveryAt! },
  };
}
