import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { orderView, submissionOf } from "./http";
import type { MarketDesk } from "./marketDesk";
import type { DeskOrder } from "./orderStore";
import { TOPICS } from "./feed";
import type { Rates } from "./rates";
import { type Subscription, Subscriptions, subscriptionOf } from "./subscriptions";

const MOST_CLIENTS = 1_000;
const MOST_MESSAGE_BYTES = 4_096;
/** Unsent bytes at which a reader that does not read is let go. */
const MOST_UNSENT_BYTES = 1_000_000;

/**
 * The desk over WebSocket, at `/stream`: `{ "market", "order": { account, terms, r, vs } }` is answered as over HTTP, and
 * whoever sent an order is told what becomes of it. `{ "market", "subscribe": [topics], "account" }` has the client told
 * of the book, of frames, of all fills or of an account's, from then on.
 */
export class Stream {
  private readonly sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false },
  });
  private readonly orders = new Map<string, WebSocket>();
  /** Who listens to what. */
  readonly subscriptions = new Subscriptions(send);

  constructor(
    private readonly desks: ReadonlyMap<string, MarketDesk>,
    private readonly addressRates: Rates,
  ) {}

  /** Takes the upgrades of a server. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = (request.url ?? "").split("?", 1)[0];
      if (path !== "/stream" || this.sockets.clients.size >= MOST_CLIENTS) {
        socket.end(`HTTP/1.1 ${path === "/stream" ? "503 Service Unavailable" : "404 Not Found"}\r\n\r\n`);
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        const address = request.socket.remoteAddress ?? "";
        client.on("error", () => client.terminate());
        client.on("close", () => this.forget(client));
        client.on("message", (data) => void this.answer(client, address, (data as Buffer).toString("utf8")));
      });
    });
  }

  /** Tells whoever sent an order what became of it. */
  tellOrder(market: string, order: DeskOrder): void {
    const client = this.orders.get(order.id);
    const desk = this.desks.get(market.toLowerCase());
    if (client === undefined || desk === undefined) return;
    send(client, JSON.stringify({ type: "order", order: orderView(desk, order) }));
    if (hasEnded(order)) this.orders.delete(order.id);
  }

  /** Lets everybody go. */
  close(): void {
    for (const client of this.sockets.clients) client.close(1001, "the gateway stops");
    this.sockets.close();
  }

  private forget(client: WebSocket): void {
    this.subscriptions.forget(client);
    for (const [id, waiting] of this.orders) if (waiting === client) this.orders.delete(id);
  }

  private async answer(client: WebSocket, address: string, text: string): Promise<void> {
    const say = (message: Record<string, unknown>) => send(client, JSON.stringify(message));
    if (!this.addressRates.take(address)) return say({ type: "refused", error: "TooManyRequests" });
    const asked = messageOf(text);
    if (asked === undefined) {
      return say({
        type: "refused",
        error: "BadRequest",
        message: `expected { "market", "order": { account, terms, r, vs } } or { "market", "subscribe": [${TOPICS.map((topic) => `"${topic}"`).join(", ")}], "account" }; "fills" are an account's`,
      });
    }
    const { ref } = asked;
    const desk = this.desks.get(asked.market.toLowerCase());
    if (desk === undefined) return say({ type: "refused", ref, error: "UnknownMarket", message: asked.market });
    if ("subscription" in asked) {
      const { name } = desk.options.market;
      this.subscriptions.set(client, name, asked.subscription);
      return say({ type: "subscribed", ref, market: name, topics: [...asked.subscription.topics] });
    }
    const answer = await desk.submit(submissionOf(asked.order)).catch(() => undefined);
    if (answer === undefined)
      return say({ type: "refused", ref, error: "Failed", message: "the gateway's log says why" });
    if (!answer.accepted) return say({ type: "refused", ref, ...answer.refusal });
    if (!hasEnded(answer.order)) this.orders.set(answer.order.id, client);
    say({ type: "accepted", ref, order: orderView(desk, answer.order) });
  }
}

function hasEnded({ state }: DeskOrder): boolean {
  return state === "final" || state === "refused";
}

type Asked = { market: string; ref: unknown } & (
  { order: Record<"account" | "terms" | "r" | "vs", string> } | { subscription: Subscription }
);

const FORMS = {
  account: /^0x[0-9a-fA-F]{40}$/,
  terms: /^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/,
  r: /^0x[0-9a-fA-F]{64}$/,
  vs: /^0x[0-9a-fA-F]{64}$/,
};

function messageOf(text: string): Asked | undefined {
  try {
    const message = JSON.parse(text) as Record<"market" | "ref" | "subscribe" | "account", unknown> & {
      order?: Record<string, unknown>;
    };
    const { market, order } = message;
    if (typeof market !== "string" || market.length > 60) return undefined;
    const ref = typeof message.ref === "string" || typeof message.ref === "number" ? message.ref : undefined;
    if (order === undefined) {
      const subscription = subscriptionOf(message.subscribe, message.account);
      return subscription && { market, ref, subscription };
    }
    const sound = Object.entries(FORMS).every(([name, form]) => {
      const value = order[name];
      return typeof value === "string" && form.test(value);
    });
    return sound ? { market, ref, order: order as Record<keyof typeof FORMS, string> } : undefined;
  } catch {
    return undefined;
  }
}

function send(client: WebSocket, text: string): void {
  if (client.readyState !== client.OPEN) return;
  if (client.bufferedAmount > MOST_UNSENT_BYTES) client.terminate();
  else client.send(text);
}
