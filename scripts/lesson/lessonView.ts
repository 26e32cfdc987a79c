/**
 * View of a lesson after each step: plain data in the scenario's own frames and pile names, for a terminal or as
 * JSON. Energy in Wh, power in W, prices in money units per kWh.
 */
import type { Verdict } from "../chain/verdicts";
import type { NamedMatching } from "../core/matching";
import type { FrameSettlement } from "../core/settlement";
import type { GridFill, Side, Trade } from "../core/types";

/** An order as a trader sees it in the book. */
export interface OrderLine {
  pile: string;
  side: Side;
  price: bigint;
  displayedWh: bigint;
  hiddenWh: bigint;
  iceberg: boolean;
  waitedFrames: number;
  expiryFrame: number;
  priceRank: number;
  timeRank: number;
  /** f [T 4.14]; the lowest comes first. */
  priority: number;
}

/** Both sides of a frame's book, each in order of priority. */
export interface BookView {
  frame: number;
  bids: OrderLine[];
  asks: OrderLine[];
}

/** A trade and why it came about. */
export interface TradeView extends Trade {
  why: string;
}

/** A fill from or to the grid and why it came about. */
export interface GridFillView extends GridFill {
  why: string;
}

/** An order that is left with displayed energy, and why. */
export interface UnfilledView {
  pile: string;
  side: Side;
  verdict: Verdict;
  /** Rest of its displayed quantity. */
  leftWh: bigint;
  why: string;
}

/** A frame as its clearing decided it, or would if it happened now. */
export interface DecisionView {
  frame: number;
  /** False where it is only what clearing now would decide. */
  cleared: boolean;
  trades: TradeView[];
  grid: GridFillView[];
  unfilled: UnfilledView[];
  /** P_home and P_total. */
  baseLoadW: bigint;
  loadW: bigint;
  capacityW: bigint;
  lossAllowanceW: bigint;
}

/** A plan of a round, the fallback included, and how it was judged. */
export interface PlanView {
  /** Undefined for the fallback. */
  proposer: string | undefined;
  /**
   * Energy that it draws and discharges in each frame from the round's on, Wh; not there for the fallback, and for
   * refused levels.
   */
  plan?: { drawWh: readonly bigint[]; dischargeWh: readonly bigint[] };
  /** Its score and benefit; not there where it was refused. */
  score?: { unservedWh: bigint; squaredStepsW2: bigint; lambda: bigint };
  /** Name of the contract's error. */
  refused?: string;
  /** Whether it was executed. */
  won: boolean;
}

/** The round over a frame, once it was held. SPEC 4. */
export interface RoundView {
  frame: number;
  /** Frames that plans look ahead. */
  horizon: number;
  /** In the order of the reveals, the fallback last. */
  plans: PlanView[];
}

/** A frame as one rule of matching decides it. SPEC 3. */
export interface RuleView {
  matching: NamedMatching;
  /** Who trades under it, and at which price. */
  words: string;
  trades: Trade[];
  grid: GridFill[];
  /** Orders with a rest of what they display. */
  left: { pile: string; side: Side; leftWh: bigint }[];
}

/** Gas of one transaction of a step. */
export interface GasView {
  what: string;
  gas: bigint;
}

/** The market after one step of a lesson. */
export interface StepView {
  /** 0 is the opening. */
  step: number;
  steps: number;
  /** Scenario frame in which the step happens, and when: hours and minutes of the day. */
  frame: number;
  time: string;
  /** The event, in words. */
  title: string;
  /** The market's refusal; name of the contract's error and all that it said. */
  refusal?: { error: string; said: string };
  gas: GasView[];
  /** The book of the frame that is cleared next; after a clearing, the book that was cleared. */
  book: BookView;
  /** Decision about that book, or the one of clearing it now; undefined where the scenario ends before. */
  decision: DecisionView | undefined;
  /** The same book under other rules, where the lesson compares them and this step cleared it. */
  rules?: RuleView[];
  /** The round that this step held; not there for others. */
  round?: RoundView;
  /** Frames that this step settled by their meters; not there where it settled none, or in a market without meters. */
  settlements?: FrameSettlement[];
  /** PFL so far [T 4.4]. */
  pflW: bigint;
}
