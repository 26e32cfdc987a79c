import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Takes money out of the grid operator's account.
 *
 * @param to who gets the tokens
 * @param amount money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await withdrawGrid(market, operator, operator.address, 1_000_000n);
 */
export async function withdrawGrid(
  market: MarketContracts,
  operator: Transactor,
  to: string,
  amount: bigint,
): Promise<Receipt> {
  return market.toMarket.send(operator, "withdrawGrid", [to, amount]);
}
