import { type SnapshotRestorer, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";

import { isLiveState } from "../../scripts/chain/marketClient";
import { decodeMarketTotals, decodePileState } from "../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { Market } from "../../typechain-types";
import { deploy, type Deployed } from "./deploy";

export { deploy, type Deployed, PILE_BALANCE } from "./deploy";

/**
 * {@link deploy} through the same module as every command, with `pileCount` funded piles.
 * @param overrides parameters that differ from the defaults; `ratedW` of the piles, 7 000 by default
 */
export async function deployMarket(
  pileCount: number,
  { ratedW = 7000, ...parameters }: Partial<DeploymentParameters> & { ratedW?: number } = {},
): Promise<Deployed> {
  return deploy({ pileCount, ratedW, parameters });
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
  const [marketTotals, { frameSeconds }, count] = await Promise.all([
    market.marketTotals(),
    market.parameters(),
    market.pileCount(),
  ]);
  const now = await time.latest();
  const piles: bigint[] = [];
  const states: bigint[] = [];
  for (let pile = 1n; pile <= count; pile++) {
    const state = await market.pileState(pile);
    if (!isLiveState(decodePileState(state), decodeMarketTotals(marketTotals), Number(frameSeconds), now)) continue;
    piles.push(pile);
    states.push(state);
  }
  return [piles, states];
}
