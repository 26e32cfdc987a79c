import { eventsByFrame, type Scenario, type ScenarioEvent } from "./scenario";

/** One of the things that happen in a scenario, at most a transaction or two each. */
export type Move =
  /** A frame begins: what the one before it delivered is settled, a later one is published. */
  | { kind: "begin"; frame: number }
  | { kind: "event"; event: ScenarioEvent }
  /** The window of `frame` opens, in the frame before it, and it is cleared unless nobody does. */
  | { kind: "clear"; frame: number };

/** Everything that happens in a scenario, in order; told at the top of `schema.ts`. */
export function movesOf(scenario: Scenario): Move[] {
  const events = eventsByFrame(scenario);
  return Array.from({ length: scenario.frames }, (_, frame): Move[] => [
    { kind: "begin", frame },
    ...(events.get(frame) ?? []).map((event): Move => ({ kind: "event", event })),
    ...(frame + 1 < scenario.frames ? [{ kind: "clear", frame: frame + 1 } as const] : []),
  ]).flat();
}
