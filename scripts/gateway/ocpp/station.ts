import type { Logger } from "pino";

import type { OcppConfig } from "../config";
import { InputError } from "../../core/errors";
import { type MeterValue, samplesOf } from "./meterValues";
import type { RecordStore } from "./recordStore";
import type { SessionStore } from "./sessionStore";
import { recordsOf } from "./signedValues";

/** Clocks that are off by less are taken to be right, s. */
const TOLERATED_SECONDS = 30;

/** Draw that a frame allows a station. */
export interface Allowance {
  frame: number;
  /** Below 0 it is what the station is to feed in. */
  limitW: number;
  /** s since 1970 */
  from: number;
  seconds: number;
}

/** One station as the gateway knows it, in whichever version of OCPP it speaks. */
export class Station {
  /** Seconds by which its clock is ahead of the gateway's. */
  private ahead = 0;
  /** Sends a limit; undefined while it is not connected. */
  limit: ((allowance: Allowance) => Promise<string>) | undefined;

  constructor(
    readonly id: string,
    readonly sessions: SessionStore,
    private readonly settings: Pick<OcppConfig, "drivers" | "defaults">,
    private readonly now: () => number,
    private readonly log: Logger,
    private readonly can: {
      /** Of a meter that signs its own records. */
      records?: RecordStore | undefined;
      /** Whether it discharges cars. */
      discharges?: boolean;
    } = {},
  ) {}

  /** The gateway's clock, as OCPP writes times. */
  currentTime(): string {
    return new Date(this.now() * 1_000).toISOString();
  }

  /** Learns of a clock that is wrong from a message that tells of this moment. */
  toldNow(timestamp: string | undefined): void {
    const told = timestamp === undefined ? Number.NaN : Date.parse(timestamp) / 1_000;
    if (!Number.isFinite(told)) return;
    const ahead = told - this.now();
    const wrong = Math.abs(ahead) > TOLERATED_SECONDS;
    if (wrong && this.ahead === 0)
      this.log.warn({ aheadSeconds: Math.round(ahead) }, "the station's clock is wrong; corrected");
    this.ahead = wrong ? ahead : 0;
  }

  /**
   * A car is plugged in. Told twice, it is one session.
   *
   * @param dischargesBy whether the version that the station speaks has a way to discharge
   * @returns its number
   */
  begun(key: string, tag: string, timestamp: string, dischargesBy = false): number {
    const startedAt = this.time(timestamp);
    const known = this.settings.drivers[tag];
    const { energyWh, stayMinutes, limitPrice } = known ?? this.settings.defaults;
    const side = known?.side ?? "charge";
    const sells = side === "discharge" && dischargesBy && this.can.discharges === true;
    if (side === "discharge" && !sells) this.log.warn({ tag }, "the station discharges no cars; nothing is sold");
    const wanted = { side, energyWh: side === "charge" || sells ? energyWh : 0, limitPrice };
    const departureAt = startedAt + stayMinutes * 60;
    const session = this.sessions.begin(key, { tag, startedAt, departureAt, ...wanted });
    this.log.info({ session: session.id, ...wanted, known: known !== undefined }, "car plugged in");
    return session.id;
  }

  /** Takes the car's own word about its need. */
  needs(energyWh: number | undefined, departure: string | undefined): boolean {
    const session = this.sessions.current();
    if (session === undefined) return false;
    const departureAt = departure === undefined ? session.departureAt : this.time(departure);
    // A car that is to sell does not say how much.
    const wanted = session.side === "charge" ? energyWh : undefined;
    this.sessions.want(session.id, wanted ?? session.energyWh, departureAt);
    return true;
  }

  /** The car is unplugged. */
  ended(key: string | number, timestamp: string): void {
    this.sessions.end(key, this.time(timestamp));
    this.log.info({ session: key }, "car unplugged");
  }

  /** Keeps what its meter showed. */
  metered(values: readonly MeterValue[]): void {
    this.record(values);
    this.sessions.keep(samplesOf(values).map((sample) => ({ ...sample, at: sample.at - this.ahead })));
  }

  /** Keeps the records that its meter signed; their times are the meter's own. */
  private record(values: readonly MeterValue[]): void {
    const { records } = this.can;
    if (records === undefined) return;
    for (const text of recordsOf(values)) {
      try {
        records.keep(text);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.log.warn({ error: error.message.slice(0, 200) }, "a record that is not of its meter");
      }
    }
  }

  private time(timestamp: string): number {
    const told = Date.parse(timestamp) / 1_000;
    return Number.isFinite(told) ? told - this.ahead : this.now();
  }
}
