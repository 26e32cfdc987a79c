import type { ActionResult } from "../core/ports";
import type { MarketClient, SignedOrder } from "./marketClient";
import type { Receipt, Transactor } from "./transactor";

/** Orders per transaction; a hundred stay far below the network's gas cap. */
export const MOST_IN_BATCH = 100;

/** A signed order on its way to the market. */
export interface PendingOrder {
  /** Number of the pile that signed it. */
  pile: number;
  /** The nonce that it carries. */
  nonce: bigint;
  signed: SignedOrder;
}

/** Whoever submits what piles have signed. */
export interface OrderGateway {
  /** @returns a result for each order */
  submit(orders: readonly PendingOrder[]): Promise<ActionResult[]>;
}

/** Means that a {@link BatchGateway} sends with. */
export interface GatewayOptions {
  client: MarketClient;
  sender: Transactor;
  /** Told of every transaction and how many orders it carried. */
  onReceipt?: (receipt: Receipt, orders: number) => void;
}

/** A gateway that submits orders in batches, in their order. It remembers nothing. */
export class BatchGateway implements OrderGateway {
  constructor(private readonly options: GatewayOptions) {}

  async submit(orders: readonly PendingOrder[]): Promise<ActionResult[]> {
    const { client, sender, onReceipt } = this.options;
    const results: ActionResult[] = [];
    for (let start = 0; start < orders.length; start += MOST_IN_BATCH) {
      const batch = orders.slice(start, start + MOST_IN_BATCH);
      const { receipt, refused } = await client.submitBatch(
        sender,
        batch.map(({ signed }) => signed),
      );
      onReceipt?.(receipt, batch.length);
      const errors = new Map(refused.map(({ position, refusal }) => [position, refusal.error]));
      batch.forEach((_, position) => {
        const error = errors.get(position);
        results.push(error === undefined ? { accepted: true } : { accepted: false, error });
      });
    }
    return results;
  }

  /**
   * {@link submit} by a process that does not know which of the orders another one has submitted before: those whose
   * nonce the market has used are there, all others are sent.
   *
   * @returns the results, and how many orders were there
   */
  async resume(orders: readonly PendingOrder[]): Promise<{ results: ActionResult[]; there: number }> {
    const { client } = this.options;
    const used = await Promise.all(orders.map(async ({ pile, nonce }) => (await client.pileState(pile)).nonce > nonce));
    const missing = await this.submit(orders.filter((_, index) => !used[index]));
    return {
      results: orders.map((_, index) => (used[index] ? { accepted: true } : missing.shift()!)),
      there: used.filter(Boolean).length,
    };
  }
}
