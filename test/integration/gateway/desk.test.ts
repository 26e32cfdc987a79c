import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { Script } from "node:vm";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { Wallet } from "ethers";
import pino from "pino";
import ts from "typescript";
import { WebSocket } from "ws";

import { ERROR_INTERFACES } from "../../../scripts/chain/interfaces";
import { MarketClient } from "../../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../../scripts/chain/transactor";
import { parseConfig } from "../../../scripts/gateway/config";
import { type RunningGateway, runGateway } from "../../../scripts/gateway/service";
import { marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { codeOf, curlCommands, HAS_CURL, inShell } from "../../helpers/documentedCommands";
import { orderBody, post, until } from "../../helpers/gatewayOrders";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;
const FRAME = 1_800;

suite("gateway: order desk", function () {
  this.timeout(120_000);
  let node: RunningNode;
  let market: NodeMarket;
  let gateway: RunningGateway;
  let start: number;
  const lines: string[] = [];

  before(async () => {
    node = await startAnvil();
    market = await marketOnNode(node, 4, { minEnergyWh: 100n });
    const { clock, client, admin } = market;
    start = Math.floor((await clock.now()) / FRAME) + 4;
    const tariffs = {
      baseLoadW: 33_000n,
      importPricePerKwh: 200_000n,
      exportPricePerKwh: 50_000n,
      wheelingPricePerKwh: 0n,
    };
    await client.publish(
      admin,
      start,
      Array.from({ length: 4 }, () => tariffs),
    );
    await clock.reach((start - 1) * FRAME + 60);
    process.env["TEST_GATEWAY_KEY"] = nodeWallet(9).privateKey;
    const config = parseConfig(
      {
        ...{ rpcUrl: node.url, data: mkdtempSync(join(tmpdir(), "adbev-")), listen: { port: 0 } },
        ...{ clock: "chain", blockSeconds: 0.25, confirmations: 1, requestsPerSecond: 500 },
        keeper: { env: "TEST_GATEWAY_KEY" },
        markets: [{ name: "main", address: client.address, leadSeconds: 30 }],
      },
      "test",
    );
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    gateway = await runGateway({ config, log });
  });
  after(async () => {
    await gateway?.stop();
    node.stop();
  });

  const get = async (path: string) => (await fetch(`${gateway.url}${path}`)).json() as Promise<Record<string, unknown>>;
  const bodyOf = async (pile: number, terms: Parameters<typeof orderBody>[2] = {}) =>
    orderBody(market.client, nodeWallet(pile), { expiryFrame: start + 1, ...terms });

  it("refuses by name what the contract would, without a transaction", async () => {
    const sent = await node.provider.getTransactionCount(nodeWallet(9).address);
    const good = await bodyOf(1);
    const stranger = await orderBody(market.client, Wallet.createRandom(), { expiryFrame: start + 1 });
    const cases: [string, unknown][] = [
      ["InvalidSignature", { ...good, r: good.r.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) }],
      ["InvalidSignature", { ...good, account: nodeWallet(2).address }],
      ["NotRegistered", stranger],
      ["MalformedTerms", { ...good, terms: `0x${"f".repeat(64)}` }],
      ["SignatureExpired", await bodyOf(1, { deadline: start * FRAME - FRAME })],
      ["PriceOutOfRange", await bodyOf(1, { price: 0n })],
      ["EnergyBelowMinimum", await bodyOf(1, { energyWh: 1n })],
      ["ExpiryOutOfRange", await bodyOf(1, { expiryFrame: start - 2 })],
      ["InvalidNonce", await bodyOf(1, { nonce: 7n })],
      ["InsufficientBalance", await bodyOf(1, { energyWh: 10_000_000n })],
      ["NoLiveOrder", await bodyOf(1, { action: "cancel" })],
    ];
    // A signature for another chain or market recovers to somebody else.
    const other = Object.create(market.client, {
      orderDomain: { value: async () => ({ ...(await market.client.orderDomain()), chainId: 1n }) },
    }) as typeof market.client;
    cases.push(["InvalidSignature", await orderBody(other, nodeWallet(1), { expiryFrame: start + 1 })]);
    for (const [error, body] of cases) {
      const { answer } = await post(gateway.url, body);
      expect(answer["error"], JSON.stringify(answer)).to.equal(error);
      expect(answer["message"]).to.be.a("string").and.not.contain("\n");
    }
    expect(await node.provider.getTransactionCount(nodeWallet(9).address)).to.equal(sent);
  });

  it("answers what is no order, no market, too long or too slow", async () => {
    expect((await post(gateway.url, "{")).status).to.equal(400);
    expect((await post(gateway.url, { account: "0x1" })).answer["error"]).to.equal("BadRequest");
    expect((await post(gateway.url, await bodyOf(1), "elsewhere")).answer["error"]).to.equal("UnknownMarket");
    expect((await post(gateway.url, "x".repeat(10_000))).status).to.equal(413);
    expect((await get("/nothing"))["error"]).to.equal("NotFound");
    const shouting = new WebSocket(`${gateway.url.replace("http", "ws")}/stream`);
    await once(shouting, "open");
    shouting.send("x".repeat(10_000));
    await once(shouting, "close");
    const { port } = new URL(gateway.url);
    // Headers that never end are cut off; a thousand connections at once leave the next one answered.
    const slow = connect(Number(port), "127.0.0.1");
    slow.resume();
    slow.write("POST /markets/main/orders HTTP/1.1\r\nHost: x\r\n");
    const crowd = Array.from({ length: 1_000 }, () => connect(Number(port), "127.0.0.1"));
    crowd.forEach((socket) => socket.on("error", () => undefined));
    await once(crowd.at(-1)!, "connect");
    expect((await get("/health"))["status"]).to.equal("ok");
    crowd.forEach((socket) => socket.destroy());
    await once(slow, "close");
  });

  it("brings accepted orders on chain in a batch before the window, and answers for each", async () => {
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/stream`);
    const told: Record<string, unknown>[] = [];
    socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await once(socket, "open");
    const listeners = nodeWallet(1).address;
    socket.send(JSON.stringify({ market: "main", ref: 1, subscribe: ["fills"] }));
    socket.send(JSON.stringify({ market: "main", ref: 2, subscribe: ["weather"] }));
    socket.send(
      JSON.stringify({ market: "main", ref: 3, subscribe: ["book", "frames", "trades", "fills"], account: listeners }),
    );
    const other = new WebSocket(`${gateway.url.replace("http", "ws")}/stream`);
    const toldOther: Record<string, unknown>[] = [];
    other.on("message", (data: Buffer) => toldOther.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await once(other, "open");
    other.send(JSON.stringify({ market: "main", subscribe: ["fills"], account: nodeWallet(3).address }));
    await until("both listen", async () =>
      [told, toldOther].every((all) => all.some(({ type }) => type === "subscribed")),
    );
    const bid = await post(gateway.url, await bodyOf(1, { energyWh: 1_500n }));
    expect([bid.status, bid.answer["state"]]).to.deep.equal([202, "accepted"]);
    const again = await post(gateway.url, await bodyOf(1, { energyWh: 1_500n }));
    expect(again.answer["id"]).to.equal(bid.answer["id"]);
    expect((await post(gateway.url, await bodyOf(1, { energyWh: 1_600n }))).status).to.equal(409);
    socket.send("nonsense");
    socket.send(
      JSON.stringify({ market: "main", ref: 5, order: await bodyOf(2, { charge: false, energyWh: 1_500n }) }),
    );
    // Good when it is taken, and bad when its batch comes: its pile has withdrawn by then.
    const poor = await post(gateway.url, await bodyOf(3, { energyWh: 1_500n }));
    expect(poor.status).to.equal(202);
    const pile3 = new UnlockedTransactor(node.provider, nodeWallet(3).address, ERROR_INTERFACES);
    await market.client.withdraw(pile3, nodeWallet(3).address, 1_000_000_000n);
    await until("two accepted", async () => told.some(({ type, ref }) => type === "accepted" && ref === 5));
    // No account to fills, no such topic, and nonsense.
    expect(told.filter(({ error }) => error === "BadRequest")).to.have.length(3);

    await market.clock.reach(start * FRAME - 600 - 25);
    const stateOf = async (answer: Record<string, unknown>) => get(`/markets/main/orders/${String(answer["id"])}`);
    await until("on chain", async () => ["chain", "final"].includes(String((await stateOf(bid.answer))["state"])));
    const refused = await stateOf(poor.answer);
    expect([refused["state"], refused["reason"]]).to.deep.equal([
      "refused",
      `InsufficientBalance (free 0, needed 195000)`,
    ]);
    expect(await get("/markets/main/book")).to.have.length(2);
    await market.clock.reach(start * FRAME - 500);
    await until("cleared", async () => (await market.client.marketTotals()).lastFrame >= start);
    await node.provider.send("evm_mine", []);
    await until("final", async () => (await stateOf(bid.answer))["state"] === "final");
    const frame = (await get(`/markets/main/frames/${start}?account=${nodeWallet(1).address}`)) as { fills: unknown[] };
    expect(frame.fills).to.have.length(1);
    expect(
      told.filter(({ type }) => type === "order").map(({ order }) => (order as { state: string }).state),
    ).to.include("chain");
    await until("told of the frame", async () => told.some(({ type }) => type === "fills"));
    const of = (type: string) => told.filter((message) => message.type === type);
    expect(of("subscribed")).to.deep.equal([
      { type: "subscribed", ref: 3, market: "main", topics: ["book", "frames", "trades", "fills"] },
    ]);
    const books = of("book").map(({ orders }) => (orders as unknown[]).length);
    expect(books).to.include(2);
    expect(books.at(-1)).to.equal(0);
    expect(of("frame").map(({ frame, by }) => [frame, by])).to.deep.equal([[start, "clearing"]]);
    const fill = {
      ...{ seller: nodeWallet(2).address, buyer: nodeWallet(1).address, energyWh: 1_500, price: 130_000 },
      by: "clearing",
    };
    expect(of("trades")).to.deep.equal([
      { type: "trades", market: "main", frame: start, by: "clearing", fills: [fill] },
    ]);
    expect(of("fills")).to.deep.equal([{ ...of("trades")[0], type: "fills", account: listeners.toLowerCase() }]);
    expect(toldOther.map(({ type }) => type)).to.deep.equal(["subscribed"]);
    // Whoever listens to nothing any more is told nothing.
    socket.send(JSON.stringify({ market: "main", ref: 4, subscribe: [] }));
    await until("silence", async () => of("subscribed").length === 2);
    socket.close();
    other.close();
  });

  (HAS_CURL ? it : it.skip)("answers the document's curl commands as it says", async () => {
    const [markets, order, state, book, frame, ...more] = curlCommands("gateway.md");
    expect(more).to.deep.equal([]);
    const body = await bodyOf(4, { energyWh: 1_700n, expiryFrame: start + 2 });
    const filled = Object.entries(body).reduce((line, [name, value]) => {
      expect(line).to.contain(`"${name}": "0x…"`);
      return line.replace(`"${name}": "0x…"`, `"${name}": "${value}"`);
    }, order!);
    const asked = async (line: string) => {
      expect(line).to.contain("localhost:8600/");
      return JSON.parse(await inShell(line.replace("localhost:8600", new URL(gateway.url).host))) as unknown;
    };
    expect(((await asked(markets!)) as { name: string }[]).map(({ name }) => name)).to.deep.equal(["main"]);
    const { id, state: now } = (await asked(filled)) as { id: string; state: string };
    expect(now).to.equal("accepted");
    expect(await asked(state!.replace("5f0c…", id))).to.include({ id, account: nodeWallet(4).address });
    expect(await asked(book!)).to.be.an("array");
    const cleared = frame!.replace("990012", String(start)).replace("0x…", nodeWallet(1).address);
    expect(((await asked(cleared)) as { fills: unknown[] }).fills).to.have.length(1);
  });

  it("takes what the document's script sends", async () => {
    const [snippet, ...more] = codeOf("gateway.md", "ts");
    expect(more).to.deep.equal([]);
    const names = ["MarketClient", "market", "provider", "wallet", "expiryFrame", "deadline", "gateway"] as const;
    const code = ts.transpile(`async (${names.join(", ")}) => { ${snippet!} }`, { target: ts.ScriptTarget.ES2022 });
    const script = new Script(code).runInThisContext() as (...given: unknown[]) => Promise<void>;
    const counted = async () => gateway.markets.get("main")!.orders.in("accepted").length;
    const before = await counted();
    const deadline = Math.floor(await market.clock.now()) + 3_600;
    const given = [MarketClient, market.client.address, node.provider, nodeWallet(1), start + 2, deadline, gateway.url];
    // The document names the desk by its root and its market.
    await script(...given);
    expect(await counted()).to.equal(before + 1);
  });

  it("describes itself, counts itself, and logs no key", async () => {
    expect(Object.keys((await get("/openapi.json"))["paths"] as object)).to.include("/markets/{market}/orders");
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).to.match(/adbev_order_answers_total\{market="main",answer="InvalidSignature"\} 3/);
    expect(metrics).to.match(/adbev_duties_total\{market="main",duty="batch",outcome="done"\} 1/);
    expect(lines.length).to.be.greaterThan(2);
    lines.forEach((line) => expect(JSON.parse(line)).to.have.property("msg"));
    expect(lines.join("")).not.to.contain(nodeWallet(9).privateKey.slice(2));
  });
});
