import { ethers } from "hardhat";

import { decodePosting, type Posting } from "../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { goTo } from "../helpers/market";
import { type SignedReading, signReading } from "../unit/contracts/deliveryFixtures";
import { deployDirect, freshFrame, nth, type TARIFFS } from "../unit/contracts/fixtures";

/** Time after a frame's end in which its readings are waited for, s. */
export const READING_SECONDS = 3600;

/** Energy that a pile of 7 kW moves in a frame, Wh. */
export const REACH_WH = 3_500n;

/** A market with meters whose piles sign their own readings, at the beginning of a published frame. */
export async function metered(
  pileCount: number,
  overrides: Partial<DeploymentParameters> = {},
  tariffs: Partial<typeof TARIFFS> = {},
) {
  const d = await deployDirect(pileCount, { readingSeconds: READING_SECONDS, ...overrides });
  const { market, delivery, parameters } = d;
  const start = await freshFrame(market, parameters, tariffs);

  /** A reading of a pile that its own key signed, unless another is named. */
  const read = async (
    pile: number,
    frame: number,
    consumedWh: bigint,
    producedWh: bigint,
    key = nth(d.piles, pile - 1),
  ): Promise<SignedReading> => signReading(delivery, market, key, { pile, frame, consumedWh, producedWh });

  /**
   * Settles a frame, all of whose fills the match made, `offset` seconds after its end.
   * @returns what it means for each pile that it concerns
   */
  const settle = async (
    frame: number,
    words: readonly bigint[],
    readings: SignedReading[],
    { offset = 0, publication }: { offset?: number; publication?: bigint } = {},
  ): Promise<Posting[]> => {
    const word = publication ?? (await market.publication(frame));
    await goTo(frame + 1, offset);
    await delivery.settle(market, frame, word, [...words], words.length, readings);
    const settled = await market.queryFilter(market.filters.FrameSettled(frame));
    return nth(settled, settled.length - 1).args.postings.map(decodePosting);
  };

  /** Does something and takes it back. */
  const undone = async <T>(act: () => Promise<T>): Promise<T> => {
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    try {
      return await act();
    } finally {
      await ethers.provider.send("evm_revert", [snapshot]);
    }
  };
  return { ...d, start, read, settle, undone };
}
