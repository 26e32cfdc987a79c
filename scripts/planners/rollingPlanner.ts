import type { Side } from "../core/types";
import { allot, type Allotment } from "./allotment";
import { type ArrivalsProfile, type Expectation, expectedLoads } from "./expectedArrivals";
import { type FirstOrderOptions, solveSquaredSteps } from "./firstOrder";
import type { KnownEv } from "./knownEv";
import { type FlexibleLoad, type LoadPlan, type LoadProblem, windowFrames } from "./loadProblem";
import { servable } from "./servable";
import { solveSquaredLoad } from "./waterFilling";

export type { KnownEv } from "./knownEv";

/** The factor by which [T Table 6-A] scales the first step, to leave room for arrivals. */
export const COMPETITIVE_RATIO = 2.39;

/** A plan need not be better than by steps of this size, Wh. */
const TOLERATED_STEP_WH = 10;

/** How a rolling planner plans. */
export interface RollingOptions {
  /** Frames to plan; 1 is PoB [T ch. 5], more is ePoB [T ch. 6]. The plan ends earlier where no EV stays so long. */
  horizonFrames: number;
  /**
   * Frames of base load alone that are planned after the last stay, **Ours**, so that the load does not stand high when
   * the last EV leaves; 0, as in [T (6)], where the plan ends with the last event.
   */
  tailFrames?: number;
  /** Factor of the first frame's draw, up to the rated power [T Table 6-A]; 1. */
  firstStepFactor?: number;
  /** Objective: squared steps [T (6.6)], or the squared load, which does not look at the load before; steps. */
  objective?: "steps" | "load";
  /**
   * Arrivals that are expected: as many frames are planned as the horizon has, and what is expected within them counts in
   * the plan and is never carried out; none.
   */
  expected?: ArrivalsProfile;
  /** How they are expected: of which sides, with how much caution, until when. */
  expectation?: Expectation;
  /** Who gets the first frame's total: as the plan has it, earliest expiry first, or by least laxity; as planned. */
  allotment?: Allotment;
  /** How exactly problem (6) is solved each time; to 1e-3 of the optimum, or steps of 10 Wh. */
  solver?: Omit<FirstOrderOptions, "start">;
}

/** Knowledge before a frame: the live book, the base load to come, the load that was. */
export interface PlanningView {
  /** The frame to decide on. */
  frame: number;
  /** P_BL from that frame on, Wh a frame, at least as long as the horizon or the stays. */
  baseWh: readonly number[];
  /** P(t-1), Wh. */
  previousWh: number;
  /** Energy that the feeder carries in a frame, Wh. */
  limitWh: number;
  evs: readonly KnownEv[];
  /** The planner's memory, and an id for each EV to know it by: a plan near the last one is found sooner. */
  memory?: PlanMemory | undefined;
  ids?: readonly string[];
}

/** A plan to begin the next one with, by what it is for: an EV's id, or an expected arrival. */
export type PlanMemory = ReadonlyMap<string, { firstFrame: number; energyWh: Float64Array }>;

/** A plan of totals, and who moves what in its first frame. */
export interface RollingPlan {
  /** Energy to draw and to discharge in each planned frame, whole Wh. */
  drawWh: number[];
  dischargeWh: number[];
  /** Energy that each EV moves in the first frame, whole Wh, in the order of the view. */
  firstWh: number[];
  /** To hand back with the next view. */
  memory: PlanMemory;
}

/**
 * Solves problem (6) of [T ch. 6] again before every frame for the EVs known then, as if no other came [T 6.4.1], and
 * hands back the totals per frame. Keeps nothing between calls.
 *
 * Demand that reaches beyond the horizon must be met within it only as far as it could not be met after it.
 */
export class RollingPlanner {
  constructor(private readonly options: RollingOptions) {
    const { horizonFrames, firstStepFactor = 1 } = options;
    if (!Number.isInteger(horizonFrames) || horizonFrames < 1) {
      throw new RangeError(`a plan is at least one whole frame: ${horizonFrames}`);
    }
    if (!(firstStepFactor >= 1)) throw new RangeError(`a first step is scaled by at least 1: ${firstStepFactor}`);
  }

