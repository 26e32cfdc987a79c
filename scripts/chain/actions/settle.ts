import { ZeroHash } from "ethers";

import type { ClearedFrame } from "../clearedFrame";
import { decodePosting } from "../packedWords";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { eventOf } from "./marketEvents";
import type { SignedReading } from "./signed";

/**
 * Settles a frame by what its clearing and its round decided.
 *
 * @param publication what is published for the frame, packed
 * @param readings those that are not stored yet
 * @throws ContractRefusal where the contract refuses
 * @example
 * await settle(market, anyone, cleared, await client.publication(cleared.frame));
 */
export async function settle(
  market: MarketContracts,
  sender: Transactor,
  { frame, packed, matched }: Pick<ClearedFrame, "frame" | "packed" | "matched">,
  publication: bigint,
  readings: readonly SignedReading[] = [],
): Promise<Receipt> {
  return market.toDelivery.send(sender, "settle", [market.address, frame, publication, packed, matched, readings]);
}

/** Whether a settlement left nothing of its frame, and what it added to the accounts of piles, money units, by number. */
export function settled(market: MarketContracts, receipt: Receipt): { complete: boolean; moved: Map<number, bigint> } {
  const { rest, postings } = eventOf(market, receipt, "FrameSettled");
  const moved = new Map(postings.map(decodePosting).map(({ pile, money }) => [pile, money]));
  return { complete: rest === ZeroHash, moved };
}
