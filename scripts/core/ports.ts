import type { FrozenBook, Proposal, Score } from "./rounds";
import type { FrameSettlement, Reading } from "./settlement";
import type { FrameOutcome, MarketParameters, Order, OrderRequest, Publication } from "./types";

/** A pile that is to trade. */
export interface PileRegistration {
  pile: string;
  /** Rated power, W. */
  ratedW: bigint;
}

/** Actions of one pile on its one live order. */
export type Action =
  { pile: string; kind: "place" | "replace"; order: OrderRequest } | { pile: string; kind: "cancel" };

/** Whether the market took an action; `error` is the name of the refusal, the contract's custom error. */
export type ActionResult = { accepted: true } | { accepted: false; error: string };

/** A live order and whose it is. */
export interface BookOrder extends Order {
  pile: string;
}

/** Outcome of a round. SPEC 4. */
export interface RoundOutcome {
  /** Outcome of the frame, its match included. */
  outcome: FrameOutcome;
  /** Whose plan was executed; undefined where the fallback stood. */
  winner: string | undefined;
  /** Of what was executed. */
  score: Score;
  /** Plans that were refused and the names of the refusals, in the order of the reveals. */
  refused: { proposer: string; error: string }[];
}

/** The rounds of a benefit market. SPEC 4. Between the clearing of a frame and the frame itself. */
export interface RoundPort {
  /** The book of the round that the clearing of `frame` opened; undefined where it opened none. */
  frozenBook(frame: number): Promise<FrozenBook | undefined>;

  /** Lets every proposer commit and reveal its plan, and executes the best, or the fallback. */
  hold(frame: number, proposals: readonly Proposal[]): Promise<RoundOutcome>;
}

/** Gas spent on one kind of operation. */
export interface GasSum {
  transactions: number;
  /** Number of operations in all transactions: one may carry many orders. */
  operations: number;
  gas: bigint;
}

/** Gas spent through a port so far, by kind of operation. */
export type GasUse = Readonly<Record<string, Readonly<GasSum>>>;

/**
 * A feeder's market as a simulated day uses it: the model in memory, or contracts on a chain.
 *
 * The day goes from frame to frame: in frame `now` the operator publishes, agents see the book and submit, and then,
 * in the window at the end of it, frame `now + 1` is cleared. Calls come in that order and never go back in time; when
 * within the frame each happens is the port's affair. Frames are the simulation's, from 0 (setting up may come a few
 * frames earlier); a port moves them to where its clock stands.
 */
export interface MarketPort {
  readonly parameters: Readonly<MarketParameters>;

  /** Admits piles and funds them amply. Before the first frame. */
  register(piles: readonly PileRegistration[]): Promise<void>;

  /** Adds to the account of the grid operator, out of which it pays for exports, money units. Before the first frame. */
  depositGrid?(amount: bigint): Promise<void>;

  /** During frame `now`: publishes `publications` for the frames from `firstFrame` on. */
  publish(now: number, firstFrame: number, publications: readonly Publication[]): Promise<void>;

  /**
   * During frame `now`, before the window of `now + 1` opens: submits actions as one batch, in their order.
   *
   * @returns A result for each. A refused action changes nothing and does not stop the others.
   */
  submit(now: number, actions: readonly Action[]): Promise<ActionResult[]>;

  /** During frame `now`: every live order, in any order. */
  book(now: number): Promise<BookOrder[]>;

  /** Clears a frame, in its window; where that opens a round, the outcome is that of the match alone. */
  clear(frame: number): Promise<FrameOutcome>;

  /** Has the operator set money aside for what sellers get beyond what buyers pay, money units. Before the first frame. */
  setAside?(amount: bigint): Promise<void>;

  /** The rounds of a benefit market, on a port that holds them. */
  readonly rounds?: RoundPort;

  /** After its end: settles a frame that moved energy, everything delivered as agreed. */
  settle(frame: number): Promise<void>;

  /** Gas spent so far, where the port pays for gas. */
  gasUse?(): GasUse;
}

/** Whose a market's money is, money units: all that was deposited, and all that some account holds or has paid out. */
export interface BalanceSheet {
  deposited: bigint;
  held: bigint;
}

/** A market with meters. SPEC 5. */
export interface MeteredPort extends MarketPort {
  /**
   * During frame `now`: settles a frame by its readings. A pile with fills and without a reading is silent, which counts
   * only from `readingSeconds` after the frame's end on.
   */
  settleMetered(frame: number, readings: ReadonlyMap<string, Reading>, now: number): Promise<FrameSettlement>;

  /** Whether a pile's readings of a frame can be handed in; all of them can where this is not there. */
  hears?(pile: string, frame: number): boolean;

  /** Counts the market's money. */
  balanceSheet(): Promise<BalanceSheet>;
}

/** Whether a port settles by readings. */
export function isMetered(port: MarketPort): port is MeteredPort {
  return "settleMetered" in port && port.parameters.readingSeconds > 0;
}
