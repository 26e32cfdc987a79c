/** Which of a market's contracts an event is of; `otherMarket`: of the rounds, about another market. */
export type EventSource = "market" | "delivery" | "rounds" | "otherMarket";

/** Where on the chain an event is. */
export interface EventPlace {
  name: string;
  block: number;
  /** Place among the logs of its block. */
  index: number;
  transaction: string;
}

/** An event of a market, or of one of the contracts that it works with and about it. */
export interface AuditEvent extends EventPlace {
  source: EventSource;
  /** Its arguments by name, packed words as they are. */
  args: Readonly<Record<string, unknown>>;
  /** Time of its block, s; known of the events that {@link needsTime}. */
  timestamp: number | undefined;
}

/** Events whose meaning depends on when they happened: an order may have died by then, a round's phases begin then. */
const TIMED = new Set(["Withdrawn", "Deposited", "FrameSettled", "RoundOpened"]);

/** Whether the time of an event's block matters. */
export function needsTime(name: string): boolean {
  return TIMED.has(name);
}

/** Something that is not as the events say it must be. */
export interface Difference {
  /** Subject of the figure: "pile 3", "frame 17", "market". */
  subject: string;
  /** The figure in question, with its unit. */
  field: string;
  /** As the events give it. */
  rebuilt: unknown;
  /** As the contract gives it, in a view or in a later event. */
  contract: unknown;
  /** The last event that touched the subject before. */
  lastEvent: EventPlace | undefined;
  /** The event that contradicts those before it; undefined where a view does. */
  contradictedBy: EventPlace | undefined;
}

/** An event that cannot follow from those before it: one of them is missing, or the contract is wrong. */
export class Contradiction extends Error {
  override readonly name = "Contradiction";

  constructor(readonly difference: Difference) {
    super(`${difference.subject}: ${difference.field}`);
  }
}
