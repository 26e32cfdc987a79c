import type { Provider } from "ethers";
import type { Logger } from "pino";

import type { MarketClient } from "../../chain/marketClient";
import type { DurableTransactor } from "../send/accounts";
import type { Database } from "../store/database";

/** A market that the gateway keeps going, and with what. */
export interface KeptMarket {
  /** As logs and metrics call it. */
  name: string;
  client: MarketClient;
  provider: Provider;
  store: Database;
  log: Logger;
  /** Account that clears, finalises, settles and submits. */
  keeper: DurableTransactor;
  /** Seconds before the end of a window or phase in which nothing is begun any more: it would not be mined in time. */
  marginSeconds: number;
}

/** Work on a market that is looked after again and again. */
export interface Duty {
  /** As metrics call it. */
  readonly name: string;
  /**
   * Does what is due at a time, if anything; asks the chain first, so that nothing is done twice.
   * @param now the chain's time, s
   * @returns how many transactions it took
   */
  attend(now: number): Promise<number>;
}
