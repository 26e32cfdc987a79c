import type { OrderRequest } from "../../core/types";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import { requestArgument } from "./requestArgument";

/**
 * Places an order of the sending pile.
 *
 * @param order what to buy or sell
 * @throws ContractRefusal where the contract refuses
 * @example
 * await place(market, pile, { side: "charge", price: 140_000n, energyWh: 6_000n, peakWh: 0n, expiryFrame: 980_010 });
 */
export async function place(market: MarketContracts, pile: Transactor, order: OrderRequest): Promise<Receipt> {
  return market.toMarket.send(pile, "place", [requestArgument(order)]);
}
