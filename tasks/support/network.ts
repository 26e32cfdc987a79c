import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ChainClock } from "../../scripts/chain/clock";
import type { MarketClient } from "../../scripts/chain/marketClient";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { InputError } from "../../scripts/core/errors";
import { deployOnNode, type FeederAddresses, findFeeder, type FirstHolders } from "./deployments";
import { feederName } from "./flags";
import { compileMechanism } from "./installation";
import type { GivenMechanism } from "./mechanisms";
import { noteFrameLength } from "./refusalTimes";

export { namedAccount, transactorOf } from "./accounts";
export { type FeederAddresses, findFeeder } from "./deployments";
export { compileAll, compileForDay, compileQuietly } from "./installation";

/** Deploys the markets of `feeders` (and what they share), or finds those that this network has already. */
export async function deployFeeders(
  hre: HardhatRuntimeEnvironment,
  feeders: readonly string[],
  overrides: Partial<DeploymentParameters> = {},
  tokenAddress?: string,
  holders: FirstHolders = {},
  mechanism?: GivenMechanism,
): Promise<FeederAddresses[]> {
  const { feederModule } = await import("../../deploy/modules/Feeder");
  feeders.forEach(feederName);
  const deployed: FeederAddresses[] = [];
  for (const feeder of feeders) {
    if (hre.network.name !== "hardhat" || mechanism !== undefined) {
      deployed.push(await deployOnNode(hre, { feeder, overrides, tokenAddress, holders, mechanism }));
      continue;
    }
    await compileMechanism(hre, overrides.matching);
    const { market, lens, token } = await hre.ignition.deploy(feederModule(feeder, overrides, tokenAddress), {
      displayUi: false,
      parameters: { [`Feeder_${feeder}`]: { ...holders } },
    });
    deployed.push({
      market: await market.getAddress(),
      lens: await lens.getAddress(),
      token: await token.getAddress(),
    });
  }
  return deployed;
}

/** Deploys a market on the in-process chain with no more than it needs. @returns its address */
export async function deployEssentials(
  hre: HardhatRuntimeEnvironment,
  feeder: string,
  rules: Partial<DeploymentParameters>,
): Promise<string> {
  const { essentialModule } = await import("../../deploy/modules/Feeder");
  await compileMechanism(hre, rules.matching);
  const { market } = await hre.ignition.deploy(essentialModule(feeder, rules), { displayUi: false });
  return market.getAddress();
}

/** The client of a feeder that was deployed before. */
export async function connectFeeder(
  hre: HardhatRuntimeEnvironment,
  feeder: string,
): Promise<{ client: MarketClient; addresses: FeederAddresses }> {
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  const addresses = await findFeeder(hre, feeder);
  const client = await MarketClient.connect(addresses.market, hre.ethers.provider);
  noteFrameLength(hre, client.parameters.frameSeconds);
  return { client, addresses };
}

/** Methods that a development node answers and nobody else; harmless. */
const DEVELOPMENT_METHODS = ["hardhat_metadata", "anvil_nodeInfo"];

/** Whether the network is a development chain, whose time a task may set. A proxy may hide what makes it one. */
export async function isDevelopmentChain({ network }: HardhatRuntimeEnvironment): Promise<boolean> {
  if (network.name === "hardhat") return true;
  const answers = await Promise.all(
    DEVELOPMENT_METHODS.map(async (method) =>
      (network.provider.send(method, []) as Promise<unknown>).catch(() => undefined),
    ),
  );
  return answers.some((answer) => typeof answer === "object" && answer !== null);
}

/** @throws InputError where the network is no development chain. @param what is done there alone */
export async function requireDevelopmentChain(hre: HardhatRuntimeEnvironment, what: string): Promise<void> {
  if (await isDevelopmentChain(hre)) return;
  throw new InputError(
    `network ${hre.network.name}`,
    `${what} only on a development chain, such as \`npx hardhat node\` with --network localhost`,
  );
}

/** The network's clock: set forward on a development chain, waited for elsewhere. */
export async function clockOf(hre: HardhatRuntimeEnvironment): Promise<ChainClock> {
  const { DevelopmentClock, DevelopmentNodeClock, WallClock } = await import("../../scripts/chain/clock");
  const { provider, name } = hre.network;
  if (name === "hardhat") return new DevelopmentClock(provider);
  if (await isDevelopmentChain(hre)) return new DevelopmentNodeClock(provider);
  return new WallClock(provider, (until, seconds) => {
    const time = new Date(until * 1000).toISOString().slice(11, 19);
    console.error(`Waiting for ${time} UTC, ${seconds} s from now`);
  });
}

/** When the network's next block would be, s: its latest one may be hours old. */
export async function chainTime(hre: HardhatRuntimeEnvironment): Promise<number> {
  return (await clockOf(hre)).now();
}

/** The block at which views are asked: the one that would come next, where the node knows it. */
export async function viewBlock({ network }: HardhatRuntimeEnvironment): Promise<"pending" | "latest"> {
  const pending: unknown = await network.provider.send("eth_getBlockByNumber", ["pending", false]).catch(() => null);
  return pending === null ? "latest" : "pending";
}
