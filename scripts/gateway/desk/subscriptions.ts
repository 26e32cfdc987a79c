import type { WebSocket } from "ws";

import type { Listeners, Told, Topic } from "./feed";
import { TOPICS } from "./feed";

/** Topics that a client listens to in a market. */
export interface Subscription {
  topics: ReadonlySet<Topic>;
  /** Whose fills, in small letters. */
  account: string | undefined;
}

/** Who listens to what; a client that goes is forgotten. */
export class Subscriptions implements Listeners {
  private readonly markets = new Map<string, Map<WebSocket, Subscription>>();

  /** @param send hands a text to a client, or lets it go where it does not read */
  constructor(private readonly send: (client: WebSocket, text: string) => void) {}

  /** Replaces what a client listens to in a market. */
  set(client: WebSocket, market: string, subscription: Subscription): void {
    const clients = this.markets.get(market) ?? new Map<WebSocket, Subscription>();
    this.markets.set(market, clients);
    if (subscription.topics.size === 0) clients.delete(client);
    else clients.set(client, subscription);
  }

  forget(client: WebSocket): void {
    for (const clients of this.markets.values()) clients.delete(client);
  }

  wanted(market: string): ReadonlySet<Topic> {
    return new Set([...this.of(market).values()].flatMap(({ topics }) => [...topics]));
  }

  accounts(market: string): ReadonlySet<string> {
    const named = [...this.of(market).values()].filter(({ topics }) => topics.has("fills"));
    return new Set(named.flatMap(({ account }) => (account === undefined ? [] : [account])));
  }

  tell(market: string, { topic, account, message }: Told): void {
    let text: string | undefined;
    for (const [client, subscription] of this.of(market)) {
      if (!subscription.topics.has(topic) || (account !== undefined && subscription.account !== account)) continue;
      this.send(client, (text ??= JSON.stringify(message)));
    }
  }

  private of(market: string): ReadonlyMap<WebSocket, Subscription> {
    return this.markets.get(market) ?? new Map<WebSocket, Subscription>();
  }
}

/** Reads a wish to listen. @returns undefined where it is none */
export function subscriptionOf(subscribe: unknown, account: unknown): Subscription | undefined {
  if (!Array.isArray(subscribe) || subscribe.length > TOPICS.length) return undefined;
  const topics = new Set<Topic>();
  for (const one of subscribe as unknown[]) {
    const topic = TOPICS.find((known) => known === one);
    if (topic === undefined) return undefined;
    topics.add(topic);
  }
  const isAccount = typeof account === "string" && /^0x[0-9a-fA-F]{40}$/.test(account);
  if (topics.has("fills") ? !isAccount : account !== undefined && !isAccount) return undefined;
  return { topics, account: isAccount ? account.toLowerCase() : undefined };
}
