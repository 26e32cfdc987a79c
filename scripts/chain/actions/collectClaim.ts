import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Pays the sender's claim in tokens, as far as the operator's account lasts.
 *
 * @param to who gets the tokens
 * @throws ContractRefusal where the contract refuses
 * @example
 * await collectClaim(market, claimant, claimant.address);
 */
export async function collectClaim(market: MarketContracts, claimant: Transactor, to: string): Promise<Receipt> {
  return market.toDelivery.send(claimant, "collectClaim", [market.address, to]);
}
