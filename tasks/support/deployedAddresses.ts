import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { InputError } from "../../scripts/core/errors";
import { readRecord, RECORD } from "./deployments";

/** Chain of development nodes: it ends with its node, and no package tells of it. */
const DEVELOPMENT_CHAIN = "31337";

/**
 * Contracts that were deployed from here, by chain id and by their names in deployments, such as `Platform#MarketLens` and
 * `Feeder_main#Market`. Chains of development nodes are left out.
 *
 * @param folder of the deployments; it need not be there
 * @throws InputError where a record is damaged, or two chains of one id disagree
 */
export async function deployedAddresses(folder: string): Promise<Record<string, Record<string, string>>> {
  const chains: Record<string, Record<string, string>> = {};
  const names = await readdir(folder).catch(() => []);
  for (const name of names.sort()) {
    const chain = /^chain-(\d+)(?:-[0-9a-f]{8})?$/.exec(name)?.[1];
    if (chain === undefined || chain === DEVELOPMENT_CHAIN) continue;
    const found = { ...(await byIgnition(join(folder, name))), ...(await byCommands(join(folder, name))) };
    const known = (chains[chain] ??= {});
    for (const [contract, address] of Object.entries(found)) {
      if (known[contract] !== undefined && known[contract] !== address) {
        throw new InputError(
          join(folder, name),
          `another chain with id ${chain} has ${contract} at another address; remove the folder of the one that is gone`,
        );
      }
      known[contract] = address;
    }
    if (Object.keys(known).length === 0) delete chains[chain];
  }
  return chains;
}

/** Contracts that `market:deploy` deployed. */
async function byCommands(folder: string): Promise<Record<string, string>> {
  const { contracts, feeders } = await readRecord(join(folder, RECORD));
  return {
    ...Object.fromEntries(Object.entries(contracts).map(([future, { address }]) => [future, address])),
    ...Object.fromEntries(Object.entries(feeders).map(([feeder, { market }]) => [`Feeder_${feeder}#Market`, market])),
  };
}

/** Contracts that `ignition deploy` deployed. */
async function byIgnition(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, "deployed_addresses.json"), "utf8").catch(() => "{}");
  return JSON.parse(text) as Record<string, string>;
}
