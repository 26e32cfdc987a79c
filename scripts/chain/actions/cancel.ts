import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Cancels the sending pile's live order.
 *
 * @throws ContractRefusal where the contract refuses
 * @example
 * await cancel(market, pile);
 */
export async function cancel(market: MarketContracts, pile: Transactor): Promise<Receipt> {
  return market.toMarket.send(pile, "cancel", []);
}
