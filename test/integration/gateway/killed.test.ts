import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { Signature, verifyTypedData, Wallet } from "ethers";

import { MARKET_INTERFACE } from "../../../scripts/chain/interfaces";
import { type MarketClient } from "../../../scripts/chain/marketClient";
import { decodePileState, ORDER_TYPES, orderMessage, unpackSignedTerms } from "../../../scripts/chain/packedWords";
import { Random } from "../../../scripts/core/random";
import { orderId } from "../../../scripts/gateway/desk/orderStore";
import { cases } from "../../helpers/cases";
import { marketOnNode, nodeWallet } from "../../helpers/gatewayMarket";
import { orderBody, post, until } from "../../helpers/gatewayOrders";
import { HAS_ANVIL, type RunningNode, startAnvil } from "../../helpers/nodes";

const suite = HAS_ANVIL ? describe : describe.skip;
const PILES = 8;
const KILLS = cases(100, 2);
const FRAME = 16;

suite("gateway: killed at any moment", function () {
  this.timeout(60_000 + KILLS * 60_000);
  let node: RunningNode;
  let child: ChildProcess | undefined;
  before(async () => (node = await startAnvil("--block-time", "1")));
  after(() => {
    child?.kill("SIGKILL");
    node.stop();
  });

  async function begin(file: string, keeper: string): Promise<string> {
    child = fork(join(__dirname, "../../../scripts/gateway/process.ts"), [file], {
      execArgv: ["-r", "ts-node/register/transpile-only"],
      env: { ...process.env, TEST_GATEWAY_KEY: keeper },
    });
    const [{ url }] = (await once(child, "message")) as [{ url: string }];
    return url;
  }

  /** Names of the orders that the market took, from the terms in the batches and the piles in the events. */
  async function placedOrders(client: MarketClient): Promise<string[]> {
    const logs = await node.provider.getLogs({ address: client.address, fromBlock: 0 });
    const domain = await client.orderDomain();
    const names: string[] = [];
    for (const hash of new Set(logs.map((log) => log.transactionHash))) {
      const { data } = (await node.provider.getTransaction(hash))!;
      const call = MARKET_INTERFACE.parseTransaction({ data });
      if (call?.name !== "submitBatch") continue;
      const signed = (call.args[0] as { terms: bigint; r: string; vs: string }[]).map(({ terms: word, r, vs }) => {
        const terms = unpackSignedTerms(word)!;
        const signature = Signature.from({ r, yParityAndS: vs });
        const account = verifyTypedData(domain, ORDER_TYPES, orderMessage(terms), signature);
        return { id: orderId(client.address, account, word), account, nonce: terms.nonce };
      });
      for (const log of logs.filter(({ transactionHash }) => transactionHash === hash)) {
        const event = MARKET_INTERFACE.parseLog(log);
        if (event?.name !== "OrderPlaced") continue;
        const pile = Number(event.args[0]);
        const nonce = decodePileState(event.args[1] as bigint).nonce - 1n;
        const account = nodeWallet(pile).address;
        const taken = signed.filter((order) => order.account === account && order.nonce === nonce);
        expect(taken, hash).to.have.length(1);
        names.push(taken[0]!.id);
      }
    }
    return names;
  }

  it("goes on without a lost or doubled order or transaction", async () => {
    const market = await marketOnNode(node, PILES, { frameSeconds: FRAME, auctionSeconds: 6, minEnergyWh: 10n });
    const { client } = market;
    const random = new Random(20_26);
    const keeper = Wallet.createRandom();
    await node.provider.send("anvil_setBalance", [keeper.address, "0x8ac7230489e80000"]);
    const folder = mkdtempSync(join(tmpdir(), "adbev-"));
    const file = join(folder, "gateway.json");
    const config = {
      ...{ rpcUrl: node.url, data: folder, listen: { port: 0 }, clock: "wall", blockSeconds: 1, confirmations: 1 },
      ...{ requestsPerSecond: 1_000, keeper: { env: "TEST_GATEWAY_KEY" } },
      markets: [{ name: "main", address: client.address, leadSeconds: 4 }],
    };
    writeFileSync(file, JSON.stringify(config));

    const accepted = new Map<string, { pile: number; nonce: number }>();
    let url = await begin(file, keeper.privateKey);
    for (let kill = 0; kill < KILLS; kill++) {
      const moment = Date.now() + random.uniform(200, 4_000);
      while (Date.now() < moment) {
        const pile = 1 + Math.floor(random.uniform(0, PILES));
        const { nonce } = await client.pileState(pile);
        // An order whose last frame is over stays in its slot, and is none to replace.
        const live = (await client.liveStates()).some((one) => one.pile === pile);
        const now = Math.floor(Date.now() / 1000);
        const wallet = nodeWallet(pile);
        const body = await orderBody(client, wallet, {
          ...{ nonce, action: live ? "replace" : "place", charge: pile % 2 === 0, energyWh: 20n },
          ...{ expiryFrame: Math.floor(now / FRAME) + 20, deadline: now + 300 },
        });
        const sent = await post(url, body).catch(() => undefined);
        if (sent?.status === 202) accepted.set(String(sent.answer["id"]), { pile, nonce: Number(nonce) });
      }
      const gone = once(child!, "exit");
      child!.kill("SIGKILL");
      await gone;
      url = await begin(file, keeper.privateKey);
    }

    // Every order that was ever accepted has an outcome, and the chain tells the same.
    const states = new Map<string, string>();
    for (const id of accepted.keys()) {
      await until(
        `an outcome of ${id}`,
        async () => {
          const { state } = (await (await fetch(`${url}/markets/main/orders/${id}`)).json()) as { state: string };
          states.set(id, state);
          return state === "final" || state === "refused";
        },
        90,
      );
    }
    expect(accepted.size).to.be.at.least(KILLS);
    expect([...states.values()]).to.include("final");
    const placed = await placedOrders(client);
    expect(new Set(placed).size).to.equal(placed.length);
    for (const [id, state] of states) expect(placed.includes(id), `${id}, ${state}`).to.equal(state === "final");
    // A nonce is used once, however often an order that was refused left it to another.
    const used = placed.map((id) => accepted.get(id)).map((order) => `${order?.pile} ${order?.nonce}`);
    expect(new Set(used).size).to.equal(used.length);

    const calls = new Map<string, number>();
    for (let number = await node.provider.getBlockNumber(); number > 0; number--) {
      for (const { from, to, data } of (await node.provider.getBlock(number, true))!.prefetchedTransactions) {
        if (from === keeper.address) calls.set(`${to} ${data}`, (calls.get(`${to} ${data}`) ?? 0) + 1);
      }
    }
    expect(calls.size).to.be.greaterThan(0);
    expect([...calls.values()].filter((count) => count > 1)).to.deep.equal([]);
    const gone = once(child!, "exit");
    child!.kill("SIGTERM");
    const [code] = (await gone) as [number];
    expect(code).to.equal(0);
  });
});
