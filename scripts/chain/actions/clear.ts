import type { ClearedFrame } from "../clearedFrame";
import { decodeFill } from "../packedWords";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { eventOf } from "./marketEvents";

/**
 * Clears a frame.
 *
 * @throws ContractRefusal where the contract refuses
 * @example
 * const { cleared } = await clear(market, anyone, 980_001);
 */
export async function clear(
  market: MarketContracts,
  sender: Transactor,
  frame: number,
): Promise<{ receipt: Receipt; cleared: ClearedFrame }> {
  const receipt = await market.toMarket.send(sender, "clear", [frame]);
  const { loadW, pflW, fills } = eventOf(market, receipt, "FrameCleared");
  const packed = [...fills];
  return { receipt, cleared: { frame, loadW, pflW, packed, matched: packed.length, fills: packed.map(decodeFill) } };
}
