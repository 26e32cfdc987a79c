import { type Role, ROLE_IDS } from "../roleIds";
import type { Receipt, Transactor } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * Gives an account a role.
 *
 * @param role by its name
 * @param account who gets it
 * @throws ContractRefusal where the contract refuses
 * @example
 * await grantRole(market, admin, "proposer", "0x90F7…");
 */
export async function grantRole(
  market: MarketContracts,
  admin: Transactor,
  role: Role,
  account: string,
): Promise<Receipt> {
  return market.toMarket.send(admin, "grantRole", [ROLE_IDS[role], account]);
}
