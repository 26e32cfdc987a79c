import type { Proposal } from "../model/benefit";
import type { PileAttributes } from "../model/creditRanking";
import type { MarketParameters, OrderRequest, Publication } from "../core/types";
import type { ScenarioReadings } from "./readings";

/** A pile of a scenario. */
export interface ScenarioPile {
  id: string;
  /** Rated power, W. */
  ratedW: bigint;
  /** Deposited before frame 0, money units. */
  balance: bigint;
  /** Whoever runs the pile, if named. */
  operator?: string;
  /** a, 1/10 000, if it is behind weather. SPEC 6. */
  weatherBps?: bigint;
  /** For ranking by credit, if any is not 0. */
  attributes?: PileAttributes;
}

/** Action of a pile, or of somebody on a pile. An order's `expiryFrame` is a scenario frame. */
export type ScenarioAction =
  | { kind: "place"; order: OrderRequest }
  | { kind: "replace"; order: OrderRequest }
  | { kind: "cancel" }
  | { kind: "suspend" }
  | { kind: "readmit" }
  | { kind: "deposit"; amount: bigint }
  | { kind: "withdraw"; amount: bigint };

/** Something that happens to a pile in a frame, before that frame's successor's window. */
export interface ScenarioEvent {
  /** Scenario frame. */
  frame: number;
  pile: string;
  action: ScenarioAction;
}

/** A plan that is revealed in the round over the frame after `frame`. SPEC 4. */
export interface ScenarioProposal extends Proposal {
  /** Scenario frame. */
  frame: number;
}

/** A scenario, checked, with every default filled in. Frames are scenario frames: 0 is the first. SPEC 9. */
export interface Scenario {
  /** As the user named it. */
  fileName: string;
  market: MarketParameters;
  /** The grid operator's publications, frame by frame, repeated from their end on. */
  publications: Publication[];
  piles: ScenarioPile[];
  /** How many frames the scenario lasts. */
  frames: number;
  /** In file order; what counts within a frame is that order. */
  events: ScenarioEvent[];
  /** In file order, which is the order of the reveals. */
  proposals: ScenarioProposal[];
  /** Readings that differ from the agreed energies. */
  readings: ScenarioReadings;
  /** In the grid operator's account before frame 0, money units. */
  operatorPrefund: bigint;
  /** Frames that nobody clears. */
  missedClearings: ReadonlySet<number>;
  /** Frames for which nothing is published. */
  unpublished: ReadonlySet<number>;
}

/** Publication for scenario frame `frame`, or undefined if there is none. */
export function publicationOf(scenario: Scenario, frame: number): Publication | undefined {
  if (scenario.unpublished.has(frame)) return undefined;
  return scenario.publications[frame % scenario.publications.length];
}

/** The events of each scenario frame that has any, in file order. */
export function eventsByFrame(scenario: Scenario): Map<number, ScenarioEvent[]> {
  return byFrame(scenario.events);
}

/** The proposals of each scenario frame that has any, in file order. */
export function proposalsByFrame(scenario: Scenario): Map<number, ScenarioProposal[]> {
  return byFrame(scenario.proposals);
}

function byFrame<T extends { frame: number }>(happenings: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const happening of happenings) {
    const others = found.get(happening.frame);
    if (others === undefined) found.set(happening.frame, [happening]);
    else others.push(happening);
  }
  return found;
}
