import { isForced } from "../clearing";
import { type Allotted, leftAtMatch, mayMove } from "./allotment";
import { drawingRoomWh, type FrozenBook, tranche } from "./frozenBook";
import { type Course, plannedLoadW } from "./plan";

/**
 * Step 3 of the clearing projected over the horizon on the frozen book: in order of priority each iceberg bid that has
 * waited long enough by then, or is in its last frame, takes its tranche within the room that the capacity leaves;
 * nothing is discharged. It stands when nobody brings a better plan. Who takes what follows from that, not from the allotment of its totals. SPEC 4.
 */
export function projectFallback(book: FrozenBook): Course {
  const leftWh = leftAtMatch(book);
  const loadsW: (bigint | undefined)[] = [];
  const drawWh: bigint[] = [];
  let first: Allotted[] = [];
  for (let offset = 0; offset < book.horizon; offset++) {
    const taken: Allotted[] = [];
    let roomWh = drawingRoomWh(book, offset);
    let totalWh = 0n;
    for (const order of book.bids) {
      const forced = isForced(book, order.waitedFrames + offset, book.frame + offset, order.expiryFrame);
      if (!forced || !mayMove(book, order, offset)) continue;
      const left = leftWh.get(order)!;
      const most = tranche(order, offset, left);
      const energyWh = most < roomWh ? most : roomWh;
      if (energyWh === 0n) continue;
      taken.push({ order, energyWh });
      leftWh.set(order, left - energyWh);
      roomWh -= energyWh;
      totalWh += energyWh;
    }
    if (offset === 0) first = taken;
    drawWh.push(totalWh);
    loadsW.push(plannedLoadW(book, offset, totalWh, 0n));
  }
  return { drawWh, dischargeWh: drawWh.map(() => 0n), loadsW, leftWh, first };
}
