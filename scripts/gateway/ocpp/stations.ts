import { POLICIES } from "../../piles/policies";
import { InputError } from "../../core/errors";
import type { OcppConfig } from "../config";
import type { MarketDesk } from "../desk/marketDesk";
import type { KeptMarket } from "../keeper/duty";
import { loadKey } from "../keys";
import type { Metrics } from "../metrics";
import type { ReadingStore } from "../store/readings";
import { Bridge, type StationPile } from "./bridge";
import { CentralSystem } from "./centralSystem";
import { RecordStore } from "./recordStore";
import { SessionStore } from "./sessionStore";
import { Station } from "./station";

/** Time before a window's batch at which agents decide for the last time, in times of its lead. */
const CLOSE_LEADS = 3;

/** A market as stations need it. */
export interface BridgedMarket extends KeptMarket {
  desk: MarketDesk;
  readings: ReadingStore;
  leadSeconds: number;
}

/** The charging stations of a gateway: who they are, and what makes each a pile of its market. */
export class Stations {
  private readonly known = new Map<string, { station: Station; password: string; pile: StationPile; market: string }>();

  private constructor(private readonly settings: OcppConfig) {}

  /** Reads who is let in. @throws InputError naming what is wrong */
  static async read(
    settings: OcppConfig,
    markets: ReadonlyMap<string, BridgedMarket>,
    now: () => number,
  ): Promise<Stations> {
    const stations = new Stations(settings);
    for (const one of settings.stations) {
      const { id, market: name, password: given, passwordEnv, key, meterKey, recordMeter, ratedW, discharges } = one;
      const market = markets.get(name);
      if (market === undefined) throw new InputError(`station ${id}`, `there is no market "${name}" in the settings`);
      const password = given ?? (passwordEnv === undefined ? undefined : process.env[passwordEnv]);
      if (password === undefined || password === "") throw new InputError(`station ${id}`, "a password is needed");
      const wallet = await loadKey(key);
      if (recordMeter !== undefined && meterKey !== undefined) {
        throw new InputError(`station ${id}`, "meterKey does not go with recordMeter, which has its own key");
      }
      if (discharges && recordMeter !== undefined && recordMeter.exportRegister === undefined) {
        throw new InputError(`station ${id}`, "discharges, and its recordMeter names no exportRegister to show it");
      }
      const records = recordMeter === undefined ? undefined : new RecordStore(market.store, id, recordMeter);
      const signs = { key: meterKey === undefined ? wallet : await loadKey(meterKey) };
      const log = market.log.child({ station: id });
      const station = new Station(id, new SessionStore(market.store, id), settings, now, log, {
        records,
        discharges,
      });
      const pile = { station, pile: wallet, meter: records === undefined ? signs : { records }, ratedW };
      stations.known.set(id, { station, password, pile, market: name });
    }
    return stations;
  }

  /** Bridge from a market to its stations. */
  bridge(market: BridgedMarket): Bridge {
    const mine = [...this.known.values()].filter((one) => one.market === market.name);
    const policy = POLICIES[this.settings.policy]!();
    const closeSeconds = CLOSE_LEADS * market.leadSeconds;
    const { desk, readings } = market;
    return new Bridge({ market, desk, readings, stations: mine.map(({ pile }) => pile), policy, closeSeconds });
  }

  /** Opens the door. */
  async listen(log: KeptMarket["log"], metrics: Metrics): Promise<CentralSystem> {
    const { listen, tls } = this.settings;
    const onConnected = (count: number) => metrics.stations.set(count);
    return CentralSystem.open({ listen, tls, stations: this.known, log, onConnected });
  }
}