  plan(view: PlanningView): RollingPlan {
    const problem = servable(this.problemOf(view));
    const keys = keysOf(view, problem.loads);
    const { energyWh } = this.solve(problem, startOf(view, problem, keys));
    const memory = new Map(
      keys.map((key, index) => {
        const firstFrame = view.frame + problem.loads[index]!.firstFrame;
        return [key, { firstFrame, energyWh: energyWh[index]! }];
      }),
    );
    const totals = (side: Side) => {
      const sum = new Array<number>(problem.baseWh.length).fill(0);
      problem.loads.forEach((load, index) => {
        // Those that are expected come after those that are known.
        if (load.side === side && index < view.evs.length) energyWh[index]!.forEach((wh, at) => (sum[at]! += wh));
      });
      return sum;
    };
    const [draw, discharge] = [totals("charge"), totals("discharge")];
    const firstWh = view.evs.map((_, index) => energyWh[index]![0] ?? 0);
    const drawWh = draw.map(Math.round);
    const dischargeWh = discharge.map(Math.round);
    const { firstStepFactor = 1, allotment = "plan" } = this.options;
    const roomWh = Math.max(0, Math.floor(view.limitWh - (view.baseWh[0] ?? 0)));
    drawWh[0] = Math.round((draw[0] ?? 0) * firstStepFactor);
    dischargeWh[0] = Math.round((discharge[0] ?? 0) * firstStepFactor);
    const first = { drawWh: Math.min(drawWh[0], roomWh + dischargeWh[0]), dischargeWh: dischargeWh[0] };
    const shared = allot(view.frame, view.evs, firstWh, first, allotment);
    const moved = (side: Side) => shared.reduce((sum, wh, index) => sum + (view.evs[index]!.side === side ? wh : 0), 0);
    drawWh[0] = moved("charge");
    dischargeWh[0] = moved("discharge");
    return { drawWh, dischargeWh, firstWh: shared, memory };
  }

  private solve(problem: LoadProblem, start: FirstOrderOptions["start"]): LoadPlan {
    const { objective = "steps", solver } = this.options;
    if (objective === "load") return solveSquaredLoad(problem);
    const gapWh2 = TOLERATED_STEP_WH ** 2 * problem.baseWh.length;
    return solveSquaredSteps(problem, { gapShare: 1e-3, gapWh2, ...solver, start });
  }

  private problemOf({ frame, baseWh, previousWh, limitWh, evs }: PlanningView): LoadProblem {
    const stays = evs.map(({ lastFrame }) => lastFrame - frame + 1);
    const frames = framesToPlan({ frame, evs }, this.options);
    if (baseWh.length < frames) throw new RangeError(`base load of ${frames} frames needed, ${baseWh.length} given`);
    const loads = evs.map(({ side, remainingWh, frameWh }, index): FlexibleLoad => {
      const stay = Math.max(0, stays[index]!);
      const lastFrame = Math.min(stay, frames) - 1;
      const laterWh = frameWh * Math.max(0, stay - frames);
      const mostWh = Math.min(remainingWh, frameWh * (lastFrame + 1));
      const leastWh = side === "charge" ? Math.min(mostWh, Math.max(0, remainingWh - laterWh)) : 0;
      return { side, firstFrame: 0, lastFrame, frameWh, leastWh, mostWh };
    });
    const { expected, expectation } = this.options;
    if (expected !== undefined) loads.push(...expectedLoads(expected, frame, frames, expectation));
    return { baseWh: baseWh.slice(0, frames), previousWh, limitWh, loads };
  }
}

/** Frames that a plan needs base load for: as long as an EV stays and the tail after it, at most the horizon. */
export function framesToPlan(
  { frame, evs }: Pick<PlanningView, "frame" | "evs">,
  { horizonFrames, tailFrames = 0, expected }: Pick<RollingOptions, "horizonFrames" | "tailFrames" | "expected">,
): number {
  if (expected !== undefined) return horizonFrames;
  const longest = evs.reduce((most, { lastFrame }) => Math.max(most, lastFrame - frame + 1), 1);
  return Math.min(horizonFrames, longest + tailFrames);
}

/** Keys that a plan's loads are known by later: an EV's id, or frame, side and class of an expected arrival. */
function keysOf({ frame, evs, ids }: PlanningView, loads: readonly FlexibleLoad[]): string[] {
  const classes = new Map<string, number>();
  return loads.map(({ side, firstFrame }, index) => {
    if (index < evs.length) return ids?.[index] ?? `EV ${index}`;
    const arrival = `expected ${side} ${frame + firstFrame}`;
    const before = classes.get(arrival) ?? 0;
    classes.set(arrival, before + 1);
    return `${arrival} ${before}`;
  });
}

/** The last plan where it reaches, evenly what is new; nothing without a last plan. */
function startOf(
  { frame, memory }: PlanningView,
  { loads }: LoadProblem,
  keys: readonly string[],
): FirstOrderOptions["start"] {
  if (memory === undefined) return undefined;
  return loads.map((load, index) => {
    const before = memory.get(keys[index]!);
    const window = windowFrames(load);
    if (before === undefined) return new Float64Array(window).fill(load.mostWh / Math.max(1, window));
    const offset = frame + load.firstFrame - before.firstFrame;
    return Float64Array.from({ length: window }, (_, k) => before.energyWh[offset + k] ?? 0);
  });
}
