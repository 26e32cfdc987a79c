import type { Score } from "../../core/rounds";
import type { FlexibleOrder, FrozenBook } from "./frozenBook";
import { type Course, followPlan, type Plan } from "./plan";

export type { Score } from "../../core/rounds";

/** The score of what a plan, or the fallback, comes to. */
export function scoreCourse(book: FrozenBook, { loadsW, leftWh }: Course): Score {
  const lastFrame = book.frame + book.horizon - 1;
  const unservedWh = book.bids.reduce((sum, bid) => sum + lostWh(book, lastFrame, bid, leftWh.get(bid)!), 0n);
  let squaredStepsW2 = 0n;
  let beforeW = book.previousLoadW;
  for (const [offset, plannedW] of loadsW.entries()) {
    const loadW = plannedW === undefined ? undefined : plannedW + book.expectedLoadsW[offset]!;
    if (beforeW !== undefined && loadW !== undefined) squaredStepsW2 += (loadW - beforeW) ** 2n;
    beforeW = loadW;
  }
  return { unservedWh, squaredStepsW2 };
}

/** The score of a plan. @throws MarketRefusal as {@link followPlan}. */
export function scorePlan(book: FrozenBook, plan: Plan): Score {
  return scoreCourse(book, followPlan(book, plan));
}

/** Below 0 where `a` is better, above 0 where `b` is, 0 where neither. */
export function compareScores(a: Score, b: Score): number {
  const difference = a.unservedWh - b.unservedWh || a.squaredStepsW2 - b.squaredStepsW2;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** lambda, the benefit that is shown and logged [T 5.7, 6.7]: floor(10^18 / (1 + squaredStepsW2)). */
export function benefit({ squaredStepsW2 }: Score): bigint {
  return 10n ** 18n / (1n + squaredStepsW2);
}

/** A bid's loss by the end of the horizon: its rest if it ends there; by laxity, the energy that it can no longer get. */
function lostWh(book: FrozenBook, lastFrame: number, { expiryFrame, peakWh }: FlexibleOrder, leftWh: bigint): bigint {
  if (expiryFrame <= lastFrame) return leftWh;
  const laterWh = BigInt(expiryFrame - lastFrame) * peakWh;
  return book.allotment === "laxity" && leftWh > laterWh ? leftWh - laterWh : 0n;
}
