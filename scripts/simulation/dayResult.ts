import type { Imbalance, Reading } from "../core/settlement";
import type { GridFill, Trade } from "../core/types";
import type { CapacityUse, Fluctuation } from "../metrics/fluctuation";
import type { EvStay } from "../piles/ev";
import type { GasUse } from "../core/ports";

/** One measured frame. Power in W, energy in Wh, prices in money units per kWh. */
export interface FrameReport {
  frame: number;
  /** When it begins, `18:30`. */
  time: string;
  /** P_home(t). */
  baseLoadW: number;
  /** Draw of EVs from the grid. */
  evLoadW: number;
  /** Recorded P_total(t). */
  loadW: number;
  /** P_total(t) of the same EVs uncontrolled and under the plain cap. */
  uncontrolledW: number;
  cappedW: number;
  tradedWh: number;
  gridWh: number;
  /** Energy that discharging EVs sold, to piles and to the grid. */
  soldWh: number;
  /** Part of what they earned for it that refilling, losses and wear leave them, money units; below 0 at a loss. */
  sellersNet: bigint;
  /** r(t). */
  importPricePerKwh: number;
  /** Average price of the deals of the frame, trades and grid fills alike [T Fig. 4.3]; undefined without any. */
  meanPrice: number | undefined;
  trades: readonly Trade[];
  grid: readonly GridFill[];
}

/** Outcome of a round over a measured frame. SPEC 4. */
export interface RoundReport {
  frame: number;
  /** Number of the feeder, from 1, where several are reported together. */
  feeder?: number;
  /** Whose plan was executed; undefined where the fallback stood. */
  winner: string | undefined;
  /** Benefit of what was executed, out of 10^18 [T 5.7]. */
  lambda: bigint;
  /** Energy that it leaves unserved within its horizon, Wh. */
  unservedWh: number;
  /** Plans that were refused, and why. */
  refused: { proposer: string; error: string }[];
}

/** One EV that came within the measured frames. */
export interface EvReport {
  stay: EvStay;
  /** Need of its user, Wh: as the file says of a recorded one, up to its target of a drawn one. */
  neededWh: number;
  /** Part of it that its pile could move in its stay at rated power, Wh. */
  possibleWh: number;
  /**
   * Energy that it asks the market for, Wh: its need, or as much as can be had at the market's peak size. SPEC 7.
   */
  askedWh: number;
  /** Energy that it bought or sold, Wh; traded with other piles and with the grid. */
  servedWh: number;
  tradedWh: number;
  gridWh: number;
  /** Missing energy, Wh: of the need of a recorded EV, of the order of a drawn one. */
  unservedWh: number;
  /** Paid less earned, money units. */
  cost: bigint;
  /** Change of the energy in its battery, Wh, not rounded: below 0 for one that sold. */
  batteryChangeWh: number;
  /** Of one that sold, money units: what replaces the energy at the lowest tariff of the day, losses included; wear. */
  refillCost: bigint;
  wearCost: bigint;
  orders: { normal: number; iceberg: number };
  cancellations: number;
  /** Names of the refusals it met. */
  refused: readonly string[];
}

/** A load over the measured frames. */
export interface LoadReport extends CapacityUse, Fluctuation {
  /**
   * Share of the charging energy of the measured frames that was not delivered, 0 to 1: of what recorded EVs need, of
   * what drawn ones ask for.
   */
  unservedShare: number;
}

/** The totals of the EVs that came within the measured frames. Energy in Wh, amounts in money units. */
export interface DayTotals {
  chargingEvs: number;
  dischargingEvs: number;
  /** Needs of the users of charging EVs, and the part that their piles could deliver at rated power. */
  neededWh: number;
  possibleWh: number;
  /** Asked for by charging EVs: what of their need can be had at the market's peak size. SPEC 7. */
  askedWh: number;
  servedWh: number;
  unservedWh: number;
  /** Of what was served: bought from other piles. */
  tradedWh: number;
  /** Of what was served: bought from the grid. */
  gridWh: number;
  /** Offered by discharging EVs, and what of it was sold. */
  offeredWh: number;
  soldWh: number;
  /** Energy lost between plug and battery, both ways, Wh. */
  lostWh: number;
  /** Share of the served energy that came from other piles, 0 to 1. */
  tradedShare: number;
  /** Paid by charging EVs, earned by discharging ones. */
  paid: bigint;
  earned: bigint;
  /** Costs of what was sold: of the energy that replaces it at the lowest tariff of the day, losses included, and of wear. */
  refillCost: bigint;
  wearCost: bigint;
  orders: { normal: number; iceberg: number };
  /** EVs that asked for or offered anything. */
  activeEvs: number;
  /** Orders, cancellations and refusals per active EV. */
  transactionsPerEv: number;
  /** Refusals by name. */
  refused: Readonly<Record<string, number>>;
}

/** Credit of the piles at some moment, 1/100 point. */
export interface CreditReport {
  mean: number;
  min: number;
  /** How many it is the mean of. */
  piles: number;
}

/** How a frame was delivered. SPEC 5, 6. */
export interface FrameDelivery {
  frame: number;
  /** Readings of the meters, Wh. */
  readings: ({ pile: string } & Reading)[];
  /** Piles with fills whose meters said nothing. */
  silent: string[];
  /** Cost of deviations, money units. */
  imbalance: Imbalance;
  /** Surplus that the grid operator's account did not last for, and to which piles have a claim, money units. */
  claimed: bigint;
  /** Of the piles with fills, once the frame was settled, 1/100 point. */
  credits: Readonly<Record<string, number>>;
  /** Of all piles then. */
  credit: CreditReport;
}

/** How a day was delivered, where meters are on. */
export interface DeliveryReport {
  /** The measured frames that moved anything. */
  frames: FrameDelivery[];
  /** Of those frames together, money units. */
  imbalance: Imbalance;
  /** By pile, when all frames were settled, those after the measured ones included; 1/100 point. */
  credits: Readonly<Record<string, number>>;
  /** Money that was deposited and that no account holds, in delivery or paid out: 0, or money was lost. */
  unaccounted: bigint;
}

/** Everything a report on a simulated day needs. */
export interface DayResult {
  frames: FrameReport[];
  /** The rounds of a benefit market, in order; not there where none was held. */
  rounds?: RoundReport[];
  evs: EvReport[];
  totals: DayTotals;
  /** The market, and the same EVs and homes without one; `base` is the homes alone. */
  loads: { market: LoadReport; uncontrolled: LoadReport; capped: LoadReport; base: LoadReport };
  /** Loads of the frame before the measured ones, W: where the first steps begin. */
  before: { marketW: number; uncontrolledW: number; cappedW: number; baseW: number };
  /** Capacity of the transformer, and the allowance for losses under it, W [T 4.3b]. */
  capacityW: number;
  lossAllowanceW: number;
  /** The port's spending on gas, registration and publication included; undefined where there is none. */
  gas: GasUse | undefined;
  /** Only where meters are on. */
  delivery?: DeliveryReport;
  /** Average price by hour of the day, money units per kWh; undefined without any: of all deals [T Fig. 4.3]. */
  meanPriceByHour: (number | undefined)[];
  /** Of the trades between piles alone. */
  meanTradePriceByHour: (number | undefined)[];
}
