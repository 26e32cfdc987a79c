import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { DatabaseSync } from "@photostructure/sqlite";

import { InputError } from "../../core/errors";
import { MIGRATIONS } from "./migrations";

type Connection = InstanceType<typeof DatabaseSync>;
type Statement = ReturnType<Connection["prepare"]>;

/** A value that SQLite keeps. */
export type Cell = string | number | bigint | null;

/** A row by its columns' names. */
export type Row = Record<string, Cell>;

/** Nothing can be kept, such as on a full disk. */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
}

/**
 * The gateway's memory: one SQLite file, of one process at a time. Whatever {@link run} or {@link atomically} returned
 * from survives the process and the machine: every commit is synced to the disk.
 */
export class Database {
  private readonly statements = new Map<string, Statement>();
  private depth = 0;

  private constructor(
    private readonly db: Connection,
    /** Holds the lock that makes this the file's only gateway. */
    private readonly guard: Connection | undefined,
  ) {}

  /**
   * Opens a file, made where there is none. @param file a path, or `:memory:`
   * @throws InputError where another gateway has it, or it is no database of a gateway
   */
  static open(file: string): Database {
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
    let [guard, db]: (Connection | undefined)[] = [];
    try {
      // In a transaction for ever: the lock goes with the process, however it ends.
      if (file !== ":memory:") {
        guard = new DatabaseSync(`${file}.lock`);
        guard.exec("BEGIN EXCLUSIVE");
      }
      db = new DatabaseSync(file);
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      const opened = new Database(db, guard);
      opened.migrate();
      return opened;
    } catch (error) {
      db?.close();
      guard?.close();
      const message = messageOf(error);
      if (/locked|busy/i.test(message)) {
        throw new InputError(file, "another gateway works with this file; stop it first");
      }
      if (/not a database|malformed|version/i.test(message)) {
        throw new InputError(file, `no file of a gateway: ${message}`);
      }
      throw error;
    }
  }

  /** Changes something. @throws StoreFailure where it cannot be kept */
  run(sql: string, ...cells: Cell[]): number {
    try {
      return Number(this.prepared(sql).run(...cells).changes);
    } catch (error) {
      throw asFailure(error);
    }
  }

  /** The rows of a query. */
  all(sql: string, ...cells: Cell[]): Row[] {
    return this.prepared(sql).all(...cells) as Row[];
  }

  /** The first row of a query; undefined where it has none. */
  get(sql: string, ...cells: Cell[]): Row | undefined {
    return this.prepared(sql).get(...cells) as Row | undefined;
  }

  /** Keeps all that `work` changes, or nothing of it where it throws. */
  atomically<T>(work: () => T): T {
    if (this.depth > 0) return work();
    this.exec("BEGIN IMMEDIATE");
    this.depth++;
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.db.isTransaction) this.exec("ROLLBACK");
      throw error;
    } finally {
      this.depth--;
    }
  }

  /** Limits the file, pages of 4 KiB; what would make it longer fails as on a full disk. */
  limitPages(pages: number): void {
    this.db.exec(`PRAGMA max_page_count = ${Math.floor(pages)}`);
  }

  /** Closes the file; nothing can be done with it afterwards. */
  close(): void {
    this.statements.clear();
    this.db.close();
    this.guard?.close();
  }

  private migrate(): void {
    const { user_version: version } = this.db.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > MIGRATIONS.length) throw new Error(`it is of a later version, ${version}`);
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      this.atomically(() => this.exec(`${sql}; PRAGMA user_version = ${index + 1}`));
    }
  }

  private prepared(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private exec(sql: string): void {
    try {
      this.db.exec(sql);
    } catch (error) {
      throw asFailure(error);
    }
  }
}

function asFailure(error: unknown): unknown {
  const message = messageOf(error);
  return /full|disk|readonly|I\/O/i.test(message) ? new StoreFailure(message) : error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
