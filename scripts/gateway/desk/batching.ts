import { MOST_IN_BATCH } from "../../chain/orderGateway";
import { ContractRefusal } from "../../chain/refusal";
import type { Receipt, Transactor } from "../../chain/transactor";
import type { Duty, KeptMarket } from "../keeper/duty";
import type { DeskOrder, OrderStore } from "./orderStore";

/** How batches are cut. */
interface BatchRules {
  /** Seconds before a window opens at which its batch is sent. */
  leadSeconds: number;
  /** Blocks on top of an order's before it is final. */
  confirmations: number;
}

/** Told what became of orders: metrics, streams. */
type OrderWatcher = (order: DeskOrder) => void;

/** Sends what the desk has accepted, in batches shortly before each window, and notes what became of each order. */
export class Batching implements Duty {
  readonly name = "batch";

  constructor(
    private readonly market: KeptMarket,
    private readonly orders: OrderStore,
    private readonly rules: BatchRules,
    private readonly watch: OrderWatcher = () => undefined,
  ) {}

  async attend(now: number): Promise<number> {
    let sent = 0;
    // Batches that an earlier process began, or that a reorganisation undid.
    for (const { id, orders } of this.orders.openBatches()) sent += await this.send(id, orders);
    await this.confirm();
    this.orders.forget(Date.now());
    const due = this.due(now);
    for (let start = 0; start < due.length; start += MOST_IN_BATCH) {
      const orders = due.slice(start, start + MOST_IN_BATCH);
      sent += await this.send(this.orders.batch(orders, this.market.keeper.address), orders);
    }
    return sent;
  }

  /** The accepted orders, if it is time; those whose deadline has gone by are answered. */
  private due(now: number): DeskOrder[] {
    const { frameSeconds, auctionSeconds } = this.market.client.parameters;
    const { leadSeconds } = this.rules;
    const accepted = this.orders.in("accepted");
    const late = accepted.filter(({ deadline }) => deadline < now);
    for (const { id } of late) {
      this.orders.refuse(id, "SignatureExpired: its deadline went by before it could be sent");
      this.watch(this.orders.get(id)!);
    }
    const live = accepted.filter(({ deadline }) => deadline >= now);
    const opens = (Math.floor((now + auctionSeconds) / frameSeconds) + 1) * frameSeconds - auctionSeconds;
    const isTime = opens - now <= leadSeconds || live.length >= MOST_IN_BATCH;
    // A deadline before the next batch is no reason to miss it.
    return isTime ? live : live.filter(({ deadline }) => deadline <= opens);
  }

  private async send(id: number, orders: readonly DeskOrder[]): Promise<number> {
    const { client, keeper, log, provider } = this.market;
    let receipt: Receipt | undefined;
    const once: Transactor = {
      address: keeper.address,
      send: async (call) => (receipt = await keeper.sendOnce(call)),
    };
    const reasons = new Map<number, string>();
    try {
      const { refused } = await client.submitBatch(
        once,
        orders.map(({ signed }) => signed),
      );
      for (const { position, refusal } of refused) reasons.set(position, refusal.message);
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      orders.forEach((_, position) => reasons.set(position, error.message));
    }
    const hash = receipt?.hash;
    // Refused as a whole, it has no transaction; one whose block the node has lost again has none for now.
    const mined = hash === undefined ? null : await provider.getTransactionReceipt(hash);
    this.orders.close(id, orders, { tx: hash, block: mined?.blockNumber }, reasons);
    for (const order of orders) this.watch(this.orders.get(order.id)!);
    log.info({ batch: id, orders: orders.length, refused: reasons.size, tx: hash }, "batch sent");
    return 1;
  }

  /** Orders in deep blocks are final; those whose block is gone are sent again. */
  private async confirm(): Promise<void> {
    const { provider, log } = this.market;
    const waiting = this.orders.in("chain");
    if (waiting.length === 0) return;
    const latest = await provider.getBlockNumber();
    for (const tx of new Set(waiting.map((order) => order.tx!))) {
      const mined = await provider.getTransactionReceipt(tx);
      if (mined !== null) {
        this.orders.mined(tx, mined.blockNumber);
        continue;
      }
      log.warn({ tx }, "a batch is no longer on the chain; sending it again");
      this.orders.reopen(waiting.find((order) => order.tx === tx)!);
    }
    for (const order of this.orders.finish(latest - this.rules.confirmations)) this.watch(order);
  }
}
