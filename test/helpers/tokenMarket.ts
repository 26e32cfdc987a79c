import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { AddressLike } from "ethers";
import { ethers } from "hardhat";

import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import type { Market } from "../../typechain-types";
import { ask, bid, clear, deployFor, freshFrame, type Holdings, PENNY, settle } from "../unit/contracts/fixtures";

/** Deposit of each pile of {@link fund} unless told otherwise, tokens. */
export const ENOUGH = 10n ** 9n;

/** Functions of every mock token. */
export interface AnyToken extends Holdings {
  faucet(to: AddressLike, amount: bigint): Promise<unknown>;
}

/** A market that counts in a hostile token, with piles 1 and 2. */
export async function marketOf(token: AddressLike, overrides: Partial<DeploymentParameters> = {}) {
  const parameters = withDefaults(overrides);
  const { market, admin } = await deployFor(token, parameters);
  const [, a, b] = await ethers.getSigners();
  if (a === undefined || b === undefined) throw new Error("no signers");
  for (const pile of [a, b]) await market.registerPile(pile, pile, pile, 7000);
  return { market, parameters, admin, a, b };
}

/** Gives each pile `amount` tokens and lets the market take them. */
export async function fund(
  market: Market,
  token: AnyToken & { connect(signer: HardhatEthersSigner): { approve(to: Market, amount: bigint): Promise<unknown> } },
  piles: readonly HardhatEthersSigner[],
  amount: bigint,
): Promise<void> {
  for (const pile of piles) {
    await token.faucet(pile, amount);
    await token.connect(pile).approve(market, amount);
  }
}

/** Pile 1 buys 1 kWh from pile 2 at 13 p; settled. */
export async function tradeADay(
  market: Market,
  parameters: DeploymentParameters,
  check: () => Promise<void>,
): Promise<void> {
  const [, a, b] = await ethers.getSigners();
  if (a === undefined || b === undefined) throw new Error("no signers");
  const start = await freshFrame(market, parameters);
  await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
  await check();
  await market.connect(b).place(ask(12n * PENNY, 1500n, start + 5));
  await check();
  const { words } = await clear(market, start + 1);
  await check();
  await market.connect(b).cancel();
  await settle(market, start + 1, words);
  await check();
}
