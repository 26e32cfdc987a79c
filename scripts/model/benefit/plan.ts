import { figuresOf, type Plan } from "../../core/rounds";
import { MAX_UINT24 } from "../limits";
import { powerAwayFromZeroW } from "../load";
import { MarketRefusal } from "../refusal";
import type { Side } from "../../core/types";
import { Allotment, type Allotted, leftAtMatch, type LeftWh } from "./allotment";
import type { FrozenBook } from "./frozenBook";
import { moveUpTo } from "./laxity";

export type { Plan } from "../../core/rounds";

/** Course of a plan over its horizon. */
export interface Course {
  /** P(k) by offset, W; undefined where a frame is not published. */
  readonly loadsW: readonly (bigint | undefined)[];
  /** Energy drawn by offset, Wh. */
  readonly drawWh: readonly bigint[];
  /** Energy discharged by offset, Wh. */
  readonly dischargeWh: readonly bigint[];
  /** Rest of each order at the end of the horizon. */
  readonly leftWh: LeftWh;
  /** Energy that the orders move in the round's own frame, bids first. */
  readonly first: readonly Allotted[];
}

/**
 * The load of a frame of the horizon, W; undefined where it is not published. SPEC 4.
 *
 * @param drawWh Flexible energy drawn, Wh.
 * @param dischargeWh Flexible energy discharged, Wh.
 */
export function plannedLoadW(
  book: FrozenBook,
  offset: number,
  drawWh: bigint,
  dischargeWh: bigint,
): bigint | undefined {
  const publication = book.publications[offset];
  if (publication === undefined) return undefined;
  const drawnWh = drawWh + (offset === 0 ? book.matchedGridWh : 0n);
  return publication.baseLoadW + powerAwayFromZeroW(book, drawnWh, dischargeWh);
}

/**
 * Follows a plan through its horizon: allots each frame's figures, draws before discharges, and holds each to the
 * capacity and to what the operator can pay for. SPEC 4.
 *
 * @throws MarketRefusal WrongHorizon, then frame by frame PlanNotAllottable, PlanOverCapacity or PlanExportsUnfunded.
 */
export function followPlan(book: FrozenBook, plan: Plan): Course {
  checkFigures(book, plan);
  const allot = allotterOf(book);
  const leftWh = leftAtMatch(book);
  const { draw, discharge } = figuresOf(plan);
  const totals = { drawWh: [] as bigint[], dischargeWh: [] as bigint[] };
  const loadsW: (bigint | undefined)[] = [];
  const first: Allotted[] = [];
  let spent = 0n;
  for (let offset = 0; offset < book.horizon; offset++) {
    const draws = allot(offset, "charge", draw[offset]!, leftWh);
    const discharges = allot(offset, "discharge", discharge[offset]!, leftWh);
    const [drawWh, dischargeWh] = [sumOf(draws), sumOf(discharges)];
    totals.drawWh.push(drawWh);
    totals.dischargeWh.push(dischargeWh);
    if (offset === 0) first.push(...draws, ...discharges);
    const loadW = plannedLoadW(book, offset, drawWh, dischargeWh);
    checkCapacity(book, offset, loadW);
    spent += (book.publications[offset]?.exportPricePerKwh ?? 0n) * dischargeWh;
    checkBudget(book, offset, spent);
    loadsW.push(loadW);
  }
  return { ...totals, loadsW, leftWh, first };
}

/** Gives one side its figure of a frame. */
type Allotter = (offset: number, side: Side, figure: bigint, leftWh: LeftWh) => Allotted[];

function allotterOf(book: FrozenBook): Allotter {
  if (book.allotment === "laxity") return (...of) => moveUpTo(book, ...of);
  const allotment = new Allotment(book);
  return (...of) => allotment.allot(...of);
}

function sumOf(allotted: readonly Allotted[]): bigint {
  return allotted.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}

/** Whether a plan is one that could win. @throws MarketRefusal as {@link followPlan}. */
export function checkPlan(book: FrozenBook, plan: Plan): void {
  followPlan(book, plan);
}

/** @throws MarketRefusal WrongHorizon; RangeError where a figure does not fit in 24 bits or is of the wrong kind. */
function checkFigures({ horizon, allotment }: FrozenBook, plan: Plan): void {
  const { draw, discharge } = figuresOf(plan);
  for (const { length } of [draw, discharge]) {
    if (length !== horizon) throw new MarketRefusal("WrongHorizon", { frames: length, horizon });
  }
  const [kind, other] = allotment === "laxity" ? ["levels", "totals in Wh"] : ["totals in Wh", "levels"];
  if ("drawWh" in plan === (allotment === "laxity"))
    throw new RangeError(`plans of this round are ${kind}, not ${other}`);
  for (const figure of [...draw, ...discharge]) {
    if (figure < 0n || figure > MAX_UINT24) throw new RangeError(`a plan's ${kind} are 0 to ${MAX_UINT24}: ${figure}`);
  }
}

/** A plan may bring a load above the capacity nearer to zero, but never further from it. SPEC 4. */
function checkCapacity(book: FrozenBook, offset: number, loadW: bigint | undefined): void {
  if (loadW === undefined) return;
  const magnitude = abs(loadW);
  if (magnitude + book.lossAllowanceW <= book.capacityW) return;
  if (magnitude > abs(plannedLoadW(book, offset, 0n, 0n)!))
    throw new MarketRefusal("PlanOverCapacity", { offset, loadW });
}

/**
 * Holds a plan's exports to the export budget: unpayable exports could not be executed as they were scored. SPEC 4.
 *
 * @param spent Cost of the exports up to and in this frame, price times Wh.
 */
function checkBudget({ tickSize, exportBudgetTicks }: FrozenBook, offset: number, spent: bigint): void {
  const costTickWh = spent / tickSize;
  const budgetTickWh = 1000n * exportBudgetTicks;
  if (costTickWh > budgetTickWh) throw new MarketRefusal("PlanExportsUnfunded", { offset, costTickWh, budgetTickWh });
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
