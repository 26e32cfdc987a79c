import type { ClearedFrame } from "../clearedFrame";
import { MARKET_INTERFACE } from "../interfaces";
import { decodeFill } from "../packedWords";
import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Executes the winning plan of a round, or the fallback, after the reveals and before the frame begins.
 *
 * @param book words of the round's frozen book
 * @param plan the winning plan's bytes; undefined for the fallback
 * @returns the receipt, and the fills with the frame's load and PFL
 * @throws ContractRefusal where the contract refuses
 * @example
 * const { executed } = await finalise(rounds, anyone, book, undefined);
 */
export async function finalise(
  on: RoundContracts,
  sender: Transactor,
  book: readonly bigint[],
  plan: string | undefined,
): Promise<{ receipt: Receipt; executed: Omit<ClearedFrame, "matched"> }> {
  const receipt = await on.toRounds.send(sender, "finalise", [on.market, book, plan ?? "0x"]);
  for (const log of receipt.logs) {
    const parsed = MARKET_INTERFACE.parseLog({ topics: [...log.topics], data: log.data });
    if (parsed?.name !== "FlexibleFilled") continue;
    const { frame, loadW, pflW, fills } = parsed.args.toObject() as {
      frame: bigint;
      loadW: bigint;
      pflW: bigint;
      fills: readonly bigint[];
    };
    const packed = [...fills];
    return { receipt, executed: { frame: Number(frame), loadW, pflW, packed, fills: packed.map(decodeFill) } };
  }
  throw new Error("a finalised round without the market's event");
}
