import { viewOf } from "../../scripts/planners/book/bookProblem";
import type { BookPlanner } from "../../scripts/planners/book/planners";
import { servingTotals } from "../../scripts/planners/book/servingTotals";

/** Fills the valleys of the homes' load up to one level, as far as nobody is left unserved by that. */
const level: BookPlanner = {
  name: "level",
  async plan(book) {
    const view = viewOf(book);
    const needWh = view.bids.reduce((sum, { remainingWh }) => sum + remainingWh, 0);
    const upTo = (levelWh: number) => view.baseWh.map((wh) => Math.max(0, levelWh - wh) / view.drawFactor);
    let [low, high] = [Math.min(...view.baseWh), Math.max(...view.baseWh) + needWh * view.drawFactor];
    while (high - low > 1) {
      const middle = (low + high) / 2;
      if (upTo(middle).reduce((sum, wh) => sum + wh, 0) < needWh) low = middle;
      else high = middle;
    }
    const totals = servingTotals(view, { drawWh: upTo(high), dischargeWh: view.baseWh.map(() => 0) });
    return { drawWh: totals.drawWh.map(BigInt), dischargeWh: totals.dischargeWh.map(BigInt) };
  },
};

export default level;
