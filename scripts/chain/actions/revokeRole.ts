import { type Role, ROLE_IDS } from "../roleIds";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Takes a role from an account.
 *
 * @param role by its name
 * @param account who loses it
 * @throws ContractRefusal where the contract refuses
 * @example
 * await revokeRole(market, admin, "proposer", "0x90F7…");
 */
export async function revokeRole(
  market: MarketContracts,
  admin: Transactor,
  role: Role,
  account: string,
): Promise<Receipt> {
  return market.toMarket.send(admin, "revokeRole", [ROLE_IDS[role], account]);
}
