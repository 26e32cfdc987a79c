import { createHash } from "node:crypto";

import type { SignedOrder } from "../../chain/actions/signed";
import type { SignedTerms } from "../../chain/packedWords";
import type { Database, Row } from "../store/database";

/**
 * Where an order stands: `accepted`, waiting for its batch; `sent` in a batch; `chain`, in a block; `final`, in one deep
 * enough; `refused`, with the reason.
 */
type OrderState = "accepted" | "sent" | "chain" | "final" | "refused";

/** A signed order that the desk answers for. */
export interface DeskOrder {
  id: string;
  account: string;
  pile: number;
  signed: SignedOrder;
  nonce: number;
  /** s */
  deadline: number;
  state: OrderState;
  /** Why it was refused. */
  reason?: string;
  tx?: string;
  block?: number;
  /** When it came and when its outcome was known, ms since 1970. */
  receivedMs: number;
  endedMs?: number;
}

/** Ended orders are forgotten after a week. */
const KEPT_MS = 7 * 86_400_000;

/** Name of an order: the same for the same terms of the same pile, whoever sends them how often. */
export function orderId(market: string, account: string, terms: bigint): string {
  const text = `${market.toLowerCase()} ${account.toLowerCase()} ${terms.toString(16)}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** The orders of one market in the gateway's store. */
export class OrderStore {
  constructor(
    private readonly store: Database,
    readonly market: string,
  ) {}

  /** Keeps an accepted order; once this returns it is not lost. @throws StoreFailure */
  accept(id: string, pile: { index: number; account: string }, signed: SignedOrder, terms: SignedTerms): DeskOrder {
    this.store.run(
      `INSERT INTO orders (id, market, pile, account, terms, r, vs, nonce, deadline, received_ms, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted')`,
      ...[id, this.market, pile.index, pile.account, signed.terms.toString(), signed.r, signed.vs],
      ...[Number(terms.nonce), terms.deadline, Date.now()],
    );
    return this.get(id)!;
  }

  get(id: string): DeskOrder | undefined {
    const row = this.store.get("SELECT * FROM orders WHERE id = ? AND market = ?", id, this.market);
    return row && orderOf(row);
  }

  /** Orders in a state, oldest first. */
  in(state: OrderState, most = 10_000): DeskOrder[] {
    return this.store
      .all(
        "SELECT * FROM orders WHERE state = ? AND market = ? ORDER BY received_ms, rowid LIMIT ?",
        ...[state, this.market, most],
      )
      .map(orderOf);
  }

  /** Whether a pile has an order that is not on chain yet. */
  isWaiting(pile: number): boolean {
    const row = this.store.get(
      "SELECT 1 FROM orders WHERE market = ? AND pile = ? AND state IN ('accepted', 'sent') LIMIT 1",
      ...[this.market, pile],
    );
    return row !== undefined;
  }

  /** Puts orders into a batch, all or none. @returns its number */
  batch(orders: readonly DeskOrder[], sender: string): number {
    return this.store.atomically(() => {
      this.store.run("INSERT INTO batches (market, sender) VALUES (?, ?)", this.market, sender);
      const id = Number(this.store.get("SELECT max(id) AS id FROM batches")!["id"]);
      for (const order of orders) {
        this.store.run("UPDATE orders SET state = 'sent', batch = ? WHERE id = ?", id, order.id);
      }
      return id;
    });
  }

  /** Batches whose outcome is not known, with their orders in order. */
  openBatches(): { id: number; orders: DeskOrder[] }[] {
    const rows = this.store.all("SELECT id FROM batches WHERE market = ? AND open = 1 ORDER BY id", this.market);
    return rows.map((row) => ({
      id: Number(row["id"]),
      orders: this.store
        .all("SELECT * FROM orders WHERE batch = ? ORDER BY received_ms, rowid", row["id"]!)
        .map(orderOf),
    }));
  }

  /**
   * Notes what became of a batch, all of it or nothing.
   * @param where its transaction and block, as far as it has them
   * @param reasons by place, of those that were refused
   */
  close(
    id: number,
    orders: readonly DeskOrder[],
    { tx, block }: { tx: string | undefined; block: number | undefined },
    reasons: ReadonlyMap<number, string>,
  ): void {
    this.store.atomically(() => {
      orders.forEach((order, position) => {
        const reason = reasons.get(position);
        this.store.run(
          "UPDATE orders SET state = ?, reason = ?, tx = ?, block = ?, ended_ms = ? WHERE id = ?",
          ...[reason === undefined ? "chain" : "refused", reason ?? null, tx ?? null, block ?? null, Date.now()],
          order.id,
        );
      });
      this.store.run("UPDATE batches SET open = 0 WHERE id = ?", id);
    });
  }

  /** Takes back what was noted of the batch of an order: the chain no longer has it. */
  reopen(order: DeskOrder): void {
    this.store.atomically(() => {
      const row = this.store.get("SELECT batch FROM orders WHERE id = ?", order.id);
      const batch = row?.["batch"] ?? null;
      this.store.run("UPDATE batches SET open = 1 WHERE id = ?", batch);
      this.store.run(
        "UPDATE orders SET state = 'sent', reason = NULL, tx = NULL, block = NULL, ended_ms = NULL WHERE batch = ?",
        batch,
      );
    });
  }

  /** Notes the block of a transaction; a reorganisation moves it to another. */
  mined(tx: string, block: number): void {
    this.store.run(
      "UPDATE orders SET block = ? WHERE market = ? AND state = 'chain' AND tx = ? AND block IS NOT ?",
      ...[block, this.market, tx, block],
    );
  }

  /** Notes that an order was refused without a batch. */
  refuse(id: string, reason: string): void {
    this.store.run(
      "UPDATE orders SET state = 'refused', reason = ?, ended_ms = ? WHERE id = ?",
      ...[reason, Date.now(), id],
    );
  }

  /** Notes that a block is deep enough. @returns the orders that are final now */
  finish(upToBlock: number): DeskOrder[] {
    const deep = this.in("chain").filter(({ block }) => block !== undefined && block <= upToBlock);
    this.store.atomically(() => {
      for (const { id } of deep) this.store.run("UPDATE orders SET state = 'final' WHERE id = ?", id);
    });
    return deep.map((order) => ({ ...order, state: "final" }));
  }

  /** Forgets orders that ended long ago, and batches that nobody asks about any more. @param now ms since 1970 */
  forget(now: number): void {
    this.store.atomically(() => {
      const forgotten = this.store.run(
        "DELETE FROM orders WHERE market = ? AND ended_ms < ? AND state IN ('final', 'refused')",
        ...[this.market, now - KEPT_MS],
      );
      if (forgotten === 0) return;
      this.store.run(
        `DELETE FROM batches WHERE market = ? AND open = 0
           AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.batch = batches.id)`,
        this.market,
      );
    });
  }
}

function orderOf(row: Row): DeskOrder {
  const optional = <T>(name: string, column: string, as: (cell: unknown) => T) =>
    row[column] === null || row[column] === undefined ? {} : { [name]: as(row[column]) };
  return {
    id: String(row["id"]),
    account: String(row["account"]),
    pile: Number(row["pile"]),
    signed: { terms: BigInt(row["terms"]!), r: String(row["r"]), vs: String(row["vs"]) },
    nonce: Number(row["nonce"]),
    deadline: Number(row["deadline"]),
    state: row["state"] as OrderState,
    receivedMs: Number(row["received_ms"]),
    ...optional("reason", "reason", String),
    ...optional("tx", "tx", String),
    ...optional("block", "block", Number),
    ...optional("endedMs", "ended_ms", Number),
  };
}
