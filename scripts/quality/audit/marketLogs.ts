import { type Interface, type Log, type Provider, zeroPadValue } from "ethers";

import { DELIVERY_INTERFACE, MARKET_INTERFACE } from "../../chain/interfaces";
import { ROUNDS_INTERFACE } from "../../chain/interfaces";
import { type AuditEvent, type EventSource, needsTime } from "./auditEvent";
import { inBatches } from "./inBatches";
import { type BlockRange, type LogFilter, readLogs } from "../../chain/readLogs";

/** The contracts whose events are about a market. */
export interface AuditedContracts {
  market: string;
  token: string;
  delivery: string;
  /** Undefined where the market has no benefit rounds. */
  rounds: string | undefined;
}

/**
 * Everything that the network tells of a market, oldest first: its own events, those of its meters and rounds about it,
 * and what other markets' proposers are owed out of the same pot of claims.
 */
export async function readMarketEvents(
  provider: Pick<Provider, "getLogs" | "getBlock">,
  contracts: AuditedContracts,
  range: BlockRange,
  onRead?: (blocks: number) => void,
): Promise<AuditEvent[]> {
  const logs = await readLogs(provider, marketFilters(contracts), range, onRead);
  const events = logs.map((log) => parseMarketLog(log, contracts));
  const blocks = [...new Set(events.filter(({ name }) => needsTime(name)).map(({ block }) => block))];
  const times = new Map<number, number>();
  await inBatches(blocks, async (number) => {
    const block = await provider.getBlock(number);
    if (block === null) throw new Error(`the node does not know block ${number}, of which it told a log`);
    times.set(number, block.timestamp);
  });
  return events.map((event) => ({ ...event, timestamp: times.get(event.block) }));
}

/** Filters for a node: the logs of a market's contracts that are about it. */
export function marketFilters({ market, token, delivery, rounds }: AuditedContracts): LogFilter[] {
  const about = zeroPadValue(market, 32);
  const filters: LogFilter[] = [{ address: market }, { address: delivery, topics: [null, about] }];
  if (rounds === undefined) return filters;
  const topic = (name: string) => ROUNDS_INTERFACE.getEvent(name)!.topicHash;
  const own = ["RoundOpened", "PlanCommitted", "PlanRevealed", "RoundFinalised", "RewardSet", "RewardFunded"];
  return [
    ...filters,
    { address: rounds, topics: [own.map(topic), about] },
    { address: rounds, topics: [topic("RewardDrawn")] },
    { address: rounds, topics: [topic("RewardClaimed"), zeroPadValue(token, 32)] },
  ];
}

/** A log that {@link marketFilters} found, its time not read. @throws Error where no ABI knows it */
export function parseMarketLog(log: Log, { market, delivery }: AuditedContracts): AuditEvent {
  const is = (address: string) => log.address.toLowerCase() === address.toLowerCase();
  const [source, abi]: [EventSource, Interface] = is(market)
    ? ["market", MARKET_INTERFACE]
    : is(delivery)
      ? ["delivery", DELIVERY_INTERFACE]
      : ["rounds", ROUNDS_INTERFACE];
  const parsed = abi.parseLog(log);
  if (parsed === null)
    throw new Error(`a log of ${log.address} in block ${log.blockNumber} that its ABI does not know`);
  const args = Object.fromEntries(parsed.fragment.inputs.map(({ name }, i) => [name, parsed.args[i] as unknown]));
  const ofOtherMarket =
    parsed.name === "RewardDrawn" && (args["market"] as string).toLowerCase() !== market.toLowerCase();
  return {
    source: ofOtherMarket ? "otherMarket" : source,
    ...{ name: parsed.name, args, timestamp: undefined },
    ...{ block: log.blockNumber, index: log.index, transaction: log.transactionHash },
  };
}
