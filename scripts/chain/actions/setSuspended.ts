import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Suspends or re-admits a pile.
 *
 * @param account whose pile
 * @param suspended or re-admitted
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setSuspended(market, registrar, "0x90F7…", true);
 */
export async function setSuspended(
  market: MarketContracts,
  registrar: Transactor,
  account: string,
  suspended: boolean,
): Promise<Receipt> {
  return market.toMarket.send(registrar, "setSuspended", [account, suspended]);
}
