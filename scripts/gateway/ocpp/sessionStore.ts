import type { Side } from "../../core/types";
import type { Database, Row } from "../store/database";
import type { MeterSample } from "./meterValues";

/** A car at a station, from its coming to its leaving; times in s since 1970. */
export interface Session {
  id: number;
  tag: string;
  startedAt: number;
  /** When it is said to leave. */
  departureAt: number;
  /** Whether it buys or sells. */
  side: Side;
  /** Energy that it is to have by then, or to sell, Wh. */
  energyWh: number;
  /** Most that it pays, or least that it takes, money units per kWh. */
  limitPrice: number;
  /** Energy that it has bought or sold so far, Wh. */
  boughtWh: number;
}

/** Fields that a session is begun with. */
type NewSession = Pick<Session, "tag" | "startedAt" | "departureAt" | "side" | "energyWh" | "limitPrice">;

/** Samples, and sessions that ended, older than this are forgotten, s. */
const [KEPT_SECONDS, SESSION_KEPT_SECONDS] = [14 * 86_400, 7 * 86_400];

/** Sessions and registers of one station in the gateway's store. */
export class SessionStore {
  constructor(
    private readonly store: Database,
    private readonly station: string,
  ) {}

  /** Begins a session, or finds it: a start that is told twice is one. A session still open ends. */
  begin(key: string, { tag, startedAt, departureAt, side, energyWh, limitPrice }: NewSession): Session {
    return this.store.atomically(() => {
      const known = this.store.get(
        "SELECT * FROM sessions WHERE station = ? AND transaction_key = ? AND started = ?",
        ...[this.station, key, startedAt],
      );
      if (known !== undefined) return sessionOf(known);
      this.store.run("UPDATE sessions SET ended = ? WHERE station = ? AND ended IS NULL", startedAt, this.station);
      this.store.run(
        `INSERT INTO sessions (station, transaction_key, tag, started, departure, side, energy_wh, limit_price)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[this.station, key, tag, startedAt, departureAt, side, Math.round(energyWh), Math.round(limitPrice)],
      );
      // Afterwards: a number that is still some station's is not given to another.
      this.store.run(
        "DELETE FROM sessions WHERE station = ? AND ended < ?",
        ...[this.station, startedAt - SESSION_KEPT_SECONDS],
      );
      return this.current()!;
    });
  }

  /** The session that is open. */
  current(): Session | undefined {
    const row = this.store.get(
      "SELECT * FROM sessions WHERE station = ? AND ended IS NULL ORDER BY id DESC LIMIT 1",
      this.station,
    );
    return row && sessionOf(row);
  }

  /** Changes what a car wants. */
  want(id: number, energyWh: number, departureAt: number): void {
    this.store.run(
      "UPDATE sessions SET energy_wh = ?, departure = ? WHERE id = ?",
      ...[Math.round(energyWh), departureAt, id],
    );
  }

  /** Notes what a frame gave, once. */
  bought(id: number, frame: number, energyWh: number): void {
    this.store.run(
      "UPDATE sessions SET bought_wh = bought_wh + ?, bought_to = ? WHERE id = ? AND bought_to < ?",
      ...[energyWh, frame, id, frame],
    );
  }

  /** Ends the session of a key, or of a number. */
  end(key: string | number, endedAt: number): void {
    const column = typeof key === "number" ? "id" : "transaction_key";
    this.store.run(
      `UPDATE sessions SET ended = ? WHERE station = ? AND ${column} = ? AND ended IS NULL`,
      ...[endedAt, this.station, key],
    );
  }

  /** Keeps registers; what was kept of a moment stays. */
  keep(samples: readonly MeterSample[]): void {
    if (samples.length === 0) return;
    this.store.atomically(() => {
      for (const { at, importWh, exportWh } of samples) {
        this.store.run(
          "INSERT OR IGNORE INTO samples (station, at, import_wh, export_wh) VALUES (?, ?, ?, ?)",
          ...[this.station, at, importWh, exportWh],
        );
      }
      const oldest = Math.max(...samples.map(({ at }) => at)) - KEPT_SECONDS;
      this.store.run("DELETE FROM samples WHERE station = ? AND at < ?", this.station, oldest);
    });
  }

  /** Registers around a span of time, with the nearest before and after it. */
  samples(from: number, until: number): MeterSample[] {
    const rows = this.store.all(
      `SELECT * FROM samples WHERE station = ?1
         AND at >= coalesce((SELECT max(at) FROM samples WHERE station = ?1 AND at <= ?2), 0)
         AND at <= coalesce((SELECT min(at) FROM samples WHERE station = ?1 AND at >= ?3), 1e18) ORDER BY at`,
      ...[this.station, from, until],
    );
    return rows.map((row) => ({
      at: Number(row["at"]),
      importWh: Number(row["import_wh"]),
      exportWh: Number(row["export_wh"]),
    }));
  }
}

function sessionOf(row: Row): Session {
  return {
    id: Number(row["id"]),
    tag: String(row["tag"]),
    startedAt: Number(row["started"]),
    departureAt: Number(row["departure"]),
    side: row["side"] as Side,
    energyWh: Number(row["energy_wh"]),
    limitPrice: Number(row["limit_price"]),
    boughtWh: Number(row["bought_wh"]),
  };
}
