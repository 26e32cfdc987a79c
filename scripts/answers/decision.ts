import { MAX_UINT24 } from "../model/limits";
import type { OwnState, PublicView } from "../piles/agent";
import { isPromise, shown } from "./show";

const FIELDS = ["price", "energyWh", "peakWh", "expiryFrame"] as const;
const NEEDED = ["price", "energyWh"] as const;
const EXPECTED = 'expected undefined, "cancel" or { price, energyWh, peakWh?, expiryFrame? }';

/**
 * The first thing wrong with an agent's answer, by field: a name, a type, a figure that no order can have, more energy
 * than its EV still takes or has to sell, a frame that is over. Undefined where nothing is.
 *
 * @param answer Whatever came back.
 */
export function decisionProblem(
  answer: unknown,
  { stay, remainingWh }: Pick<OwnState, "stay" | "remainingWh">,
  { frame, market }: Pick<PublicView, "frame" | "market">,
): string | undefined {
  if (answer === undefined || answer === "cancel") return undefined;
  if (isPromise(answer)) return "decide answered a promise; it is to answer at once, without async";
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return `decide answered ${shown(answer)}; ${EXPECTED}`;
  }
  const order = answer as Record<string, unknown>;
  const strangers = Object.keys(order).filter((name) => !FIELDS.some((field) => field === name));
  const missing = NEEDED.find((name) => order[name] === undefined);
  const found = strangers.length === 0 ? "" : `; found ${strangers.join(", ")}`;
  if (missing !== undefined) return `${missing} is missing${found}`;
  if (strangers.length > 0) return `${strangers[0]} is no field of an order; its fields are ${FIELDS.join(", ")}`;

  const able = stay.side === "charge" ? "still takes" : "still has to sell";
  const energy = `a number of Wh from 0 to ${remainingWh}, which the EV ${able}`;
  const most = Number(MAX_UINT24) * market.tickSize;
  const price = `a number of money units per kWh from 0 to ${most}`;
  return (
    outside(order, "price", (value) => value >= 0 && value <= most, price) ??
    outside(order, "energyWh", (value) => value >= 0 && value <= remainingWh, energy) ??
    outside(order, "peakWh", (value) => value >= 0 && value <= Number(MAX_UINT24), "a number of Wh from 0 on") ??
    outside(
      order,
      "expiryFrame",
      (value) => Number.isInteger(value) && value > frame,
      `a whole number from ${frame + 1} on, the first frame in which the order can be filled`,
    )
  );
}

function outside(
  order: Record<string, unknown>,
  name: (typeof FIELDS)[number],
  fits: (value: number) => boolean,
  expected: string,
): string | undefined {
  const value = order[name];
  if (value === undefined) return undefined;
  // NaN and the infinities fit nowhere.
  if (typeof value === "number" && Number.isFinite(value) && fits(value)) return undefined;
  return `${name} is ${shown(value)}; expected ${expected}`;
}
