import { setBalance, type SnapshotRestorer, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { isLiveState } from "../../scripts/chain/marketClient";
import { decodeChronicle, decodePileState } from "../../scripts/chain/packedWords";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import type { BenefitRounds, Delivery, Market, MarketLens, TestToken } from "../../typechain-types";

/** A deployed market with its people, for tests. */
export interface Deployed {
  market: Market;
  lens: MarketLens;
  rounds: BenefitRounds;
  delivery: Delivery;
  token: TestToken;
  parameters: DeploymentParameters;
  /** Admin, grid operator, registrar and guardian of test markets. */
  admin: HardhatEthersSigner;
  /** Piles 1, 2, …: registered, funded. */
  piles: HardhatEthersSigner[];
}

/** Money units that {@link deployMarket} gives each pile. */
export const PILE_BALANCE = 1_000_000_000n;

/**
 * Deploys a market through the same module as every task, with `pileCount` funded piles.
 * @param overrides parameters that differ from the defaults; `ratedW` of the piles, 7 000 by default
 */
export async function deployMarket(
  pileCount: number,
  overrides: Partial<DeploymentParameters> & { ratedW?: number } = {},
): Promise<Deployed> {
  const { ratedW = 7000, ...parameterOverrides } = overrides;
  const { market, lens, rounds, delivery, token } = (await hre.ignition.deploy(
    feederModule("test", parameterOverrides),
  )) as unknown as Pick<Deployed, "market" | "lens" | "rounds" | "delivery" | "token">;
  const parameters = withDefaults(parameterOverrides);
  const [admin, ...rest] = await ethers.getSigners();
  if (admin === undefined) throw new Error("no signers");
  await token.faucet(admin, 10n ** 30n);
  await token.approve(market, ethers.MaxUint256);
  const piles: HardhatEthersSigner[] = [];
  for (let i = 0; i < pileCount; i++) {
    const pile = rest[i] ?? (await ethers.getImpersonatedSigner(ethers.zeroPadValue(ethers.toBeHex(0x10000 + i), 20)));
    if (rest[i] === undefined) await setBalance(pile.address, 10n ** 21n);
    await market.registerPile(pile, pile, pile, ratedW);
    await market.deposit(pile, PILE_BALANCE * parameters.unit);
    piles.push(pile);
  }
  return { market, lens, rounds, delivery, token, parameters, admin, piles };
}

/**
 * A deployment without piles for the suite that this is called in. Afterwards the chain is as it was: other tests
 * neither pay nor get older for this one.
 */
export function deployedAside(): () => Deployed {
  let snapshot: SnapshotRestorer;
  let deployed: Deployed;
  before(async () => {
    snapshot = await takeSnapshot();
    deployed = await deployMarket(0);
  });
  after(() => snapshot.restore());
  return () => deployed;
}

/** Current frame: the one that is being delivered at the latest block. */
export async function currentFrame(frameSeconds = 1800): Promise<number> {
  return Math.floor((await time.latest()) / frameSeconds);
}

/** Lets the next transaction happen `offset` seconds after the beginning of `frame` (negative: before it). */
export async function goTo(frame: number, offset = 0, frameSeconds = 1800): Promise<void> {
  await time.setNextBlockTimestamp(frame * frameSeconds + offset);
}

/** First frame in which an order placed at the time of the latest block takes part. */
export async function nextFirstFrame(market: Market): Promise<bigint> {
  const { auctionSeconds, frameSeconds } = await market.parameters();
  return (BigInt(await time.latest()) + auctionSeconds) / frameSeconds + 1n;
}

/** Numbers and slots of the piles with a live order at the time of the latest block. */
export async function liveStates(market: Market): Promise<[bigint[], bigint[]]> {
  const [chronicle, { frameSeconds }, count] = await Promise.all([
    market.chronicle(),
    market.parameters(),
    market.pileCount(),
  ]);
  const now = await time.latest();
  const piles: bigint[] = [];
  const states: bigint[] = [];
  for (let pile = 1n; pile <= count; pile++) {
    const state = await market.pileState(pile);
    if (!isLiveState(decodePileState(state), decodeChronicle(chronicle), Number(frameSeconds), now)) continue;
    piles.push(pile);
    states.push(state);
  }
  return [piles, states];
}
