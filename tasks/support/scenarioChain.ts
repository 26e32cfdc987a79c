import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ReplayChain } from "../../scripts/chain/replayOnChain";
import { InputError } from "../../scripts/core/errors";
import type { Scenario } from "../../scripts/scenario/scenario";
import {
  clockOf,
  deployFeeders,
  type FeederAddresses,
  namedAccount,
  requireDevelopmentChain,
  transactorOf,
} from "./network";

/**
 * Deploys a market with a scenario's parameters for it to be played on, each pile with an account of its own.
 *
 * @throws InputError where the network is no development chain
 */
export async function deployForScenario(
  hre: HardhatRuntimeEnvironment,
  scenario: Scenario,
  feeder: string,
): Promise<{ chain: ReplayChain; addresses: FeederAddresses }> {
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  // Its piles' accounts are nobody's, and its time is set.
  await requireDevelopmentChain(hre, "a scenario can be played");
  const { accounts } = hre.network.config;
  if (hre.network.name !== "hardhat" && accounts !== "remote") {
    throw new InputError(
      `network ${hre.network.name}`,
      "a scenario's piles are accounts that only the node signs for, and this network has keys of its own; " +
        "use --network localhost",
    );
  }
  const pileCap = Math.max(scenario.piles.length, 1);
  // A node keeps its markets: each replay has one of its own.
  const name = hre.network.name === "hardhat" ? feeder : `${feeder}_${Date.now().toString(36)}`;
  const [addresses] = await deployFeeders(hre, [name], { ...scenario.market, pileCap });
  const chain = {
    client: await MarketClient.connect(addresses!.market, hre.ethers.provider),
    clock: await clockOf(hre),
    sender: await transactorOf(hre, "0"),
    accountOf: (pile: string) => namedAccount(hre, pile),
  };
  return { chain, addresses: addresses! };
}
