import type { Call, Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Deposits the sender's tokens for a pile.
 *
 * @param account of the pile
 * @param amount money units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await deposit(market, driver, pile.address, 10_000_000n);
 */
export async function deposit(
  market: MarketContracts,
  sender: Transactor,
  account: string,
  amount: bigint,
): Promise<Receipt> {
  return sender.send(depositCall(market, account, amount));
}

/** The call that {@link deposit} sends. */
export function depositCall(market: MarketContracts, account: string, amount: bigint): Call {
  return market.toMarket.call("deposit", [account, amount * market.parameters.unit]);
}
