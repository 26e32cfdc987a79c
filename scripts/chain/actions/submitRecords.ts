import type { FrameProof } from "../../metering/recordMeter";
import { DELIVERY_INTERFACE, ERROR_INTERFACES } from "../interfaces";
import { ContractRefusal, decodeRefusal } from "../refusal";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/** A refusal of one frame's records of those that were handed in. */
export interface ProofRefusal {
  /** Its place, from 0. */
  position: number;
  refusal: ContractRefusal;
}

/**
 * Stores readings that follow from meters' signed records.
 *
 * @returns the refused ones; all others are stored
 * @example
 * await submitRecords(market, anyone, [packFrameProof(pile, frame, meter, records)]);
 */
export async function submitRecords(
  market: MarketContracts,
  sender: Transactor,
  proofs: readonly FrameProof[],
): Promise<{ receipt: Receipt; refused: ProofRefusal[] }> {
  const receipt = await market.toDelivery.send(sender, "submitRecords", [market.address, proofs]);
  const refused = receipt.logs.flatMap(({ topics, data }): ProofRefusal[] => {
    const parsed = DELIVERY_INTERFACE.parseLog({ topics: [...topics], data });
    if (parsed?.name !== "ReadingRefused") return [];
    const word = parsed.args.getValue("refusal") as string;
    const refusal = decodeRefusal(word, ERROR_INTERFACES) ?? new ContractRefusal("UnknownError", { data: word });
    return [{ position: Number(parsed.args.getValue("position")), refusal }];
  });
  return { receipt, refused };
}
