import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Adds the sender's tokens to the grid operator's account.
 *
 * @param amount money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await depositGrid(market, sender, 1_000_000n);
 */
export async function depositGrid(market: MarketContracts, sender: Transactor, amount: bigint): Promise<Receipt> {
  return market.toMarket.send(sender, "depositGrid", [amount * market.parameters.unit]);
}
