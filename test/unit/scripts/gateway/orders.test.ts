import { expect } from "chai";
import pino from "pino";

import { ContractRefusal } from "../../../../scripts/chain/refusal";
import type { SignedTerms } from "../../../../scripts/chain/packedWords";
import { Batching } from "../../../../scripts/gateway/desk/batching";
import { OrderStore } from "../../../../scripts/gateway/desk/orderStore";
import type { KeptMarket } from "../../../../scripts/gateway/keeper/duty";
import { SessionStore } from "../../../../scripts/gateway/ocpp/sessionStore";
import { Database } from "../../../../scripts/gateway/store/database";

const MARKET = `0x${"11".repeat(20)}`;
const DAY_MS = 86_400_000;
const SIGNED = { terms: 1n, r: "0x1", vs: "0x2" };

describe("scripts/gateway: what becomes of orders", () => {
  const realNow = Date.now;
  afterEach(() => (Date.now = realNow));

  const begun = () => {
    const store = Database.open(":memory:");
    const orders = new OrderStore(store, MARKET);
    let pile = 0;
    const accept = () => {
      pile++;
      const terms = { nonce: 0n, deadline: 2 ** 33 } as SignedTerms;
      return orders.accept(`order ${pile}`, { index: pile, account: `0x${pile}` }, SIGNED, terms);
    };
    return { store, orders, accept };
  };
  const batching = (orders: OrderStore, chain: Partial<Record<string, number | null>>, refuse = false) => {
    const hash = "0xabc";
    const client = {
      parameters: { frameSeconds: 1_800, auctionSeconds: 600 },
      submitBatch: async (sender: { send: (call: unknown) => Promise<unknown> }) => {
        if (refuse) throw new ContractRefusal("EntryIsPaused", {});
        await sender.send({});
        return { refused: [] };
      },
    };
    const provider = {
      getBlockNumber: async () => chain["latest"],
      getTransactionReceipt: async () => (chain["block"] == null ? null : { blockNumber: chain["block"] }),
    };
    const keeper = { address: "0x9", sendOnce: async () => ({ hash, gasUsed: 0n, logs: [] }) };
    const market = { client, provider, keeper, log: pino({ level: "silent" }) } as unknown as KeptMarket;
    const told: string[] = [];
    const duty = new Batching(market, orders, { leadSeconds: 1_200, confirmations: 2 }, ({ state }) =>
      told.push(state),
    );
    return { duty, told };
  };

  it("has neither transaction nor block where a whole batch was refused", async () => {
    const { orders, accept } = begun();
    accept();
    accept();
    await batching(orders, { latest: 10, block: 5 }, true).duty.attend(1_000_000);
    for (const id of ["order 1", "order 2"]) {
      const order = orders.get(id)!;
      expect(order.state).to.equal("refused");
      expect(order.reason).to.contain("EntryIsPaused");
      expect(order).to.not.have.any.keys("tx", "block");
    }
  });

  it("is final only in a block that is known and deep, whichever a reorganisation moved it to", async () => {
    const { orders, accept } = begun();
    accept();
    // Mined, and lost again before it could be looked at.
    const chain: Partial<Record<string, number | null>> = { latest: 10, block: null };
    const { duty, told } = batching(orders, chain);
    await duty.attend(1_000_000);
    expect(orders.get("order 1")).to.include({ state: "chain", tx: "0xabc" }).and.not.have.property("block");
    chain["block"] = 8;
    chain["latest"] = 9;
    await duty.attend(1_000_001);
    expect(orders.get("order 1")).to.include({ state: "chain", block: 8 });
    chain["block"] = 9;
    chain["latest"] = 10;
    await duty.attend(1_000_002);
    expect(orders.get("order 1")).to.include({ state: "chain", block: 9 });
    chain["latest"] = 11;
    await duty.attend(1_000_003);
    expect(orders.get("order 1")).to.include({ state: "final", block: 9 });
    expect(told).to.deep.equal(["chain", "final"]);
  });

  it("is forgotten after a week, and its batch with it, so that months leave no more than a week does", () => {
    const { store, orders, accept } = begun();
    const count = (table: string) => Number(store.get(`SELECT count(*) AS n FROM ${table}`)!["n"]);
    const sizes: number[] = [];
    for (let day = 0; day < 180; day++) {
      Date.now = () => day * DAY_MS;
      const placed = Array.from({ length: 20 }, accept);
      const id = orders.batch(placed, "0x9");
      const refused = day % 3 === 0 ? new Map(placed.map((_, position) => [position, "refused"])) : new Map();
      orders.close(id, placed, { tx: `0x${day}`, block: day }, refused as Map<number, string>);
      expect(orders.finish(day)).to.have.length(day % 3 === 0 ? 0 : 20);
      orders.forget(day * DAY_MS);
      const [ordersKept, batchesKept] = [count("orders"), count("batches")];
      expect(ordersKept).to.equal(20 * Math.min(day + 1, 8));
      expect(batchesKept).to.equal(Math.min(day + 1, 8));
      sizes.push(Number(store.get("PRAGMA page_count")!["page_count"]));
    }
    expect(Math.max(...sizes.slice(20))).to.be.at.most(Math.max(...sizes.slice(0, 20)) + 2);
    // An order that is still on its way stays, however old.
    const waiting = accept();
    orders.batch([waiting], "0x9");
    orders.forget(1_000 * DAY_MS);
    expect(orders.openBatches()).to.have.length(1);
    expect(count("orders")).to.equal(1);
  });

  it("asks for open batches and old orders by an index", () => {
    const { store } = begun();
    const plan = (sql: string, ...cells: string[]) =>
      store
        .all(`EXPLAIN QUERY PLAN ${sql}`, ...cells)
        .map(({ detail }) => detail)
        .join();
    expect(plan("SELECT id FROM batches WHERE market = ? AND open = 1 ORDER BY id", "m")).to.contain("batches_open");
    expect(
      plan("DELETE FROM orders WHERE market = ? AND ended_ms < ? AND state IN ('final', 'refused')", "m", "1"),
    ).to.contain("orders_ended");
    expect(plan("SELECT * FROM sessions WHERE station = ? AND ended IS NULL ORDER BY id DESC LIMIT 1", "s")).to.contain(
      "sessions_open",
    );
  });

  it("forgets sessions a week after they ended, and gives no number twice", () => {
    const store = Database.open(":memory:");
    const [one, other] = [new SessionStore(store, "one"), new SessionStore(store, "other")];
    const DAY = 86_400;
    const car = (day: number) => ({
      ...{
        tag: "alice",
        startedAt: day * DAY,
        departureAt: day * DAY + 3_600,
        side: "charge" as const,
        energyWh: 1_000,
        limitPrice: 1,
      },
    });
    const numbers = new Set<number>();
    for (let day = 1; day <= 180; day++) {
      const session = one.begin("", car(day));
      expect(numbers.has(session.id)).to.equal(false);
      numbers.add(session.id);
      expect(one.begin("", car(day)).id).to.equal(session.id);
      one.end(session.id, day * DAY + 3_600);
      if (day === 1) expect(other.begin("", car(day)).id).to.equal(2);
      if (day === 1) numbers.add(2);
      expect(Number(store.get("SELECT count(*) AS n FROM sessions WHERE station = 'one'")!["n"])).to.be.at.most(8);
    }
    // An open one stays.
    expect(other.current()).to.include({ id: 2, startedAt: DAY });
  });
});
