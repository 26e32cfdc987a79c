import { MARKET_INTERFACE } from "./interfaces";
import { openedArgument } from "./openedWords";
import { type LogProvider, readLogs } from "./readLogs";

/** An event of a market, its packed words opened. */
export interface MarketEvent {
  block: number;
  transaction: string;
  /** Name of the event. */
  event: string;
  /** Its arguments by name. */
  args: Readonly<Record<string, unknown>>;
}

/** Part of an ethers provider that reading events needs. */
export interface LogSource extends LogProvider {
  getBlockNumber(): Promise<number>;
}

/** The names of a market's events. */
export function eventNames(): string[] {
  const names: string[] = [];
  MARKET_INTERFACE.forEachEvent(({ name }) => names.push(name));
  return names;
}

/**
 * The events of a market in the latest blocks, oldest first.
 *
 * @param blocks how many blocks to look back
 */
export async function readEvents(source: LogSource, market: string, blocks: number): Promise<MarketEvent[]> {
  const latest = await source.getBlockNumber();
  const range = { fromBlock: Math.max(0, latest - blocks + 1), toBlock: latest };
  return (await readLogs(source, [{ address: market }], range)).flatMap((log) => {
    const parsed = MARKET_INTERFACE.parseLog(log);
    if (parsed === null) return [];
    const args = Object.fromEntries(
      parsed.fragment.inputs.map(({ name }, index) => [name, openedArgument(name, parsed.args[index])]),
    );
    return [{ block: log.blockNumber, transaction: log.transactionHash, event: parsed.name, args }];
  });
}

/** Whether an event is about a pile: its own, or a clearing that fills its order. */
export function concerns({ args }: MarketEvent, pile: number): boolean {
  const { fills } = args;
  const filled =
    Array.isArray(fills) && (fills as { sell: number; buy: number }[]).some((f) => f.sell === pile || f.buy === pile);
  return filled || (args["pile"] !== undefined && Number(args["pile"]) === pile);
}
