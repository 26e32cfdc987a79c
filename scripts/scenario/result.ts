import { type FrameSettlement, IMBALANCE_CAUSES } from "../core/settlement";
import type { GridFill, Side, Trade } from "../core/types";

/** Outcome of a round over a frame. SPEC 4. */
export interface RoundResult {
  /** Whose plan was executed, or the fallback: nobody's. */
  winner: string | undefined;
  /** Benefit of what was executed [T 5.7]. */
  lambda: bigint;
  /** Energy that what was executed leaves unserved within the horizon, Wh. */
  unservedWh: bigint;
  /** Plans that were refused, in the order of the reveals, with the name of the contract's custom error. */
  refused: { proposer: string; error: string }[];
}

/** Outcome of one frame of a scenario. */
export interface FrameResult {
  /** Scenario frame. */
  frame: number;
  /** In the order in which the market made them. */
  trades: Trade[];
  /** In the order in which the market made them. */
  grid: GridFill[];
  /** P_total, W: the recorded load, or P_home of a frame that nobody cleared (0 if it was not published either). */
  loadW: bigint;
  /** The round over the frame; none where the clearing decided everything. */
  round?: RoundResult;
}

/** An order that lives when the scenario ends: in its last frame, after that frame's events. */
export interface OpenOrder {
  pile: string;
  side: Side;
  /** Limit, money units per kWh. */
  price: bigint;
  /** Displayed and hidden, Wh. */
  remainingWh: bigint;
}

/** An event that the market refused. */
export interface Rejection {
  /** Scenario frame. */
  frame: number;
  /** The pile, or the proposer of a plan for a frame without a round. */
  pile: string;
  /** Name of the contract's custom error. */
  error: string;
}

/** Result of a scenario, whoever replays it. SPEC 9. */
export interface ScenarioResult {
  /** Frames 1 to frames - 1, all of them. */
  frames: FrameResult[];
  /**
   * PFL as the market records it, W [T 4.4]. It misses the steps around unpublished frames, those after the last
   * clearing, and those before the frame that precedes the first one.
   */
  pflW: bigint;
  /** In the order in which the file lists the piles. */
  open: OpenOrder[];
  /** In the order in which they happened. */
  rejected: Rejection[];
  /**
   * Settled frames, in the order in which they were settled, those after the scenario's end included; only of a market
   * with meters. Frames are scenario frames.
   */
  settlements?: FrameSettlement[];
}

/**
 * {@link ScenarioResult} as it is written to a file: exactly the output of SPEC 9, fields in its order, plain numbers.
 *
 * ```
 * { "frames": [ { "frame": 1,
 *                 "trades": [ { "sell": pile, "buy": pile, "price": per kWh, "energyWh": Wh } ],
 *                 "grid":   [ { "pile": pile, "side": "charge" | "discharge", "price": per kWh, "energyWh": Wh } ],
 *                 "loadW": W,
 *                 and, where a round was held over the frame,
 *                 "round": { "winner": proposer | "fallback", "lambda": "benefit", "unservedWh": Wh,
 *                            "refused": [ { "proposer": proposer, "error": name of the contract's error } ] } } ],
 *   "pflW": W,
 *   "open":     [ { "pile": pile, "side": side, "price": per kWh, "remainingWh": Wh } ],
 *   "rejected": [ { "frame": frame, "pile": pile, "error": name of the contract's error } ],
 *   "settlements": as docs/scenarios.md tells }
 * ```
 */
export interface ScenarioResultJson {
  frames: {
    frame: number;
    trades: { sell: string; buy: string; price: number; energyWh: number }[];
    grid: { pile: string; side: Side; price: number; energyWh: number }[];
    loadW: number;
    round?: {
      winner: string;
      lambda: string;
      unservedWh: number;
      refused: { proposer: string; error: string }[];
    };
  }[];
  pflW: number;
  open: { pile: string; side: Side; price: number; remainingWh: number }[];
  rejected: { frame: number; pile: string; error: string }[];
  settlements?: SettlementJson[];
}

/** A {@link FrameSettlement} as it is written: plain numbers, credit afterwards alone. */
export interface SettlementJson {
  frame: number;
  piles: {
    pile: string;
    side: Side;
    agreedWh: number;
    consumedWh: number;
    producedWh: number;
    silent: boolean;
    owed: number;
    earned: number;
    claimed: number;
    credit: number;
  }[];
  grid: number;
  imbalance: Record<(typeof IMBALANCE_CAUSES)[number], number>;
}

/**
 * The result in the form in which it is written.
 *
 * @throws RangeError if a figure is too large for a JSON number to be exact.
 */
export function toJson(result: ScenarioResult): ScenarioResultJson {
  return {
    frames: result.frames.map(({ frame, trades, grid, loadW, round }) => ({
      frame,
      trades: trades.map(({ sell, buy, price, energyWh }) => ({
        sell,
        buy,
        price: exact(price),
        energyWh: exact(energyWh),
      })),
      grid: grid.map(({ pile, side, price, energyWh }) => ({
        pile,
        side,
        price: exact(price),
        energyWh: exact(energyWh),
      })),
      loadW: exact(loadW),
      ...(round === undefined ? {} : { round: roundJson(round) }),
    })),
    pflW: exact(result.pflW),
    open: result.open.map(({ pile, side, price, remainingWh }) => ({
      pile,
      side,
      price: exact(price),
      remainingWh: exact(remainingWh),
    })),
    rejected: result.rejected.map(({ frame, pile, error }) => ({ frame, pile, error })),
    ...(result.settlements === undefined ? {} : { settlements: result.settlements.map(settlementJson) }),
  };
}

function settlementJson({ frame, piles, grid, imbalance }: FrameSettlement): SettlementJson {
  return {
    frame,
    piles: piles.map(({ pile, side, agreedWh, reading, silent, owed, earned, claimed, creditAfter }) => ({
      ...{ pile, side, agreedWh: exact(agreedWh) },
      ...{ consumedWh: exact(reading.consumedWh), producedWh: exact(reading.producedWh), silent },
      ...{ owed: exact(owed), earned: exact(earned), claimed: exact(claimed) },
      credit: exact(creditAfter),
    })),
    grid: exact(grid),
    imbalance: Object.fromEntries(
      IMBALANCE_CAUSES.map((cause) => [cause, exact(imbalance[cause])]),
    ) as SettlementJson["imbalance"],
  };
}

/** The benefit is of 18 digits, more than a JSON number is exact in. */
function roundJson({ winner = "fallback", lambda, unservedWh, refused }: RoundResult) {
  return {
    winner,
    lambda: lambda.toString(),
    unservedWh: exact(unservedWh),
    refused: refused.map(({ proposer, error }) => ({ proposer, error })),
  };
}

function exact(figure: bigint): number {
  const number = Number(figure);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${figure} cannot be written as an exact number`);
  return number;
}
