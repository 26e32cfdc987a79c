import { viewOf } from "../../scripts/planners/book/bookProblem";
import type { BookPlanner } from "../../scripts/planners/book/planners";
import { servingTotals } from "../../scripts/planners/book/servingTotals";

/** Half of what is left in each frame, as long as nobody is left unserved: much soon, and ever less. */
const halves: BookPlanner = {
  name: "halves",
  async plan(book) {
    const view = viewOf(book);
    let leftWh = view.bids.reduce((sum, { remainingWh }) => sum + remainingWh, 0);
    const drawWh = view.baseWh.map(() => (leftWh /= 2)); // What is drawn in a frame is as much as is left after it.
    const dischargeWh = view.baseWh.map(() => 0);
    const { drawWh: draw, dischargeWh: discharge } = servingTotals(view, { drawWh, dischargeWh });
    return { drawWh: draw.map(BigInt), dischargeWh: discharge.map(BigInt) };
  },
};

export default halves;
