import type { MarketParameters, Publication, Side } from "../../types";
import { chargingRoomWh } from "../load";

/** The longest that a plan looks ahead, frames. SPEC 4. */
export const MAX_HORIZON_FRAMES = 48;

/** An order whose energy to or from the grid plans decide: an iceberg bid, or an ask of either kind. SPEC 4. */
export interface FlexibleOrder {
  readonly pile: string;
  readonly side: Side;
  /** Limit, money units per kWh. */
  readonly price: bigint;
  /** R: what the match left to trade, displayed and hidden, Wh. */
  readonly remainingWh: bigint;
  /** D(0): what it still displays in the round's frame, Wh. */
  readonly displayedWh: bigint;
  /** D(k) for k > 0, Wh. */
  readonly peakWh: bigint;
  /** Last frame in which it may be delivered. */
  readonly expiryFrame: number;
  /** Frames waited at the round's frame. */
  readonly waitedFrames: number;
}

/**
 * What a round is about, as it stood at the match: it never changes. SPEC 4. Frames are counted from the round's by an
 * offset k = 0 ... horizon - 1.
 */
export interface FrozenBook extends Pick<
  MarketParameters,
  | "allotment"
  | "capacityW"
  | "lossAllowanceW"
  | "frameSeconds"
  | "maxWaitFrames"
  | "chargeEfficiencyBps"
  | "dischargeEfficiencyBps"
> {
  /** The round's frame. */
  readonly frame: number;
  /** H: frames that a plan has. */
  readonly horizon: number;
  /** In order of priority. */
  readonly bids: readonly FlexibleOrder[];
  /** In order of priority. */
  readonly asks: readonly FlexibleOrder[];
  /** By offset; undefined where a frame is not published. */
  readonly publications: readonly (Publication | undefined)[];
  /** P(-1), W: recorded, or the base load where nobody cleared the frame before; undefined where that is unpublished. */
  readonly previousLoadW: bigint | undefined;
  /** g: what normal bids drew from the grid in the round's frame, Wh. */
  readonly matchedGridWh: bigint;
}

/**
 * H = min(maxHorizon, 48, latest last frame of a flexible order - t + 1); by slack one more, so that plans count the step
 * by which the load comes down again. SPEC 4.
 */
export function horizonOf(
  { maxHorizon, allotment }: Pick<MarketParameters, "maxHorizon" | "allotment">,
  frame: number,
  flexible: readonly FlexibleOrder[],
): number {
  const longest = flexible.reduce((most, { expiryFrame }) => Math.max(most, expiryFrame - frame + 1), 1);
  return Math.min(maxHorizon, MAX_HORIZON_FRAMES, allotment === "slack" ? longest + 1 : longest);
}

/** What an order can move in a frame, Wh: its tranche there, of what is left of it. */
export function tranche(order: FlexibleOrder, offset: number, leftWh: bigint): bigint {
  const displayedWh = offset === 0 ? order.displayedWh : order.peakWh;
  return displayedWh < leftWh ? displayedWh : leftWh;
}

/** What the capacity leaves to flexible bids in a frame of the horizon, with this much discharged, Wh. SPEC 3, 4. */
export function drawingRoomWh(book: FrozenBook, offset: number, dischargedWh = 0n): bigint {
  const publication = book.publications[offset];
  if (publication === undefined) return 0n;
  // In Wh as the load counts them: what is drawn weighs v, what is discharged the other efficiency.
  const scaledWh = chargingRoomWh({ ...book, chargeEfficiencyBps: 1n }, publication.baseLoadW);
  if (scaledWh === 0n) return 0n;
  const matchedWh = offset === 0 ? book.matchedGridWh : 0n;
  const roomWh = (scaledWh + book.dischargeEfficiencyBps * dischargedWh) / book.chargeEfficiencyBps - matchedWh;
  return roomWh < 0n ? 0n : roomWh;
}
