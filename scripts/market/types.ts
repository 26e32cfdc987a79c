/**
 * The words of the market, shared by the model, the agents and the chain client.
 *
 * Units: energy in Wh, power in W, prices in money units per kWh, amounts in money units (a market fixes how many of
 * the token's smallest units one money unit is). Quantities that meet the chain are `bigint`; frame numbers and times
 * in seconds are `number`.
 */

/** `charge` is a bid (gamma = 1), `discharge` an ask (gamma = 0) [T 4.7]. */
export type Side = "charge" | "discharge";

/** Everything that is fixed when a feeder's market is deployed. */
export interface MarketParameters {
  /** Length of a delivery frame, s. Frame t is `[t F, (t + 1) F)`. */
  frameSeconds: number;
  /** Length of the auction window that ends where the frame begins, s. */
  auctionSeconds: number;
  /** How many frames before its window opens a frame's base load and tariffs must be published; at least 1. */
  leadFrames: number;
  /** Weight of the price rank in the priority f [T 4.14]. */
  alpha: number;
  /** Weight of the time rank in the priority f [T 4.14]. */
  beta: number;
  /** Orders above this are icebergs, Wh. */
  icebergThresholdWh: bigint;
  /** The largest tranche an iceberg displays, Wh. */
  icebergPeakWh: bigint;
  /** The smallest order, Wh. */
  minEnergyWh: bigint;
  /** WT_max: frames after which a waiting iceberg's tranche is filled from the grid [T Table 4-B]. */
  maxWaitFrames: number;
  /** P_sub, W [T 4.3b]. */
  capacityW: bigint;
  /** Loss allowance under the capacity, W [T 4.3b]. */
  lossAllowanceW: bigint;
  /** Every price is a multiple of this. */
  tickSize: bigint;
  /** What an ask locks, money units per kWh. */
  bondPrice: bigint;
  /** The largest wheeling charge that may be published; bids lock for it. Money units per kWh. */
  wheelingCap: bigint;
  /** The largest import tariff that may be published, money units per kWh. SPEC 1. */
  importCap: bigint;
  /** What cancelling an order that plans reckon with costs, money units per kWh displayed; 0 for nothing. SPEC 2. */
  cancelPrice: bigint;
  /** What whoever clears, finalises or settles has a claim of, money units; 0 for nothing. SPEC 5. */
  keeperReward: bigint;
  /** Who decides the flexible energy to and from the grid: the clearing itself, or plans that compete. SPEC 4. */
  settlement: "adbev" | "benefit";
  /** Length of the commit phase, and of the reveal phase, s. */
  roundSeconds: number;
  /** Time for which only the winning plan can be executed, s. */
  finaliseSeconds: number;
  /** Most frames that a plan looks ahead, 1 to 48. */
  maxHorizon: number;
  /** Whom a plan's energy is allotted to first: who ends first, or who can wait least. SPEC 4. */
  allotment: "expiry" | "slack";
  /** v: load that energy charged puts on the feeder, 1/10 000 of it; above 10 000 where some is lost [T 6.1]. */
  chargeEfficiencyBps: bigint;
  /** ϖ: load that energy fed in takes off the feeder, 1/10 000 of it; below 10 000 where some is lost [T 6.1]. */
  dischargeEfficiencyBps: bigint;
  /** Time after a frame's end in which readings are waited for, s; 0 for a market without meters. SPEC 5. */
  readingSeconds: number;
  /** Who breaches compensates the other side, or only loses credit [D]. */
  breach: "defaulter" | "counterparty";
  /** Energy above the agreed that is still traded at the agreed price, 1/10 000. */
  overBps: bigint;
  /** Credit that a pile begins with, 1/100 point. SPEC 6. */
  initialCredit: bigint;
  /** Energy that the initial credit rests on, Wh. */
  creditPriorWh: bigint;
  /** Least credit to place orders and to propose plans, 1/100 point. */
  minCredit: bigint;
  /** What orders rank by: [T 4.14], or the weights of [D Table 1]. */
  ranking: "priority" | "credit";
}

/** What the grid operator publishes for one frame, ahead and once. */
export interface Publication {
  /** P_home, W. */
  baseLoadW: bigint;
  /** r(t), money units per kWh. */
  importPrice: bigint;
  /** x(t), money units per kWh. */
  exportPrice: bigint;
  /** w(t), money units per kWh. */
  wheelingPrice: bigint;
}

/** What a pile asks for when it places an order. */
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
  /** What is left to trade, displayed and hidden, Wh. */
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
  price: bigint;
  energyWh: bigint;
}

/** A fill from (charge) or to (discharge) the main grid. */
export interface GridFill {
  pile: string;
  side: Side;
  price: bigint;
  energyWh: bigint;
}

/** What the clearing of one frame decided. */
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
