import { hostname } from "node:os";

import type { JournalWork, PendingTransaction, TransactionJournal } from "../../chain/transactionJournal";
import type { Call } from "../../chain/transactor";
import type { Database, Row } from "./database";

/** Process that no machine has; what it sent may be resumed by whoever opens the store. */
const NOBODY = `${hostname()}:ended`;
/** Ended transactions that are kept, so that what was sent before a crash is found by its call. */
const KEPT = 500;

/** A transaction as it was signed, before it was sent. */
export interface SignedTransaction {
  nonce: number;
  hash: string;
  raw: string;
}

/**
 * The journal of one account in the gateway's store. An entry stands there before its transaction is sent, with its
 * hash, and stays findable by its call when its outcome is known: a process that was killed between a receipt and what
 * it would have noted of it finds the receipt again.
 */
export class StoredJournal implements TransactionJournal {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly account: string;

  constructor(
    private readonly store: Database,
    account: string,
  ) {
    this.account = account.toLowerCase();
    this.release();
  }

  async exclusively<T>(work: JournalWork<T>): Promise<T> {
    const mine = this.turn.then(async () => {
      const entries = this.pending();
      const save = () => Promise.resolve(this.save(entries));
      // Saved whatever comes of it: what was sent before something failed was sent.
      return work(entries, save).finally(save);
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Keeps what was signed for a pending nonce; called before it is sent. */
  noteSigned({ nonce, hash, raw }: SignedTransaction): void {
    const row = this.store.get(
      "SELECT id, hashes, raws FROM transactions WHERE account = ? AND nonce = ? AND ended = 0",
      this.account,
      nonce,
    );
    if (row === undefined) return;
    const [hashes, raws] = [listOf(row["hashes"]), listOf(row["raws"])];
    if (hashes.includes(hash)) return;
    this.store.run(
      "UPDATE transactions SET hashes = ?, raws = ? WHERE id = ?",
      JSON.stringify([...hashes, hash]),
      JSON.stringify([...raws, raw]),
      row["id"]!,
    );
  }

  /** Signed transactions not known to be in a block, by nonce. */
  unfinished(): { nonce: number; hashes: string[]; raws: string[] }[] {
    return this.pendingRows().map((row) => ({
      ...{ nonce: Number(row["nonce"]), hashes: listOf(row["hashes"]), raws: listOf(row["raws"]) },
    }));
  }

  /** Hashes of the ended transactions of a call, latest first. */
  endedHashes({ to, data }: Call): string[] {
    const rows = this.store.all(
      "SELECT hashes FROM transactions WHERE account = ? AND target IS ? AND ended = 1 AND data = ? ORDER BY id DESC",
      ...[this.account, to?.toLowerCase() ?? null, data],
    );
    return rows.flatMap((row) => listOf(row["hashes"]));
  }

  /**
   * Makes the latest ended transaction of a call pending again, for a chain that no longer has it.
   * @returns how it was signed last; undefined where there is none, or its nonce waits with something else
   */
  revive({ to, data }: Call): string | undefined {
    const row = this.store.get(
      "SELECT id, raws FROM transactions WHERE account = ? AND target IS ? AND ended = 1 AND data = ? ORDER BY id DESC",
      ...[this.account, to?.toLowerCase() ?? null, data],
    );
    if (row === undefined) return undefined;
    const changed = this.store.run(
      `UPDATE transactions SET ended = 0, owner = ? WHERE id = ? AND NOT EXISTS (SELECT 1 FROM transactions AS other
         WHERE other.account = transactions.account AND other.nonce = transactions.nonce AND other.ended = 0)`,
      ...[NOBODY, row["id"]!],
    );
    return changed === 0 ? undefined : listOf(row["raws"]).at(-1);
  }

  /** Leaves what is pending to whoever sends the same next. @param nonce of one entry; all without it */
  release(nonce?: number): void {
    if (nonce === undefined) {
      this.store.run("UPDATE transactions SET owner = ? WHERE account = ? AND ended = 0", NOBODY, this.account);
      return;
    }
    this.store.run(
      "UPDATE transactions SET owner = ? WHERE account = ? AND nonce = ? AND ended = 0",
      ...[NOBODY, this.account, nonce],
    );
  }

  private pendingRows(): Row[] {
    return this.store.all("SELECT * FROM transactions WHERE account = ? AND ended = 0 ORDER BY nonce", this.account);
  }

  private pending(): PendingTransaction[] {
    return this.pendingRows().map((row) => ({
      nonce: Number(row["nonce"]),
      to: row["target"] === null ? undefined : String(row["target"]),
      data: String(row["data"]),
      hashes: listOf(row["hashes"]),
      block: Number(row["block"]),
      owner: String(row["owner"]),
    }));
  }

  private save(entries: readonly PendingTransaction[]): void {
    this.store.atomically(() => {
      const before = new Map(this.pendingRows().map((row) => [Number(row["nonce"]), row]));
      for (const { nonce, to, data, hashes, block, owner } of entries) {
        const row = before.get(nonce);
        before.delete(nonce);
        if (row === undefined) {
          this.store.run(
            "INSERT INTO transactions (account, nonce, target, data, hashes, block, owner) VALUES (?, ?, ?, ?, ?, ?, ?)",
            ...[this.account, nonce, to?.toLowerCase() ?? null, data, JSON.stringify(hashes), block, owner],
          );
          continue;
        }
        const all = [...new Set([...listOf(row["hashes"]), ...hashes])];
        this.store.run(
          "UPDATE transactions SET hashes = ?, block = ?, owner = ? WHERE id = ?",
          ...[JSON.stringify(all), block, owner, row["id"]!],
        );
      }
      for (const row of before.values()) {
        this.store.run("UPDATE transactions SET ended = 1 WHERE id = ?", row["id"]!);
      }
      if (before.size > 0) {
        this.store.run(
          `DELETE FROM transactions WHERE account = ? AND ended = 1 AND id <=
             (SELECT id FROM transactions WHERE account = ? AND ended = 1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
          ...[this.account, this.account],
        );
      }
    });
  }
}

function listOf(cell: unknown): string[] {
  return JSON.parse(String(cell)) as string[];
}
