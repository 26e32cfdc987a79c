import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ChainClock } from "../../scripts/chain/clock";
import type { MarketClient } from "../../scripts/chain/marketClient";
import type { Transactor } from "../../scripts/chain/transactor";
import type { DeploymentParameters } from "../../scripts/market/defaults";
import { InputError } from "../../scripts/scenario/inputError";
import { feederName } from "./flags";

/**
 * Compiles what a market runs on, if need be: what a task prints on standard output is its result. Generated types exist
 * afterwards.
 */
export async function compileQuietly(hre: HardhatRuntimeEnvironment): Promise<void> {
  await hre.run("compile", { quiet: true, marketOnly: true });
}

/** Compiles, if need be, also what only tests and comparisons deploy. */
export async function compileAll(hre: HardhatRuntimeEnvironment): Promise<void> {
  await hre.run("compile", { quiet: true });
}

/** Addresses of a deployed feeder. */
export interface FeederAddresses {
  market: string;
  lens: string;
  token: string;
}

/** Deploys the markets of `feeders` (and what they share), or finds those that this network has already. */
export async function deployFeeders(
  hre: HardhatRuntimeEnvironment,
  feeders: readonly string[],
  overrides: Partial<DeploymentParameters> = {},
  tokenAddress?: string,
): Promise<FeederAddresses[]> {
  const { feederModule } = await import("../../deploy/modules/Feeder");
  feeders.forEach(feederName);
  const deployed: FeederAddresses[] = [];
  for (const feeder of feeders) {
    const { market, lens, token } = await hre.ignition.deploy(feederModule(feeder, overrides, tokenAddress), {
      displayUi: false,
    });
    deployed.push({
      market: await market.getAddress(),
      lens: await lens.getAddress(),
      token: await token.getAddress(),
    });
  }
  return deployed;
}

/** A feeder that was deployed to this network before. @throws InputError where none was */
export async function findFeeder(hre: HardhatRuntimeEnvironment, feeder: string): Promise<FeederAddresses> {
  feederName(feeder);
  const { chainId } = await hre.ethers.provider.getNetwork();
  const file = join(hre.config.paths.ignition, "deployments", `chain-${chainId}`, "deployed_addresses.json");
  const text = await readFile(file, "utf8").catch(() => "{}");
  const addresses = JSON.parse(text) as Record<string, string>;
  const market = addresses[`Feeder_${feeder}#Market`];
  const lens = addresses["Platform#MarketLens"];
  const token = addresses[`Feeder_${feeder}#token`] ?? addresses["Token#TestToken"];
  if (market === undefined || lens === undefined || token === undefined) {
    throw new InputError(
      `network ${hre.network.name}`,
      `no market of feeder "${feeder}" is deployed; ` +
        `run \`npx hardhat market:deploy --feeder ${feeder} --network ${hre.network.name}\` first`,
    );
  }
  if ((await hre.ethers.provider.getCode(market)) === "0x") {
    throw new InputError(
      `network ${hre.network.name}`,
      `the chain was restarted and no longer has the market at ${market}; ` +
        `remove ${file.replace(/deployed_addresses.json$/, "")} and deploy again`,
    );
  }
  return { market, lens, token };
}

/** The client of a feeder that was deployed before. */
export async function connectFeeder(
  hre: HardhatRuntimeEnvironment,
  feeder: string,
): Promise<{ client: MarketClient; addresses: FeederAddresses }> {
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  const addresses = await findFeeder(hre, feeder);
  return { client: await MarketClient.connect(addresses.market, hre.ethers.provider), addresses };
}

/** Whether the network is a development chain, whose time a task may set. */
export async function isDevelopmentChain(hre: HardhatRuntimeEnvironment): Promise<boolean> {
  if (hre.network.name === "hardhat") return true;
  const version = (await hre.network.provider.send("web3_clientVersion", []).catch(() => "")) as string;
  return /hardhat|anvil/i.test(version);
}

/** Time of the network's latest block, s. */
export async function latestTime(hre: HardhatRuntimeEnvironment): Promise<number> {
  return (await hre.ethers.provider.getBlock("latest"))?.timestamp ?? 0;
}

/** The network's clock: set forward on a development chain, waited for elsewhere. */
export async function clockOf(hre: HardhatRuntimeEnvironment): Promise<ChainClock> {
  const { DevelopmentClock, WallClock } = await import("../../scripts/chain/clock");
  return (await isDevelopmentChain(hre))
    ? new DevelopmentClock(hre.network.provider)
    : new WallClock(hre.network.provider);
}

/** Sends from one of the network's accounts. @param account its number, from 0, or its address */
export async function transactorOf(hre: HardhatRuntimeEnvironment, account: string): Promise<Transactor> {
  const { SignerTransactor, UnlockedTransactor } = await import("../../scripts/chain/transactor");
  const { RetryingTransactor } = await import("../../scripts/chain/retryingTransactor");
  const { ERROR_INTERFACES } = await import("../../scripts/chain/marketClient");
  const signers = await hre.ethers.getSigners();
  const signer = /^\d+$/.test(account)
    ? signers[Number(account)]
    : signers.find(({ address }) => address.toLowerCase() === account.toLowerCase());
  if (signer === undefined) {
    throw new InputError(
      `network ${hre.network.name}`,
      `there is no account "${account}"; ` +
        (signers.length === 0
          ? "the network has none at all: set ADBEV_PRIVATE_KEY or ADBEV_MNEMONIC with `npx hardhat vars set`"
          : `accounts are 0 to ${signers.length - 1}, by number or by address`),
    );
  }
  if (hre.network.name === "hardhat") {
    return new UnlockedTransactor(hre.network.provider, signer.address, ERROR_INTERFACES);
  }
  // A node that restarts meanwhile is waited for.
  return new RetryingTransactor(await SignerTransactor.of(signer, ERROR_INTERFACES));
}

/** An account of its own on the in-process chain for anything that has a name; the same for the same name. */
export async function namedAccount(hre: HardhatRuntimeEnvironment, name: string): Promise<Transactor> {
  const { UnlockedTransactor } = await import("../../scripts/chain/transactor");
  const { ERROR_INTERFACES } = await import("../../scripts/chain/marketClient");
  const address = hre.ethers.getAddress(hre.ethers.dataSlice(hre.ethers.id(`AdBEV account ${name}`), 12));
  await hre.network.provider.send("hardhat_impersonateAccount", [address]);
  await hre.network.provider.send("hardhat_setBalance", [address, "0x21e19e0c9bab2400000"]);
  return new UnlockedTransactor(hre.network.provider, address, ERROR_INTERFACES);
}
