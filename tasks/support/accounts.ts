import { join } from "node:path";

import { vars } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { Patience } from "../../scripts/chain/inclusion";
import type { Transactor } from "../../scripts/chain/transactor";
import type { TransactionJournal } from "../../scripts/chain/transactionJournal";
import { InputError } from "../../scripts/core/errors";
import { flagNamed } from "./flags";
import { networkId } from "./networkId";

/** Longest that a setting may make a command wait, s. */
const A_DAY = 86_400;

/**
 * An address, or the account of this network with that number. A pile, a meter's key or a holder of a role need no key
 * here.
 *
 * @throws InputError naming the flag
 */
export async function addressOf(hre: HardhatRuntimeEnvironment, flag: string, text: string): Promise<string> {
  if (/^\d+$/.test(text)) return signerAddress(hre, text);
  // In one case throughout an address carries no check of itself; in both it does.
  const isAddress: boolean = hre.ethers.isAddress(text);
  if (isAddress) return hre.ethers.getAddress(text);
  const isMisspelt = /^0x[0-9a-f]{40}$/i.test(text);
  throw new InputError(
    flagNamed(flag),
    `expected an account's number or an address such as 0x…, 40 digits, found "${text}"` +
      (isMisspelt ? "; its capital letters are not those of the address, so a digit is wrong" : ""),
  );
}

/** The account that a pile's command is about unless told: number 1, or the only one. */
export async function pileAccount(hre: HardhatRuntimeEnvironment, text: string | undefined): Promise<string> {
  if (text !== undefined) return text;
  return (await accountsOf(hre)).length > 1 ? "1" : "0";
}

/** Sends from one of the network's accounts. @param account its number, from 0, or its address */
export async function transactorOf(hre: HardhatRuntimeEnvironment, account: string): Promise<Transactor> {
  const address = await signerAddress(hre, account);
  if (hre.network.name === "hardhat") return unlocked(hre, address);
  const { FileJournal } = await import("../../scripts/chain/transactionJournal");
  const folder = join(hre.config.paths.root, ".adbev", "transactions", await networkId(hre));
  return onNode(hre, address, await FileJournal.open(join(folder, `${address}.json`)));
}

/** An account of its own on a development chain for anything that has a name; the same for the same name. */
export async function namedAccount(hre: HardhatRuntimeEnvironment, name: string): Promise<Transactor> {
  const { ethers, network } = hre;
  const address = ethers.getAddress(ethers.dataSlice(ethers.id(`AdBEV account ${name}`), 12));
  await network.provider.send("hardhat_impersonateAccount", [address]);
  await network.provider.send("hardhat_setBalance", [address, "0x21e19e0c9bab2400000"]);
  if (network.name === "hardhat") return unlocked(hre, address);
  const { MemoryJournal } = await import("../../scripts/chain/transactionJournal");
  return onNode(hre, address, new MemoryJournal());
}

async function unlocked({ network }: HardhatRuntimeEnvironment, address: string): Promise<Transactor> {
  const { UnlockedTransactor } = await import("../../scripts/chain/transactor");
  const { ERROR_INTERFACES } = await import("../../scripts/chain/interfaces");
  return new UnlockedTransactor(network.provider, address, ERROR_INTERFACES);
}

async function onNode(
  { network }: HardhatRuntimeEnvironment,
  address: string,
  journal: TransactionJournal,
): Promise<Transactor> {
  const { ERROR_INTERFACES } = await import("../../scripts/chain/interfaces");
  const { NodeTransactor } = await import("../../scripts/chain/nodeTransactor");
  const { RetryingTransactor } = await import("../../scripts/chain/retryingTransactor");
  const { gasPrice } = network.config;
  const node = new NodeTransactor({
    ...{ provider: network.provider, address, interfaces: ERROR_INTERFACES, journal, patience: patience() },
    gasPrice: typeof gasPrice === "number" ? BigInt(gasPrice) : undefined,
    say: (text) => console.error(text),
  });
  // A node that restarts meanwhile is waited for.
  return new RetryingTransactor(node);
}

/** How long a transaction is waited for, by the setting ADBEV_WAIT_SECONDS. @throws InputError naming it */
function patience(): Patience {
  const text = vars.get("ADBEV_WAIT_SECONDS", "300");
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > A_DAY) {
    throw new InputError("ADBEV_WAIT_SECONDS", `expected a whole number of s from 1 to ${A_DAY}, found "${text}"`);
  }
  const timeoutMs = seconds * 1000;
  return { tellAfterMs: Math.min(3_000, timeoutMs / 4), bumpAfterMs: timeoutMs / 5, bumps: 3, timeoutMs };
}

async function signerAddress(hre: HardhatRuntimeEnvironment, account: string): Promise<string> {
  const accounts = await accountsOf(hre);
  const found = /^\d+$/.test(account)
    ? accounts[Number(account)]
    : accounts.find((address) => address.toLowerCase() === account.toLowerCase());
  if (found !== undefined) return hre.ethers.getAddress(found);
  throw new InputError(
    `network ${hre.network.name}`,
    `there is no account "${account}"; ` +
      (accounts.length === 0
        ? "the network has none at all: set ADBEV_PRIVATE_KEY or ADBEV_MNEMONIC with `npx hardhat vars set`"
        : `accounts are ${accounts.length === 1 ? "0 alone" : `0 to ${accounts.length - 1}`}, by number or by address`),
  );
}

/** Addresses of the network's accounts. */
export async function accountsOf(hre: HardhatRuntimeEnvironment): Promise<string[]> {
  return (await hre.network.provider.send("eth_accounts", [])) as string[];
}
