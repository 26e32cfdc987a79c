import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";
import { WebSocket, type WebSocketServer } from "ws";

import type { MarketDesk } from "../../../../scripts/gateway/desk/marketDesk";
import { Rates } from "../../../../scripts/gateway/desk/rates";
import type { DeskOrder } from "../../../../scripts/gateway/desk/orderStore";
import { Stream } from "../../../../scripts/gateway/desk/stream";

const HEX = "11".repeat(32);

describe("scripts/gateway/desk/stream", () => {
  it("keeps one listener a client however many orders it sends, and nothing of a client that is gone", async () => {
    const submit: MarketDesk["submit"] = async ({ account, terms }) => {
      const order = { id: String(terms), account, state: terms > 50n ? "final" : "accepted" } as DeskOrder;
      return { accepted: true, order, again: false };
    };
    const desk = { options: { market: { name: "main" } }, submit } as unknown as MarketDesk;
    const stream = new Stream(new Map([["main", desk]]), new Rates({ perSecond: 1_000, burst: 1_000 }));
    const { sockets, orders } = stream as unknown as { sockets: WebSocketServer; orders: Map<string, WebSocket> };
    const server = createServer();
    stream.attach(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/stream`;
    const [one, other] = [new WebSocket(url), new WebSocket(url)];
    await Promise.all([once(one, "open"), once(other, "open")]);
    const send = async (client: WebSocket, terms: number) => {
      const answered = once(client, "message");
      const order = { account: `0x${"22".repeat(20)}`, terms: String(terms), r: `0x${HEX}`, vs: `0x${HEX}` };
      client.send(JSON.stringify({ market: "main", order }));
      const [data] = (await answered) as [Buffer];
      expect(JSON.parse(data.toString())).to.deep.include({ type: "accepted" });
    };
    const listeners = () => [...sockets.clients].map((client) => client.listenerCount("close"));
    await send(one, 1);
    const before = listeners();
    for (let terms = 2; terms <= 40; terms++) await send(one, terms);
    expect(listeners()).to.deep.equal(before);
    // An order that has ended is nothing to wait for.
    await send(one, 51);
    expect(orders.size).to.equal(40);
    // Whoever sent an order last is told of it, though another one that sent it goes.
    await send(other, 7);
    one.close();
    await once(one, "close");
    while (sockets.clients.size > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect([...orders.keys()]).to.deep.equal(["7"]);
    const told = once(other, "message");
    stream.tellOrder("main", { id: "7", state: "final" } as DeskOrder);
    expect(String((await told)[0])).to.contain('"final"');
    expect(orders.size).to.equal(0);
    stream.close();
    other.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
});
