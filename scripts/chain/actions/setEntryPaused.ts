import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Pauses or reopens entry: deposits and new orders.
 *
 * @param paused or reopened
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setEntryPaused(market, guardian, true);
 */
export async function setEntryPaused(market: MarketContracts, guardian: Transactor, paused: boolean): Promise<Receipt> {
  return market.toMarket.send(guardian, "setEntryPaused", [paused]);
}
