import { type BookOrder, type BookView, laterWh, trancheWh } from "./bookProblem";
import { levelFor, levelOfDue, moveUpTo, sumAt } from "./laxityLevel";

/** Energy to be drawn and discharged in each frame, Wh. */
export interface Totals {
  drawWh: number[];
  dischargeWh: number[];
}

/**
 * Range of a frame's draw: from the energy that must be drawn now, or somebody is left unserved, to all
 * that can be allotted.
 */
export interface DrawRange {
  leastWh: number;
  mostWh: number;
}

/**
 * The orders of a book as the contract will serve them: frame by frame a total is shared out, earliest last frame first
 * or by laxity up to the level that comes nearest to it from below. SPEC 4. A planner chooses totals, and who gets what
 * follows.
 */
export class Serving {
  private readonly leftBids: number[];
  private readonly leftAsks: number[];
  /** Rest of the export budget after the frames served so far. */
  private budgetTickWh: bigint;

  constructor(private readonly view: BookView) {
    this.leftBids = view.bids.map(({ remainingWh }) => remainingWh);
    this.leftAsks = view.asks.map(({ remainingWh }) => remainingWh);
    this.budgetTickWh = view.exportBudgetTickWh;
  }

  /** Within what limits a frame's draw may lie, whole Wh; the feeder's limit goes before what must be drawn. */
  drawRange(offset: number, dischargedWh: number): DrawRange {
    const { bids, baseWh, limitWh, drawFactor, dischargeFactor } = this.view;
    let allottable = 0;
    let least = 0;
    bids.forEach((order, index) => {
      const left = this.leftBids[index]!;
      if (left === 0) return;
      const most = Math.min(trancheWh(order, offset), left);
      // Whoever stands earlier is served before: what a later one cannot do without drags the earlier ones along.
      const due = Math.min(most, left - laterWh(order, offset));
      if (due > 0) least = allottable + due;
      allottable += most;
    });
    if (this.view.allotment === "laxity" && least > 0) {
      least = sumAt(bids, this.leftBids, offset, levelOfDue(bids, this.leftBids, offset));
    }
    const roomWh = Math.floor((limitWh - baseWh[offset]! + dischargeFactor * dischargedWh) / drawFactor - ROUNDING_WH);
    const mostWh = Math.max(0, Math.min(allottable, roomWh));
    return { leastWh: Math.min(least, mostWh), mostWh };
  }

  /** Energy that can be discharged in a frame, and be paid for, whole Wh. */
  mostDischargedWh(offset: number): number {
    const { asks, baseWh, limitWh, dischargeFactor, exportTicks } = this.view;
    const price = exportTicks[offset]!;
    const payableWh = price === 0n ? Infinity : Number(this.budgetTickWh / price);
    const roomWh = Math.floor((limitWh + baseWh[offset]!) / dischargeFactor - ROUNDING_WH);
    const able = asks.reduce((sum, order, index) => sum + Math.min(trancheWh(order, offset), this.leftAsks[index]!), 0);
    return Math.max(0, Math.min(able, roomWh, payableWh));
  }

  /** Serves a frame's totals, which must lie within their limits. @returns Energy served, and by laxity the level. */
  serve(offset: number, drawWh: number, dischargeWh: number): Served {
    const { bids, asks, allotment, exportTicks } = this.view;
    const served: Served = { drawWh, dischargeWh, drawLevel: 0, dischargeLevel: 0 };
    if (allotment === "laxity") {
      served.drawLevel = levelFor(bids, this.leftBids, offset, drawWh);
      served.dischargeLevel = levelFor(asks, this.leftAsks, offset, dischargeWh);
      served.drawWh = moveUpTo(bids, this.leftBids, offset, served.drawLevel);
      served.dischargeWh = moveUpTo(asks, this.leftAsks, offset, served.dischargeLevel);
    } else {
      take(bids, this.leftBids, offset, drawWh);
      take(asks, this.leftAsks, offset, dischargeWh);
    }
    this.budgetTickWh -= exportTicks[offset]! * BigInt(served.dischargeWh);
    return served;
  }
}

/** Energies served in a frame. */
export interface Served {
  drawWh: number;
  dischargeWh: number;
  /** In 2^-17 of a frame; 0 where totals are allotted. */
  drawLevel: number;
  dischargeLevel: number;
}

/** Load is recorded in whole W, so the last Wh of room may not fit. */
const ROUNDING_WH = 1;

function take(orders: readonly BookOrder[], leftWh: number[], offset: number, totalWh: number): void {
  let openWh = totalWh;
  for (let index = 0; index < orders.length && openWh > 0; index++) {
    const energyWh = Math.min(trancheWh(orders[index]!, offset), leftWh[index]!, openWh);
    leftWh[index]! -= energyWh;
    openWh -= energyWh;
  }
}

/**
 * The totals nearest to wanted ones that the contract can allot and that serve every bid that can be served: where more
 * must be drawn than wanted, later frames draw less, in proportion, and the other way round.
 */
export function servingTotals(view: BookView, wanted: Totals): Totals {
  const serving = new Serving(view);
  const drawWh = [...wanted.drawWh];
  const dischargeWh: number[] = [];
  for (let offset = 0; offset < view.frames; offset++) {
    const fed = Math.min(Math.round(wanted.dischargeWh[offset]!), serving.mostDischargedWh(offset));
    const { leastWh, mostWh } = serving.drawRange(offset, fed);
    const wished = Math.max(leastWh, Math.min(mostWh, Math.round(drawWh[offset]!)));
    const { drawWh: drawn, dischargeWh: given } = serving.serve(offset, wished, fed);
    let laterSum = 0;
    for (let later = offset + 1; later < view.frames; later++) laterSum += drawWh[later]!;
    const scale = laterSum > 0 ? Math.max(0, (laterSum - (drawn - drawWh[offset]!)) / laterSum) : 1;
    for (let later = offset + 1; later < view.frames; later++) drawWh[later]! *= scale;
    drawWh[offset] = drawn;
    dischargeWh.push(given);
  }
  return { drawWh, dischargeWh };
}
