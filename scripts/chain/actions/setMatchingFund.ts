import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Sets aside, out of the grid operator's account, what sellers may get beyond what buyers pay.
 *
 * @param amount what is set aside from now on, money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setMatchingFund(market, operator, 1_000_000n);
 */
export async function setMatchingFund(market: MarketContracts, operator: Transactor, amount: bigint): Promise<Receipt> {
  return market.toMarket.send(operator, "setMatchingFund", [amount]);
}
