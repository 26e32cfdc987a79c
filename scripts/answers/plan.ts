import type { FrozenBook } from "../model/benefit";
import { MAX_UINT24 } from "../model/limits";
import { shown } from "./show";

/** Fields of a plan, and what their figures are. */
const TOTALS = { fields: ["drawWh", "dischargeWh"], unit: "Wh" } as const;
const LEVELS = { fields: ["drawLevel", "dischargeLevel"], unit: "2^-17 of a frame" } as const;

/**
 * The first thing wrong with the form of a planner's answer, by field: a name, a type, a length, a figure beyond its
 * bounds. Undefined where nothing is; whether a plan can be allotted is the market's to say.
 *
 * @param answer Whatever came back: totals, or where plans are by laxity levels.
 */
export function planProblem(
  answer: unknown,
  { horizon, allotment }: Pick<FrozenBook, "horizon" | "allotment">,
): string | undefined {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return `plan answered ${shown(answer)}; expected { drawWh, dischargeWh }`;
  }
  const plan = answer as Record<string, unknown>;
  const { fields, unit } = allotment === "laxity" && LEVELS.fields.some((field) => field in plan) ? LEVELS : TOTALS;
  const strangers = Object.keys(plan).filter((name) => !fields.some((field) => field === name));
  const found = strangers.length === 0 ? "" : `; found ${strangers.join(", ")}`;
  for (const field of fields) {
    const list = plan[field];
    if (list === undefined) return `${field} is missing${found}`;
    if (!Array.isArray(list)) return `${field} is ${shown(list)}; expected a list of ${horizon} bigints, ${unit}`;
    if (list.length !== horizon) {
      return `${field} has ${list.length} figure${list.length === 1 ? "" : "s"}; expected ${horizon}, one for each frame of the round's horizon`;
    }
    // Not `findIndex`, which would pass over nothing: a hole in a list is undefined.
    const wrong = Array.from(list as unknown[]).findIndex(
      (figure) => !(typeof figure === "bigint" && figure >= 0n && figure <= MAX_UINT24),
    );
    if (wrong !== -1) {
      return `${field}[${wrong}] is ${shown(list[wrong])}; expected a bigint of ${unit} from 0n to ${MAX_UINT24}n`;
    }
  }
  return strangers.length === 0
    ? undefined
    : `${strangers[0]} is no field of a plan; its fields are ${fields.join(", ")}`;
}
