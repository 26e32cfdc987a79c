import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Takes money out of the sender's free balance.
 *
 * @param to who gets the tokens
 * @param amount money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await withdraw(market, pile, pile.address, 1_000_000n);
 */
export async function withdraw(
  market: MarketContracts,
  pile: Transactor,
  to: string,
  amount: bigint,
): Promise<Receipt> {
  return market.toMarket.send(pile, "withdraw", [to, amount]);
}
