import type { Provider } from "ethers";

import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { deploymentBlock } from "./blocks";
import { topicOf } from "./frameLogs";
import { MARKET_INTERFACE } from "./interfaces";
import type { MarketClient } from "./marketClient";
import { readLogs } from "./readLogs";
import { type Role, ROLE_IDS } from "./roleIds";

export { type Role, ROLE_IDS } from "./roleIds";

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
