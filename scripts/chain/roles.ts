import { id, type Provider, ZeroHash } from "ethers";

import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { deploymentBlock } from "./blocks";
import { topicOf } from "./frameLogs";
import { MARKET_INTERFACE, type MarketClient } from "./marketClient";
import { readLogs } from "./readLogs";

/** The roles of a market by their names, as the contract hashes them. */
export const ROLE_IDS = {
  admin: ZeroHash,
  "grid-operator": id("GRID_OPERATOR_ROLE"),
  registrar: id("REGISTRAR_ROLE"),
  guardian: id("GUARDIAN_ROLE"),
  proposer: id("PROPOSER_ROLE"),
} as const;

/** A role of a market. */
export type Role = keyof typeof ROLE_IDS;

/** Who holds each role now: everybody who was ever granted it and has it still. */
export async function roleHolders(client: MarketClient, provider: Provider): Promise<Record<Role, string[]>> {
  const latest = await provider.getBlockNumber();
  const fromBlock = await deploymentBlock(provider, client.address, latest);
  const filter = { address: client.address, topics: [topicOf(MARKET_INTERFACE, "RoleGranted")] };
  const logs = await readLogs(provider, [filter], { fromBlock, toBlock: latest });
  const granted = logs.map(
    (log) => MARKET_INTERFACE.parseLog(log)!.args.toObject() as { role: string; account: string },
  );
  const market = Market__factory.connect(client.address, provider);
  const holders = {} as Record<Role, string[]>;
  for (const [name, role] of Object.entries(ROLE_IDS) as [Role, string][]) {
    const accounts = [...new Set(granted.filter((one) => one.role === role).map(({ account }) => account))];
    const held = await Promise.all(accounts.map(async (account) => market.hasRole(role, account)));
    holders[name] = accounts.filter((_, index) => held[index]);
  }
  return holders;
}
