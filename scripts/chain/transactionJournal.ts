import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";

import { lock } from "proper-lockfile";

import type { Call } from "./transactor";

/** A transaction whose outcome was not known when this was written. */
export interface PendingTransaction {
  nonce: number;
  /** The contract that is called; none where one is created. */
  to?: string | undefined;
  data: string;
  /** Of every version that was sent; later ones offer more for gas. */
  hashes: string[];
  /** Latest block when it was first sent. */
  block: number;
  /** Process that waits for it, as `host:pid`. */
  owner: string;
}

/** Keeps an account's transactions from the moment before they are sent until their outcome is known. */
export interface TransactionJournal {
  /** Lets one process at a time choose a nonce and send; entries are kept as `work` leaves them. */
  exclusively<T>(work: JournalWork<T>): Promise<T>;
}

/** Changes the entries in place; what `save` was called after outlives the process. */
export type JournalWork<T> = (entries: PendingTransaction[], save: () => Promise<void>) => Promise<T>;

/** This process, as journals name it. */
export const THIS_PROCESS = `${hostname()}:${process.pid}`;

/** Whether the process that an entry names still runs; one on another machine is taken to. */
export function isOwned({ owner }: Pick<PendingTransaction, "owner">): boolean {
  const at = owner.lastIndexOf(":");
  if (owner.slice(0, at) !== hostname()) return true;
  try {
    process.kill(Number(owner.slice(at + 1)), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether an entry is of the same call. */
export function isSameCall(entry: PendingTransaction, { to, data }: Call): boolean {
  return entry.to?.toLowerCase() === to?.toLowerCase() && entry.data === data;
}

/** A journal in memory: two processes do not know of each other, and none can resume. */
export class MemoryJournal implements TransactionJournal {
  private readonly entries: PendingTransaction[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  async exclusively<T>(work: JournalWork<T>): Promise<T> {
    const mine = this.turn.then(async () => work(this.entries, () => Promise.resolve()));
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** A journal in a file, one an account and chain. */
export class FileJournal implements TransactionJournal {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly file: string) {}

  /** A journal in `file`; in memory where nothing can be written there. */
  static async open(file: string): Promise<TransactionJournal> {
    try {
      await mkdir(dirname(file), { recursive: true });
      const journal = new FileJournal(file);
      await journal.exclusively(async () => undefined);
      return journal;
    } catch (error) {
      if (!["EACCES", "EROFS", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      return new MemoryJournal();
    }
  }

  async exclusively<T>(work: JournalWork<T>): Promise<T> {
    const mine = this.turn.then(async () => this.locked(work));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async locked<T>(work: JournalWork<T>): Promise<T> {
    const patience = { retries: 200, minTimeout: 25, maxTimeout: 500 };
    const release = await lock(this.file, { realpath: false, stale: 30_000, retries: patience });
    try {
      const entries = entriesOf(await readFile(this.file, "utf8").catch(() => ""));
      let written = JSON.stringify(entries);
      const save = async () => {
        const text = JSON.stringify(entries);
        if (text !== written) await this.write(text);
        written = text;
      };
      // Saved whatever comes of it: what was sent before something failed was sent.
      return await work(entries, save).finally(save);
    } finally {
      await release();
    }
  }

  private async write(text: string): Promise<void> {
    const draft = `${this.file}.${process.pid}`;
    await writeFile(draft, text);
    await rename(draft, this.file);
  }
}

function entriesOf(text: string): PendingTransaction[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? (parsed as PendingTransaction[]) : [];
  } catch {
    // Damaged, it tells of nothing.
    return [];
  }
}
