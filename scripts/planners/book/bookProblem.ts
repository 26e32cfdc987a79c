import { type FlexibleOrder, type FrozenBook, inAllotmentOrder, servableWh } from "../../model/benefit";
import type { FlexibleLoad, LoadProblem } from "../loadProblem";

/** Unity of an efficiency, 1/10 000. */
const FULL_BPS = 10_000;

/** A flexible order in the plain numbers that planners reckon with; frames as offsets from the round's. */
export interface BookOrder {
  side: FlexibleOrder["side"];
  /** S: what it can be served at all, Wh. SPEC 4. */
  remainingWh: number;
  /** Its tranche in the round's frame, and in later ones, Wh. */
  displayedWh: number;
  peakWh: number;
  /** Last offset in which it may be delivered; may lie beyond the plan. */
  last: number;
  /** By offset, whether the frame is published and its tariff within the order's limit. */
  eligible: readonly boolean[];
}

/** A frozen book as a planner sees it. */
export interface BookView {
  /** Figures that plans give: totals by expiry, levels by laxity. */
  allotment: FrozenBook["allotment"];
  /** Frames that a plan has: the round's horizon. */
  frames: number;
  /** Both sides, in the order in which the contract allots by expiry. SPEC 4. */
  bids: BookOrder[];
  asks: BookOrder[];
  /** Load without any flexible energy, Wh a frame; where it is not published, that of the frame before. */
  baseWh: number[];
  /** Load that orders to come are expected to bring, Wh a frame: its steps count, the capacity does not. SPEC 4. */
  expectedWh: number[];
  /** Load of the frame before, Wh. */
  previousWh: number;
  /** Energy that the feeder carries in a frame, Wh. */
  limitWh: number;
  /** Load of 1 Wh drawn, and of 1 Wh fed in: the efficiencies. */
  drawFactor: number;
  dischargeFactor: number;
  /** Price paid for 1 Wh fed in, by offset, ticks per kWh; 0 where a frame is not published. */
  exportTicks: bigint[];
  /** Most that all exports of a plan may cost: 1000 B. SPEC 4. */
  exportBudgetTickWh: bigint;
}

/** Reads a frozen book. */
export function viewOf(book: FrozenBook): BookView {
  const hours = book.frameSeconds / 3600;
  const drawFactor = Number(book.chargeEfficiencyBps) / FULL_BPS;
  const baseWh: number[] = [];
  for (const publication of book.publications) {
    baseWh.push(publication === undefined ? (baseWh.at(-1) ?? 0) : Number(publication.baseLoadW) * hours);
  }
  // No step into or out of an unpublished frame counts: the plan is not to prepare for one.
  const expectedWh: number[] = [];
  for (const [offset, watts] of book.expectedLoadsW.entries()) {
    const known = book.publications[offset] !== undefined;
    expectedWh.push(known ? Number(watts) * hours : (expectedWh.at(-1) ?? 0));
  }
  // The round's own frame is published.
  const withMatched = baseWh.map((wh, offset) => (offset === 0 ? wh + Number(book.matchedGridWh) * drawFactor : wh));
  const orders = (side: readonly FlexibleOrder[]) => inAllotmentOrder(side).map((order) => orderOf(book, order));
  return {
    ...{ allotment: book.allotment, frames: book.horizon, baseWh: withMatched, drawFactor },
    bids: orders(book.bids),
    asks: orders(book.asks),
    expectedWh,
    previousWh: book.previousLoadW === undefined ? (baseWh[0] ?? 0) : Number(book.previousLoadW) * hours,
    limitWh: Math.floor(Number(book.capacityW - book.lossAllowanceW) * hours),
    dischargeFactor: Number(book.dischargeEfficiencyBps) / FULL_BPS,
    exportTicks: book.publications.map((publication) => (publication?.exportPricePerKwh ?? 0n) / book.tickSize),
    exportBudgetTickWh: 1000n * book.exportBudgetTicks,
  };
}

function orderOf(book: FrozenBook, order: FlexibleOrder): BookOrder {
  const { side, price } = order;
  const eligible = book.publications.map((publication) => {
    if (publication === undefined) return false;
    return side === "charge" ? price >= publication.importPricePerKwh : price <= publication.exportPricePerKwh;
  });
  return {
    ...{ side, eligible, last: order.expiryFrame - book.frame },
    remainingWh: Number(servableWh(book, order)),
    displayedWh: Number(order.displayedWh),
    peakWh: Number(order.peakWh),
  };
}

/** Most that an order moves in a frame, Wh; nothing where it may not trade. */
export function trancheWh({ displayedWh, peakWh, last, eligible }: BookOrder, offset: number): number {
  if (offset > last || eligible[offset] === false) return 0;
  return offset === 0 ? displayedWh : peakWh;
}

/** Energy that an order can still move after a frame, beyond the plan's frames included, Wh. */
export function laterWh(order: BookOrder, offset: number): number {
  const { eligible, last, peakWh } = order;
  let frames = Math.max(0, last - Math.max(offset, eligible.length - 1));
  for (let later = offset + 1; later <= Math.min(last, eligible.length - 1); later++) if (eligible[later]) frames++;
  return frames * peakWh;
}

/**
 * Problem (6) of [T ch. 6] for the first frames of a book, in Wh of load. Demand that reaches beyond them must be met
 * within them only as far as it could not be met after.
 *
 * @param lasts By what offset each bid is to be served; its last frame without it.
 */
export function problemOf(view: BookView, lasts: readonly number[] = view.bids.map(({ last }) => last)): LoadProblem {
  const loads = [...view.bids, ...view.asks].map((order, index): FlexibleLoad => {
    const factor = order.side === "charge" ? view.drawFactor : view.dischargeFactor;
    const frames = order.eligible.flatMap((may, offset) =>
      may && offset <= (lasts[index] ?? order.last) ? [offset] : [],
    );
    const firstFrame = frames[0] ?? 0;
    const lastFrame = frames.at(-1) ?? -1;
    const window = lastFrame - firstFrame + 1;
    const mostWh = Math.min(order.remainingWh, order.peakWh * window);
    const afterWh = order.peakWh * Math.max(0, (lasts[index] ?? order.last) - view.frames + 1);
    const leastWh = order.side === "charge" ? Math.min(mostWh, Math.max(0, order.remainingWh - afterWh)) : 0;
    return {
      ...{ side: order.side, firstFrame, lastFrame, frameWh: order.peakWh * factor },
      ...{ leastWh: leastWh * factor, mostWh: mostWh * factor },
    };
  });
  const { baseWh, expectedWh, previousWh, limitWh } = view;
  return { baseWh, expectedWh, previousWh, limitWh, loads };
}

/**
 * When by expiry each bid had best be served, so that those after it in the contract's order come to their turn in time: before
 * the latest start of each of them, as far as the bid itself can. Who can wait least but stands late would otherwise
 * have everybody before it served at full rate all at once.
 */
export function lastsInTurn(view: BookView): number[] {
  const lasts: number[] = [];
  let latestStart = Infinity;
  for (let index = view.bids.length - 1; index >= 0; index--) {
    const { last, remainingWh, peakWh } = view.bids[index]!;
    const frames = Math.ceil(remainingWh / peakWh);
    lasts[index] = Math.min(last, Math.max(frames - 1, latestStart - 1));
    latestStart = Math.min(latestStart, last - frames + 1);
  }
  return lasts;
}
