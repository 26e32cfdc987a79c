import type { Provider } from "ethers";

import type { ChainClock, RawProvider } from "../../chain/clock";
import type { MarketClient } from "../../chain/marketClient";
import type { Transactor } from "../../chain/transactor";
import type { Floor } from "./floor";

/** Measured cost of one operation. */
export interface Measurement {
  operation: string;
  /** The external function that does it. */
  call: string;
  /** Gas of the receipts: the median of a single operation, or a marginal or fixed part fitted to receipts. */
  gas: number;
  /** The same before refunds. */
  grossGas: number;
  /** Least that the EVM charges for it: by its schedule, and as measured on the same chain in the same run. */
  floor: Floor;
  scheduledFloorGas: number;
  measuredFloorGas: number;
  /** Whether most of the gas goes into arithmetic, of which a floor has none. */
  computes: boolean;
  /** How many receipts the figure rests on. */
  samples: number;
}

/** A clearing's cost over sizes of the book. */
export interface ClearingSeries {
  /** Orders in the book: all wait, or all are filled one to one. */
  book: "waits" | "filled";
  points: { orders: number; gas: number }[];
  /** Gas of one more order, between each size and its double. */
  marginals: { orders: number; gas: number }[];
  /** Rest of the smallest book's gas without its orders. */
  fixedGas: number;
}

/** Everything a run measured. */
export interface BenchResult {
  seed: number;
  measurements: Measurement[];
  clearing: ClearingSeries[];
}

/** Setting of the bench: a fresh market on an in-process chain, with nothing else going on. */
export interface BenchSetting {
  client: MarketClient;
  clock: ChainClock;
  provider: RawProvider;
  /** The same chain, for reading. */
  rpc: Provider;
  /** Operator, registrar, guardian, gateway and clearer. */
  sender: Transactor;
  /** Transactor of any address. */
  accountAt: (address: string) => Promise<Transactor>;
  /** A factory of markets. */
  factory: string;
}
