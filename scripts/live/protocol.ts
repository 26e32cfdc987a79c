/**
 * Messages between the live page and its server: plain JSON. Energy in Wh, power in W, prices in money units per kWh,
 * amounts in money units, times in s since 1970. Piles go by their numbers, 0 being the main grid.
 */

import type { Matching } from "../core/matching";

/** Facts that never change while the page is open. */
export interface MarketFacts {
  address: string;
  feeder: string;
  network: string;
  chainId: number;
  /** Whether the chain's time can be set, so that the buttons work. */
  development: boolean;
  /** Whether the server submits what a wallet signed; otherwise the wallet sends it. */
  relays: boolean;
  frameSeconds: number;
  auctionSeconds: number;
  capacityW: number;
  lossAllowanceW: number;
  priceWeight: number;
  timeWeight: number;
  settlement: "adbev" | "benefit";
  matching: Matching;
  metered: boolean;
  tickSize: number;
  money: { symbol: string; unitsPerToken: number };
  /** Names of proposers by their addresses, where they are known. */
  names: Record<string, string>;
  /** Where the ghost curve comes from. */
  ghost: "population" | "orders";
  version: string;
}

/** An order as a line of the book. */
export interface BookLine {
  pile: number;
  price: number;
  displayedWh: number;
  hiddenWh: number;
  iceberg: boolean;
  firstFrame: number;
  expiryFrame: number;
  waitedFrames: number;
  priceRank: number;
  timeRank: number;
  priority: number;
}

/** A trade, or a fill from or to the grid. */
export interface FillLine {
  sell: number;
  buy: number;
  energyWh: number;
  /** Price from buyer to seller. */
  price: number;
  /** Premium of the buyer to the grid operator beyond it; not there where it is nothing. */
  premium?: number;
  /** Subsidy of the seller out of the operator's matching fund beyond it; not there where it is nothing. */
  subsidy?: number;
}

/** A frame of the feeder's day. */
export interface LoadPoint {
  frame: number;
  /** Null where nothing is published. */
  baseLoadW: number | null;
  /** Null where nobody cleared it. */
  loadW: number | null;
  /** Load of the same EVs charging on arrival, homes included; null without base load. */
  ghostW: number | null;
  importPricePerKwh: number | null;
}

/** A pile and its account. */
export interface PileLine {
  pile: number;
  account: string;
  ratedW: number;
  balance: number;
  locked: number;
  /** Claim of its account on the grid operator. */
  claim: number;
  /** 1/100 point. */
  credit: number;
  suspended: boolean;
  /** Whether the node signs for its account. */
  unlocked: boolean;
  order?: { side: "charge" | "discharge"; price: number; remainingWh: number; expiryFrame: number };
}

/** A plan that was revealed. */
export interface PlanLine {
  proposer: string;
  /** Energy that flows in each frame, Wh. */
  drawWh: number[];
  dischargeWh: number[];
  /** Its figures as revealed: the same or, by laxity, levels. */
  draw: number[];
  discharge: number[];
  unservedWh: number;
  /** Sum of the squared steps, W². */
  squaredStepsW2: number;
  hash: string;
  transaction: string;
}

/** A plan that the contract refused. */
export interface RefusedPlan {
  /** The proposer's name. */
  proposer: string;
  /** The reason in words. */
  why: string;
}

/** The benefit round over a frame. */
export interface RoundFacts {
  frame: number;
  commitUntil: number;
  revealUntil: number;
  begins: number;
  commitments: { proposer: string; revealed: boolean }[];
  plans: PlanLine[];
  /** P_home over the frames that plans look ahead, 0 where nothing is published. */
  baseLoadW: number[];
  /** Score of what clearing alone would do. */
  fallback: { unservedWh: number; squaredStepsW2: number };
  /** Proposer of what was executed; null for the fallback; undefined before. */
  winner?: string | null;
  refusals: RefusedPlan[];
}

/** A settlement's effect on a pile. */
export interface MeterLine {
  pile: number;
  agreedWh: number;
  consumedWh: number;
  producedWh: number;
  silent: boolean;
  /** Received, or paid where below 0, deposits of the frame given back. */
  net: number;
}

/** Readings and payments of a frame. */
export interface SettledFacts {
  frame: number;
  complete: boolean;
  piles: MeterLine[];
  /** Of the grid operator. */
  net: number;
}

/** A frame as the page shows it. */
export interface FrameView {
  frame: number;
  /** Whether it is what happens now, or was rebuilt. */
  live: boolean;
  /** The chain's time that the view is of. */
  time: number;
  block: number;
  book: { bids: BookLine[]; asks: BookLine[] };
  decision: {
    /** False where it is only what clearing now would decide. */
    decided: boolean;
    missed: boolean;
    fills: FillLine[];
    opensRound: boolean;
    loadW: number | null;
    transaction?: string;
  };
  loads: LoadPoint[];
  pflW: number;
  rounds: RoundFacts[];
  settled: SettledFacts[];
  /** Cleared frames that await their settlement. */
  unsettled: number[];
  piles: PileLine[];
  /** First and last frame that the scrubber reaches. */
  reach: { first: number; last: number };
}

/** A line of the tape. */
export interface TapeLine {
  id: number;
  block: number;
  time: number;
  event: string;
  text: string;
  piles: number[];
  transaction: string;
  gas?: number;
  refused?: boolean;
}

/** How the chain is driven and whether it answers. */
export interface Status {
  node: "answers" | "silent" | "restarted" | "contradicts";
  text: string;
  playing: boolean;
  speed: number;
  /** Piles whose meters do not report as agreed. */
  meters: Record<number, MeterMode>;
  busy: string;
}

/** Behaviour of a meter in the frames to come. */
export type MeterMode = "silent" | "over";

/** An order that a person composes. */
export interface Draft {
  pile: number;
  side: "charge" | "discharge";
  price: number;
  energyWh: number;
  expiryFrame: number;
}

/** Outcome of a draft if the frame were cleared now. */
export interface Prospect {
  refused?: string;
  rank?: number;
  of?: number;
  priority?: number;
  priceRank?: number;
  timeRank?: number;
  displayedWh?: number;
  hiddenWh?: number;
  lock?: number;
  frame: number;
  fills: FillLine[];
  text: string;
}

/** A person's request to the server. */
export type Act =
  | { do: "clear" | "settle" | "forward" | "pause" }
  | { do: "play"; speed: number }
  | { do: "meter"; pile: number; mode: MeterMode | "agreed" }
  | { do: "order"; action: "place" | "replace"; draft: Draft }
  | { do: "cancel"; pile: number }
  | { do: "typed"; action: "place" | "replace" | "cancel"; draft: Draft }
  | { do: "submit"; action: "place" | "replace" | "cancel"; draft: Draft; deadline: number; signature: string }
  | { do: "join"; account: string };

/** Data for a wallet to sign, and the transaction that it would send itself. */
export interface ToSign {
  typedData: Record<string, unknown>;
  deadline: number;
  call: { to: string; data: string };
}
