import type { EventFragment } from "ethers";

import type { Market } from "../../../typechain-types/contracts/market/Market";
import type { EventArguments, EventName } from "../contractCalls";
import { MARKET_INTERFACE } from "../interfaces";
import type { Receipt } from "../transactor";
import type { MarketContracts } from "./marketContracts";

/**
 * The market's events of a name in a receipt, typed from the contract.
 *
 * @example
 * const [placed] = eventsOf(market, receipt, "OrderPlaced");
 */
export function eventsOf<Name extends EventName<Market>>(
  { address }: Pick<MarketContracts, "address">,
  receipt: Receipt,
  name: Name,
): EventArguments<Market, Name>[] {
  const { fragment, topic } = eventNamed(name);
  return receipt.logs
    .filter((log) => log.topics[0] === topic && log.address.toLowerCase() === address.toLowerCase())
    .map(({ data, topics }) => MARKET_INTERFACE.decodeEventLog(fragment, data, topics).toObject())
    .map((args) => args as EventArguments<Market, Name>);
}

/** Events that were looked up: ethers hashes every signature of the contract for each look-up. */
const known = new Map<string, { fragment: EventFragment; topic: string }>();

function eventNamed(name: EventName<Market>): { fragment: EventFragment; topic: string } {
  const found = known.get(name);
  if (found !== undefined) return found;
  const fragment = MARKET_INTERFACE.getEvent(name)!;
  const event = { fragment, topic: fragment.topicHash };
  known.set(name, event);
  return event;
}

/** The first of {@link eventsOf}. @throws Error where the receipt carries none */
export function eventOf<Name extends EventName<Market>>(
  market: Pick<MarketContracts, "address">,
  receipt: Receipt,
  name: Name,
): EventArguments<Market, Name> {
  const [event] = eventsOf(market, receipt, name);
  if (event === undefined) throw new Error(`transaction ${receipt.hash} carries no ${name}`);
  return event;
}
