import { decodeFill, decodePileState, decodePosting, decodePublication } from "./packedWords";

/**
 * An event's argument with its packed words opened: `state`, `publication`, `fills` and `postings` by the names that
 * events give them; anything else as it is.
 */
export function openedArgument(name: string, value: unknown): unknown {
  if (name === "state") return decodePileState(value as bigint);
  if (name === "publication") return decodePublication(value as bigint);
  if (name === "fills") return [...(value as readonly bigint[])].map(decodeFill);
  if (name === "postings") return [...(value as readonly bigint[])].map(decodePosting);
  return value;
}

/** All arguments of an event, by name, with their packed words opened. */
export function openedArguments(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, openedArgument(name, value)]));
}
