import type { Provider } from "ethers";

import type { MarketClient } from "../../chain/marketClient";
import { type AuditEvent, Contradiction, type Difference } from "./auditEvent";
import { type Compared, compareWithViews } from "./compare";
import { type AuditedContracts, readMarketEvents } from "./marketLogs";
import type { BlockRange } from "../../chain/readLogs";
import { type EnergyMoved, type MoneyMoved, RebuiltMarket } from "./rebuiltMarket";

/** Outcome of an audit. */
export interface AuditResult extends BlockRange {
  market: string;
  /** How many events were read, by name. */
  events: Record<string, number>;
  /** Undefined where one event contradicts those before it, so that nothing is left to compare. */
  compared: Compared | undefined;
  /** Money in, money out, and who claims what now, money units. */
  money: MoneyMoved & { claims: bigint; ofPiles: bigint; inDelivery: bigint; ofGrid: bigint };
  energy: EnergyMoved;
  /** Undefined where everything agrees. */
  difference: Difference | undefined;
}

/** Addresses of what a market works with. */
export function contractsOf(client: MarketClient): AuditedContracts {
  return {
    ...{ market: client.address, token: client.tokenAddress },
    ...{ delivery: client.deliveryAddress, rounds: client.roundsAddress },
  };
}

/**
 * Rebuilds a market from the events in a range of blocks and compares it, at the last of them, with what its contracts
 * say of themselves.
 *
 * @param range from the market's deployment on, or everything before is taken to be missing
 */
export async function auditMarket(
  client: MarketClient,
  provider: Provider,
  range: BlockRange,
  onRead?: (blocks: number) => void,
): Promise<AuditResult> {
  const events = await readMarketEvents(provider, contractsOf(client), range, onRead);
  return auditEvents(client, provider, range, events);
}

/** {@link auditMarket} over events that were read before. */
export async function auditEvents(
  client: MarketClient,
  provider: Provider,
  range: BlockRange,
  events: readonly AuditEvent[],
): Promise<AuditResult> {
  const rebuilt = new RebuiltMarket(client.parameters, client.address);
  const counts: Record<string, number> = {};
  for (const { name } of events) counts[name] = (counts[name] ?? 0) + 1;
  const result = (compared: Compared | undefined, difference: Difference | undefined): AuditResult => ({
    ...{ market: client.address, ...range, events: counts, compared, difference },
    money: {
      ...{ ...rebuilt.moved, claims: rebuilt.claims, ofPiles: rebuilt.ofPiles },
      ...{ inDelivery: rebuilt.inDelivery, ofGrid: rebuilt.gridBalance + rebuilt.matchingFund },
    },
    energy: rebuilt.energy,
  });
  try {
    for (const event of events) rebuilt.apply(event);
  } catch (error) {
    if (!(error instanceof Contradiction)) throw error;
    return result(undefined, error.difference);
  }
  const block = await provider.getBlock(range.toBlock);
  if (block === null) throw new Error(`the node does not know block ${range.toBlock}`);
  const { compared, difference } = await compareWithViews(rebuilt, provider, contractsOf(client), {
    number: range.toBlock,
    timestamp: block.timestamp,
  });
  return result(compared, difference);
}
