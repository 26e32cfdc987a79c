import type { FrozenBook, Plan } from "../../model/benefit";
import { viewOf } from "./bookProblem";
import { Serving } from "./servingTotals";

/**
 * A plan as a round takes it: where plans are by laxity, totals become the levels that come nearest to them from below;
 * any other plan stays as it is.
 */
export function planFor(book: FrozenBook, plan: Plan): Plan {
  if (book.allotment !== "laxity" || !("drawWh" in plan)) return plan;
  const serving = new Serving(viewOf(book));
  const levels = plan.drawWh.map((wh, offset) =>
    serving.serve(offset, Number(wh), Number(plan.dischargeWh[offset] ?? 0n)),
  );
  return {
    drawLevel: levels.map(({ drawLevel }) => BigInt(drawLevel)),
    dischargeLevel: levels.map(({ dischargeLevel }) => BigInt(dischargeLevel)),
  };
}
