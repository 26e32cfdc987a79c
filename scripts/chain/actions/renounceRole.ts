import { type Role, ROLE_IDS } from "../roleIds";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Gives up the sender's own role.
 *
 * @param role by its name
 * @throws ContractRefusal where the contract refuses
 * @example
 * await renounceRole(market, holder, "guardian");
 */
export async function renounceRole(market: MarketContracts, holder: Transactor, role: Role): Promise<Receipt> {
  return market.toMarket.send(holder, "renounceRole", [ROLE_IDS[role], holder.address]);
}
