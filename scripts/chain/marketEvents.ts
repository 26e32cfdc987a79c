import { MARKET_INTERFACE } from "./interfaces";
import { openedArgument } from "./openedWords";
import { GRID, type PackedFill } from "./packedWords";
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

/** An event's arguments in one line. */
export function eventText({ args }: MarketEvent): string {
  return Object.entries(args)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(", ");
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueText).join("; ");
  if (typeof value !== "object" || value === null) return String(value);
  if ("sell" in value && "buy" in value) {
    const { sell, buy, energyWh, price, premium = 0n, subsidy = 0n } = value as PackedFill;
    const gap =
      premium + subsidy === 0n
        ? ""
        : ` (the buyer pays ${(price + premium).toString()}, the seller gets ${(price + subsidy).toString()})`;
    const who = (pile: number) => (pile === GRID ? "grid" : String(pile));
    return `${who(sell)} → ${who(buy)} ${energyWh.toString()} Wh at ${price.toString()}${gap}`;
  }
  return `(${Object.entries(value)
    .map(([name, inner]) => `${name} ${String(inner)}`)
    .join(", ")})`;
}
