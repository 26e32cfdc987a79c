import type { OrderRequest } from "../../core/types";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { requestArgument } from "./requestArgument";

/**
 * Replaces the sending pile's live order.
 *
 * @param order what to buy or sell instead
 * @throws ContractRefusal where the contract refuses
 * @example
 * await replace(market, pile, { side: "charge", price: 150_000n, energyWh: 6_000n, peakWh: 0n, expiryFrame: 980_010 });
 */
export async function replace(market: MarketContracts, pile: Transactor, order: OrderRequest): Promise<Receipt> {
  return market.toMarket.send(pile, "replace", [requestArgument(order)]);
}
