import type { MarketParameters, Publication, Side } from "./types";

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
 * The book of a round as it stood at the match; it never changes. SPEC 4. Frames are counted from the
 * round's by an offset k = 0 ... horizon - 1.
 */
export interface FrozenBook extends Pick<
  MarketParameters,
  | "allotment"
  | "capacityW"
  | "lossAllowanceW"
  | "frameSeconds"
  | "maxWaitFrames"
  | "tickSize"
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
  /** By offset, the load that orders which are not in the book are expected to bring, W. */
  readonly expectedLoadsW: readonly bigint[];
  /** P(-1), W: recorded, or the base load where nobody cleared the frame before; undefined where that is unpublished. */
  readonly previousLoadW: bigint | undefined;
  /** g: what normal bids drew from the grid in the round's frame, Wh. */
  readonly matchedGridWh: bigint;
  /** B: what of the operator's account was not claimed, in whole ticks; at most 2^49 - 1. */
  readonly exportBudgetTicks: bigint;
}

/** A plan where totals are allotted by last frame: flexible energy in each frame, 24 bits each. SPEC 4, [T 5.2, 6.2]. */
export interface TotalsPlan {
  /** To draw, Wh. */
  readonly drawWh: readonly bigint[];
  /** To discharge, Wh. */
  readonly dischargeWh: readonly bigint[];
}

/** A plan by laxity: the level up to which orders move in each frame, 24 bits each. SPEC 4. */
export interface LevelPlan {
  /** Of bids, in {@link LEVELS_PER_FRAME}s of a frame. */
  readonly drawLevel: readonly bigint[];
  /** Of asks, in the same unit. */
  readonly dischargeLevel: readonly bigint[];
}

/** Figures that decide about a round's flexible energy, frame by frame: totals or, by laxity, levels. SPEC 4. */
export type Plan = TotalsPlan | LevelPlan;

/** Units of a level in one frame of laxity. SPEC 4. */
export const LEVELS_PER_FRAME = 2n ** 17n;

/** A plan's figures by frame, whatever they stand for: what is written, hashed and compared. */
export interface PlanFigures {
  readonly draw: readonly bigint[];
  readonly discharge: readonly bigint[];
}

/** The figures of a plan. */
export function figuresOf(plan: Plan): PlanFigures {
  return "drawWh" in plan
    ? { draw: plan.drawWh, discharge: plan.dischargeWh }
    : { draw: plan.drawLevel, discharge: plan.dischargeLevel };
}

/** The plan that figures stand for in a market's rounds. */
export function planFrom(allotment: MarketParameters["allotment"], { draw, discharge }: PlanFigures): Plan {
  return allotment === "laxity"
    ? { drawLevel: draw, dischargeLevel: discharge }
    : { drawWh: draw, dischargeWh: discharge };
}

/** Score that plans compete by; smaller is better, the unserved energy first. SPEC 4. */
export interface Score {
  /** Left at the horizon's end of what the flexible bids whose last frame lies within it could be served, Wh. */
  readonly unservedWh: bigint;
  /** Sum of the squared steps of the load [T (4), 6.6], W^2; steps with an unpublished end do not count. */
  readonly squaredStepsW2: bigint;
}

/** A plan and who brought it. */
export interface Proposal {
  proposer: string;
  plan: Plan;
}
