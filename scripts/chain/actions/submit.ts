import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";
import type { SignedOrder } from "./signed";

/**
 * Submits one signed order.
 *
 * @param order terms with the signature of a pile
 * @throws ContractRefusal where the contract refuses
 * @example
 * await submit(market, gateway, await client.sign(wallet, terms));
 */
export async function submit(market: MarketContracts, gateway: Transactor, order: SignedOrder): Promise<Receipt> {
  return market.toMarket.send(gateway, "submit", [order]);
}
