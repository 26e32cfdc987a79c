import type { Side } from "../core/types";
import type { Random } from "../core/random";
import type { EvStay } from "./ev";

/** A market's parameters as agents reckon with them: {@link MarketParameters} in plain numbers. */
export interface AgentMarket {
  frameSeconds: number;
  priceWeight: number;
  timeWeight: number;
  icebergThresholdWh: number;
  icebergPeakWh: number;
  minEnergyWh: number;
  maxWaitFrames: number;
  /** Capacity less the loss allowance, W. */
  usableCapacityW: number;
  tickSize: number;
  /** Rise of the grid's price with the load, in a market that has it. SPEC 3. */
  congestion?: { fromW: number; pricePerKwhPerKw: number };
}

/** A live order in the public book. Wh, money units per kWh. */
export interface BookLine {
  pile: string;
  /** Energy that the pile can move in a frame, Wh: its registered rated power. */
  pileFrameWh: number;
  side: Side;
  price: number;
  remainingWh: number;
  iceberg: boolean;
  peakWh: number;
  firstFrame: number;
  expiryFrame: number;
  sequence: number;
}

/** Need of a pile, as everybody can gather from its public orders and fills. */
export interface PublicNeed {
  pile: string;
  /** Energy that the pile can move in a frame, Wh. */
  pileFrameWh: number;
  /** The energy it first asked for, Wh. */
  announcedWh: number;
  /** That less what it was given since, Wh. */
  energyWh: number;
  /** Last frame in which it may be delivered. */
  lastFrame: number;
  /** Its live order, if it has one now. */
  order: BookLine | undefined;
}

/** The operator's publication for a frame. W, money units per kWh. */
export interface PublishedFrame {
  baseLoadW: number;
  importPricePerKwh: number;
  exportPricePerKwh: number;
  wheelingPricePerKwh: number;
}

/**
 * The two moments of a frame at which agents decide: `open`, soon after it begins, and `close`, shortly before the
 * window of the next frame opens, when the book shows what was placed at `open`. Within one moment agents decide at the
 * same time and do not see each other.
 */
export type Moment = "open" | "close";

/**
 * All that an agent sees besides its own EV. Everything here is on the chain; there is nothing of other EVs' plans or of
 * arrivals to come.
 */
export interface PublicView {
  /** The frame that is running; what is decided now is for `frame + 1`. */
  frame: number;
  moment: Moment;
  market: AgentMarket;
  /** The live orders. */
  book: readonly BookLine[];
  /** The charging needs that are known of, those between two orders included. */
  needs: readonly PublicNeed[];
  /** Publication for a frame, past or to come; undefined if there was none. */
  published(frame: number): PublishedFrame | undefined;
  /** Recorded P_total of a cleared frame, W. */
  recordedLoadW(frame: number): number | undefined;
  /** The guide price of a frame, money units per kWh [T 4.11]. */
  guidePrice(frame: number): number;
}

/** An agent's own affairs. */
export interface OwnState {
  stay: Readonly<EvStay>;
  /** Energy that it still has to buy or sell, Wh. */
  remainingWh: number;
  /** Its live order. */
  order: BookLine | undefined;
  /** The most it pays or the least it takes, money units per kWh. */
  limitPrice: number;
}

/** An order as an agent wants it; it takes the place of a live one. */
export interface WantedOrder {
  price: number;
  energyWh: number;
  /** Named peak, Wh; none without it. */
  peakWh?: number;
  /** The EV's departure without it. */
  expiryFrame?: number;
}

/** An agent's decision: place or replace its order, cancel it, or let things stand. */
export type Decision = WantedOrder | "cancel" | undefined;

/**
 * How agents trade. One policy serves all agents of a feeder; it must keep nothing about them between calls, so that an
 * agent knows what its view shows and no more.
 */
export interface OrderPolicy {
  readonly name: string;
  /**
   * Decides for one EV at one moment of one frame of its stay.
   *
   * @param random A stream of this EV alone, at its beginning at every call: for a draw that changes with time, take
   * `random.stream(String(view.frame))`.
   */
  decide(own: OwnState, view: PublicView, random: Random): Decision;
}
