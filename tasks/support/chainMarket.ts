import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ChainPortOptions } from "../../scripts/chain/chainPort";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { InputError } from "../../scripts/core/errors";
import type { MarketPort } from "../../scripts/core/ports";
import type { GivenMechanism } from "./mechanisms";
import { clockOf, deployEssentials, deployFeeders, namedAccount, transactorOf } from "./network";

/** Deposit that each pile of a simulation trades with, money units. */
export const PILE_BALANCE = 1_000_000_000_000n;

/**
 * Every simulated day begins after this moment, 1 January 2040: a frame's number is in what piles sign and in what the
 * chain stores, and what its zero bytes save of gas must not depend on the day on which somebody simulates.
 */
const BEGINS_AT = Date.UTC(2040, 0, 1) / 1000;

/** Whether a market needs no more than {@link deployEssentials} deploys: no plans compete in it, and its rule is one that comes along. */
export function standsAlone({ settlement }: Partial<DeploymentParameters>, hasOwnMechanism: boolean): boolean {
  return settlement !== "benefit" && !hasOwnMechanism;
}

/** A market of its own for a simulated day on the in-process chain. @throws InputError on any other network */
export async function openChainMarket(
  hre: HardhatRuntimeEnvironment,
  rules: Partial<DeploymentParameters>,
  seed: number,
  feeder: string,
  mechanism?: GivenMechanism,
): Promise<MarketPort> {
  const { ChainPort } = await import("../../scripts/chain/chainPort");
  return new ChainPort(await chainPortOptions(hre, rules, seed, feeder, mechanism));
}

/** Parts of the port of a simulated day's own market. @throws InputError on any network but the in-process chain */
export async function chainPortOptions(
  hre: HardhatRuntimeEnvironment,
  rules: Partial<DeploymentParameters>,
  seed: number,
  feeder: string,
  mechanism?: GivenMechanism,
): Promise<ChainPortOptions> {
  if (hre.network.name !== "hardhat") {
    throw new InputError(
      `network ${hre.network.name}`,
      "a simulated day runs on the in-process chain; leave out --network",
    );
  }
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  const { simulatedPileKey } = await import("../../scripts/chain/pileKeys");
  const market = standsAlone(rules, mechanism !== undefined)
    ? await deployEssentials(hre, feeder, rules)
    : (await deployFeeders(hre, [feeder], rules, undefined, {}, mechanism))[0]!.market;
  const clock = await clockOf(hre);
  await clock.reach(BEGINS_AT);
  return {
    client: await MarketClient.connect(market, hre.ethers.provider),
    clock,
    sender: await transactorOf(hre, "0"),
    keyOf: (pile) => simulatedPileKey(seed, feeder, pile),
    pileBalance: PILE_BALANCE,
    proposerOf: async (name) => namedAccount(hre, `${feeder} ${name}`),
  };
}
