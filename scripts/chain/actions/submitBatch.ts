import { ERROR_INTERFACES } from "../interfaces";
import { ContractRefusal, decodeRefusal } from "../refusal";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { eventsOf } from "./marketEvents";
import type { SignedOrder } from "./signed";

/** A refusal of one order of a batch. */
export interface BatchRefusal {
  /** Its place in the batch, from 0. */
  position: number;
  refusal: ContractRefusal;
}

/**
 * Submits signed orders in one transaction.
 *
 * @returns the refused ones; all others stand
 * @example
 * const { refused } = await submitBatch(market, gateway, orders);
 */
export async function submitBatch(
  market: MarketContracts,
  gateway: Transactor,
  orders: readonly SignedOrder[],
): Promise<{ receipt: Receipt; refused: BatchRefusal[] }> {
  const receipt = await market.toMarket.send(gateway, "submitBatch", [orders]);
  const refused = eventsOf(market, receipt, "OrderRefused").map(({ position, refusal }) => ({
    position: Number(position),
    refusal: decodeRefusal(refusal, ERROR_INTERFACES) ?? new ContractRefusal("UnknownError", { data: refusal }),
  }));
  return { receipt, refused };
}
