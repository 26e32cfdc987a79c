import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ReplayChain } from "../../scripts/chain/replayOnChain";
import type { Scenario } from "../../scripts/scenario/scenario";
import { clockOf, deployFeeders, type FeederAddresses, namedAccount, transactorOf } from "./network";

/** Deploys a market with a scenario's parameters for it to be played on, each pile with an account of its own. */
export async function deployForScenario(
  hre: HardhatRuntimeEnvironment,
  scenario: Scenario,
  feeder: string,
): Promise<{ chain: ReplayChain; addresses: FeederAddresses }> {
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  const pileCap = Math.max(scenario.piles.length, 1);
  const [addresses] = await deployFeeders(hre, [feeder], { ...scenario.market, pileCap });
  const chain = {
    client: await MarketClient.connect(addresses!.market, hre.ethers.provider),
    clock: await clockOf(hre),
    sender: await transactorOf(hre, "0"),
    accountOf: (pile: string) => namedAccount(hre, pile),
  };
  return { chain, addresses: addresses! };
}
