import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { type Addressable, type AddressLike, resolveAddress } from "ethers";
import { ethers } from "hardhat";

import { ORDER_OF_TYPES, orderMessage, type SignedTerms, WITHDRAWAL_TYPES } from "../../../scripts/chain/packedWords";
import type { ContractWallet, Market } from "../../../typechain-types";
import { type Deployed } from "../../helpers/deploy";
import { PILE_BALANCE } from "../../helpers/market";
import { deployDirect, domainOf, freshFrame, nth, PENNY, stranger } from "./fixtures";

/** Answers of a contract wallet, as `ContractWallet.Answer` numbers them. */
export const ANSWERS = { owner: 0, anything: 1, nothing: 2, reverts: 3, burnsGas: 4, shortWord: 5 } as const;

/** A withdrawal, but for the account. */
export interface WithdrawalTerms {
  to: AddressLike;
  amount: bigint;
  nonce: bigint;
  deadline: bigint;
}

/** Signature of `signer` over an order of `account`. */
export async function signOrderOf(
  market: Market,
  signer: HardhatEthersSigner,
  account: AddressLike,
  terms: SignedTerms,
  chainId?: bigint,
): Promise<string> {
  const message = { account: await resolveAddress(account), order: orderMessage(terms) };
  return signer.signTypedData(await domainOf(market, chainId), ORDER_OF_TYPES, message);
}

/** Signature of `signer` over a withdrawal of `account`. */
export async function signWithdrawal(
  market: Market,
  signer: HardhatEthersSigner,
  account: AddressLike,
  terms: WithdrawalTerms,
  chainId?: bigint,
): Promise<string> {
  const message = { ...terms, account: await resolveAddress(account), to: await resolveAddress(terms.to) };
  return signer.signTypedData(await domainOf(market, chainId), WITHDRAWAL_TYPES, message);
}

/** Somebody else without role or pile: neither the stranger nor another's `safeAddress`. */
export async function safeAddress(): Promise<HardhatEthersSigner> {
  const signers = await ethers.getSigners();
  return nth(signers, signers.length - 2);
}

/** A market with a pile of a key, `a`, and one of a contract wallet that `owner` signs for, pile 3. */
export async function withWallet(): Promise<
  Deployed & {
    start: number;
    gateway: HardhatEthersSigner;
    a: HardhatEthersSigner;
    owner: HardhatEthersSigner;
    wallet: ContractWallet & Addressable;
    deadline: bigint;
    terms: (overrides?: Partial<SignedTerms>) => SignedTerms;
  }
> {
  const d = await deployDirect(2);
  const [a, owner, gateway] = [nth(d.piles, 0), nth(d.piles, 1), await stranger()];
  const wallet = await ethers.deployContract("ContractWallet", [owner]);
  await d.market.registerPile(wallet, owner, owner, 7000);
  await d.market.deposit(wallet, PILE_BALANCE);
  const start = await freshFrame(d.market, d.parameters);
  const deadline = BigInt((start + 3) * 1800);
  const terms = (overrides: Partial<SignedTerms> = {}): SignedTerms => ({
    ...{ action: "place", charge: true, price: 14n * PENNY, energyWh: 1500n, peakWh: 0n },
    ...{ expiryFrame: start + 5, nonce: 0n, deadline: Number(deadline) },
    ...overrides,
  });
  return { ...d, start, gateway, a, owner, wallet, deadline, terms };
}
