import type { Provider } from "ethers";

import type { PortMemory } from "../../chain/chainPort";
import type { ClearedFrame, MarketClient } from "../../chain/marketClient";
import { decodeFrameRecord } from "../../chain/packedWords";
import { deploymentBlock } from "../../chain/blocks";
import { contractsOf } from "./audit";
import { readMarketEvents } from "./marketLogs";
import { RebuiltMarket } from "./rebuiltMarket";

/** A pile as whoever runs its gateway has it on file. */
export interface FiledPile {
  name: string;
  account: string;
}

/**
 * Rebuilds from the chain alone what a gateway's process knew of a market before it was killed: the number
 * and next nonce of each pile, and the unsettled frames. Its configuration says who the piles are and where
 * its frames count from.
 *
 * @returns the memory, and from how many events it was rebuilt
 */
export async function rebuildMemory(
  client: MarketClient,
  provider: Provider,
  filed: readonly FiledPile[],
  originFrame: number,
): Promise<{ memory: PortMemory; events: number }> {
  const toBlock = await provider.getBlockNumber();
  const fromBlock = await deploymentBlock(provider, client.address, toBlock);
  const events = await readMarketEvents(provider, contractsOf(client), { fromBlock, toBlock });
  const rebuilt = new RebuiltMarket(client.parameters, client.address);
  for (const event of events) rebuilt.apply(event);
  const numbers = new Map([...rebuilt.piles].map(([index, { account }]) => [account, index]));
  const piles = new Map(
    filed.map(({ name, account }) => {
      const index = numbers.get(account);
      if (index === undefined) throw new Error(`no event tells of pile ${name}, account ${account}`);
      const { ratedW, slot } = rebuilt.piles.get(index)!;
      return [name, { index, ratedW, nonce: slot.nonce }];
    }),
  );
  const unsettled = [...rebuilt.ledger.open].map(([frame, { packed, fills, matched }]): ClearedFrame => {
    const { loadW } = decodeFrameRecord(rebuilt.ledger.record(frame))!;
    // The level is the market's so far; nobody settles by it.
    return { frame, loadW, pflW: rebuilt.loads.pflW, packed, fills: [...fills], matched };
  });
  return { memory: { originFrame, piles, unsettled }, events: events.length };
}
