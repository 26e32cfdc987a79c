import type { Interface, Log, Provider } from "ethers";

import { blocksBetween } from "./blocks";
import { type LogFilter, readLogs } from "./readLogs";

/** Topic of an event's indexed number. */
export function numberTopic(value: number): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** The logs of a filter in the blocks of a span of time, s: nodes refuse to search a whole chain. */
export async function logsBetween(
  provider: Pick<Provider, "getBlockNumber" | "getBlock" | "getLogs">,
  filter: LogFilter,
  span: { from: number; until: number },
): Promise<Log[]> {
  const range = await blocksBetween(provider, span, await provider.getBlockNumber());
  return range === undefined ? [] : readLogs(provider, [filter], range);
}

/** Topic of an event by its name. */
export function topicOf(abi: Interface, event: string): string {
  const fragment = abi.getEvent(event);
  if (fragment === null) throw new RangeError(`there is no event ${event}`);
  return fragment.topicHash;
}
