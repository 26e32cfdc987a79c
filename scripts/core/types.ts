/**
 * The words of the market, shared by the model, the agents and the chain client.
 *
 * Units: energy in Wh, power in W, prices in money units per kWh, amounts in money units (a market fixes how many of
 * the token's smallest units one money unit is). Quantities that meet the chain are `bigint`; frame numbers and times
 * in seconds are `number`.
 */

export type { Matching } from "./matching";
export type { MarketParameters } from "./parameterTable";

/** `charge` is a bid (gamma = 1), `discharge` an ask (gamma = 0) [T 4.7]. */
export type Side = "charge" | "discharge";

/** The grid operator's publication for one frame, ahead and once. */
export interface Publication {
  /** P_home, W. */
  baseLoadW: bigint;
  /** r(t), money units per kWh. */
  importPricePerKwh: bigint;
  /** x(t), money units per kWh. */
  exportPricePerKwh: bigint;
  /** w(t), money units per kWh. */
  wheelingPricePerKwh: bigint;
  /** Load that orders are expected to bring; none. SPEC 4. */
  expectedLoad?: ExpectedLoad;
}

/** Load of orders that the grid operator expects in a frame, for the score of plans. SPEC 4. */
export interface ExpectedLoad {
  /** Load of all orders together, W, 24 bits; negative where they feed in. */
  loadW: bigint;
  /**
   * By how many frames the first frames of those orders lie before this one, 0 to 255: ten figures, one for each tenth of
   * the load.
   */
  lagFrames: readonly number[];
}

/** Terms of an order as a pile places it. */
export interface OrderRequest {
  side: Side;
  /** Limit price, money units per kWh. */
  price: bigint;
  /** Total energy, displayed and hidden, Wh. */
  energyWh: bigint;
  /** Named peak size, Wh; 0 names none. */
  peakWh: bigint;
  /** Last frame in which the order may be delivered. */
  expiryFrame: number;
}

/** An order as it stands in the book. */
export interface Order {
  side: Side;
  price: bigint;
  /** Energy left to trade, displayed and hidden, Wh. */
  remainingWh: bigint;
  iceberg: boolean;
  /** Largest displayed quantity, Wh; for a normal order its original quantity, unless that is too large for one frame. */
  peakWh: bigint;
  firstFrame: number;
  expiryFrame: number;
  /** Market-wide number of placement; the earlier wins a tie. */
  sequence: bigint;
}

/** A match between two piles [T 4.8]. */
export interface Trade {
  sell: string;
  buy: string;
  /** Price from buyer to seller, money units per kWh. */
  price: bigint;
  energyWh: bigint;
  /**
   * Premium that the buyer pays the grid operator beyond it, money units per kWh; nothing where it is left
   * out.
   */
  premium?: bigint;
  /** Subsidy that the seller gets out of the matching fund beyond it, money units per kWh; as above. */
  subsidy?: bigint;
}

/** A fill from (charge) or to (discharge) the main grid. */
export interface GridFill {
  pile: string;
  side: Side;
  price: bigint;
  energyWh: bigint;
  /** Premium that a buyer pays the grid operator beyond the price, money units per kWh; nothing where it is left out. */
  premium?: bigint;
}

/** The decision of one frame's clearing. */
export interface FrameOutcome {
  frame: number;
  /** In the order in which the market made them. */
  trades: Trade[];
  grid: GridFill[];
  /** Recorded P_total(t), W. */
  loadW: bigint;
  /** PFL so far, W [T 4.4]. */
  pflW: bigint;
}
