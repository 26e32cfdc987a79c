import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import pino from "pino";

import { parseConfig } from "../../../scripts/gateway/config";
import { type RunningGateway, runGateway } from "../../../scripts/gateway/service";
import { StoreFailure } from "../../../scripts/gateway/store/database";
import { marketOnNode, type NodeMarket, nodeWallet } from "../../helpers/gatewayMarket";
import { orderBody, post, until } from "../../helpers/gatewayOrders";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;
const FRAME = 1_800;

suite("gateway: what happens to chains, disks and nodes", function () {
  this.timeout(120_000);
  let node: RunningNode;
  let market: NodeMarket;
  let gateway: RunningGateway;
  let folder: string;
  let start: number;

  before(async () => {
    node = await startAnvil("--base-fee", "0", "--gas-price", "0");
    market = await marketOnNode(node, 3);
    const { clock, client } = market;
    start = Math.floor((await clock.now()) / FRAME) + 2;
    await clock.reach((start - 1) * FRAME + 60);
    folder = mkdtempSync(join(tmpdir(), "adbev-"));
    process.env["TEST_GATEWAY_KEY"] = nodeWallet(9).privateKey;
    const config = parseConfig(
      {
        ...{ rpcUrl: node.url, data: folder, listen: { port: 0 } },
        ...{ clock: "chain", blockSeconds: 0.25, confirmations: 50, requestsPerSecond: 500 },
        keeper: { env: "TEST_GATEWAY_KEY" },
        markets: [{ name: "main", address: client.address, leadSeconds: 30 }],
      },
      "test",
    );
    gateway = await runGateway({ config, log: pino({ level: "silent" }) });
  });
  after(async () => {
    await gateway?.stop();
    node.stop();
  });

  const orderOf = async (pile: number) =>
    orderBody(market.client, nodeWallet(pile), { expiryFrame: start + 1, energyWh: 1_500n });
  const stateOf = async (id: unknown) => {
    const response = await fetch(`${gateway.url}/markets/main/orders/${String(id)}`);
    return (await response.json()) as { state: string; tx: string };
  };

  it("takes no order that it cannot keep, and goes on once there is room", async () => {
    const { store } = gateway.markets.get("main")!;
    store.limitPages(1);
    expect(() => {
      for (;;) {
        store.run(
          `INSERT INTO orders (id, market, pile, account, terms, r, vs, nonce, deadline, received_ms, state)
             VALUES (hex(randomblob(8)), 'filler', 0, '', '', '', '', 0, 0, 0, 'final')`,
        );
      }
    }).to.throw(StoreFailure);
    const full = await post(gateway.url, await orderOf(2));
    expect([full.status, full.answer["error"]]).to.deep.equal([503, "StoreFull"]);
    store.limitPages(100_000);
    expect((await post(gateway.url, await orderOf(2))).status).to.equal(202);
  });

  it("brings an order back on chain that a reorganisation took off it", async () => {
    const { answer } = await post(gateway.url, await orderOf(1));
    await market.clock.reach(start * FRAME - 600 - 25);
    await until("on chain", async () => (await stateOf(answer["id"])).state === "chain");
    expect((await market.client.pileState(1)).remainingWh).to.equal(1_500n);
    const { tx } = await stateOf(answer["id"]);
    const depth =
      (await node.provider.getBlockNumber()) - (await node.provider.getTransactionReceipt(tx))!.blockNumber + 1;
    await node.provider.send("anvil_reorg", [depth, []]);
    await until("on chain once more", async () => (await market.client.pileState(1)).remainingWh === 1_500n);
    await until("and known to be", async () => (await stateOf(answer["id"])).state === "chain");
    expect(await node.provider.getTransactionReceipt((await stateOf(answer["id"])).tx)).not.to.equal(null);
  });

  it("is the only one with its store, and says what is wrong when its node is gone", async () => {
    const config = parseConfig(
      {
        ...{ rpcUrl: node.url, data: folder, listen: { port: 0 }, keeper: { env: "TEST_GATEWAY_KEY" } },
        markets: [{ name: "main", address: market.client.address }],
      },
      "test",
    );
    const second = await runGateway({ config, log: pino({ level: "silent" }) }).catch((error: Error) => error.message);
    expect(second).to.contain("another gateway works with this file");
    const order = await orderOf(3);
    node.stop();
    await until("noticed", async () => (await fetch(`${gateway.url}/health`)).status === 503);
    const away = await post(gateway.url, order);
    expect([away.status, away.answer["error"]]).to.deep.equal([503, "NodeAway"]);
  });
});
