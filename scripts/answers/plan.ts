import type { FrozenBook } from "../model/benefit";
import { MAX_UINT24 } from "../model/limits";
import { shown } from "./show";

const FIELDS = ["drawWh", "dischargeWh"] as const;

/**
 * The first thing wrong with the form of a planner's answer, by field: a name, a type, a length, a figure beyond its
 * bounds. Undefined where nothing is; whether a plan can be allotted is the market's to say.
 *
 * @param answer Whatever came back.
 */
export function planProblem(answer: unknown, { horizon }: Pick<FrozenBook, "horizon">): string | undefined {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return `plan answered ${shown(answer)}; expected { drawWh, dischargeWh }`;
  }
  const plan = answer as Record<string, unknown>;
  const strangers = Object.keys(plan).filter((name) => !FIELDS.some((field) => field === name));
  const found = strangers.length === 0 ? "" : `; found ${strangers.join(", ")}`;
  for (const field of FIELDS) {
    const list = plan[field];
    if (list === undefined) return `${field} is missing${found}`;
    if (!Array.isArray(list)) return `${field} is ${shown(list)}; expected a list of ${horizon} bigints, Wh`;
    if (list.length !== horizon) {
      return `${field} has ${list.length} figure${list.length === 1 ? "" : "s"}; expected ${horizon}, one for each frame of the round's horizon`;
    }
    // Not `findIndex`, which would pass over nothing: a hole in a list is undefined.
    const wrong = Array.from(list as unknown[]).findIndex(
      (wh) => !(typeof wh === "bigint" && wh >= 0n && wh <= MAX_UINT24),
    );
    if (wrong !== -1) {
      return `${field}[${wrong}] is ${shown(list[wrong])}; expected a bigint of Wh from 0n to ${MAX_UINT24}n`;
    }
  }
  return strangers.length === 0
    ? undefined
    : `${strangers[0]} is no field of a plan; its fields are drawWh, dischargeWh`;
}
