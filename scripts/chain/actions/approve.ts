import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Lets the market take tokens of the sender's.
 *
 * @param amount money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await approve(market, sender, 1_000_000n);
 */
export async function approve(market: MarketContracts, sender: Transactor, amount: bigint): Promise<Receipt> {
  return market.toToken.send(sender, "approve", [market.address, amount * market.parameters.unit]);
}
