import { compareScores, type FrozenBook, type Plan, type Score, scorePlan } from "../../model/benefit";
import { solveSquaredSteps } from "../firstOrder";
import { solveWithHighs } from "../highsReference";
import type { LoadPlan, LoadProblem } from "../loadProblem";
import { COMPETITIVE_RATIO } from "../rollingPlanner";
import { servable } from "../servable";
import { type BookView, lastsInTurn, problemOf, viewOf } from "./bookProblem";
import { planFor } from "./levels";
import { Serving, servingTotals, type Totals } from "./servingTotals";

/** Whoever proposes plans in a benefit market's rounds: from the frozen book alone to the totals of each frame. SPEC 4. */
export interface BookPlanner {
  readonly name: string;
  plan(book: FrozenBook): Promise<Plan>;
}

/** A plan need not be better than by steps of this size, Wh. */
const TOLERATED_STEP_WH = 10;

/** How an {@link epob} planner plans. */
export interface EpobOptions {
  /** Factor of the first frame's draw, as far as can be [T Table 6-A]; 1. */
  firstStepFactor?: number;
  /** Solver of problem (6); the first-order method. */
  solve?: (problem: LoadProblem) => LoadPlan | Promise<LoadPlan>;
}

/**
 * ePoB [T 6.3-6.4]: the least sum of squared steps over the whole horizon, made such that the contract can allot it and
 * leaves nobody unserved who can be served. By expiry it is solved twice, with the bids' own last frames and with those by
 * which they had best be served ({@link lastsInTurn}); the better score is the plan.
 */
export function epob(name = "ePoB", { firstStepFactor = 1, solve = solveFast }: EpobOptions = {}): BookPlanner {
  return {
    name,
    async plan(book) {
      const view = viewOf(book);
      const scored: ScoredPlan[] = [];
      for (const lasts of book.allotment === "laxity" ? [undefined] : [undefined, lastsInTurn(view)]) {
        const problem = servable(problemOf(view, lasts));
        const wanted = totalsOf(view, problem, await solve(problem));
        if (firstStepFactor !== 1) wanted.drawWh = advanced(wanted.drawWh, firstStepFactor);
        scored.push(hastened(book, view, wanted));
      }
      return scored.reduce((best, other) => (compareScores(other.score, best.score) < 0 ? other : best)).plan;
    },
  };
}

interface ScoredPlan {
  plan: Plan;
  score: Score;
}

/** How far totals are taken towards everything at once, until nobody is left unserved who then is not. */
const HASTE = [0, 0.25, 0.5, 0.75, 1];

/** The totals as a plan; sooner, where the feeder's limit would otherwise leave unserved who can be served. */
function hastened(book: FrozenBook, view: BookView, wanted: Totals): ScoredPlan {
  const scoredOf = (totals: Totals): ScoredPlan => {
    const plan = asPlan(book, servingTotals(view, totals));
    return { plan, score: scorePlan(book, plan) };
  };
  let best = scoredOf(wanted);
  if (best.score.unservedWh === 0n) return best;
  const soonest = greedyTotals(view, () => Infinity);
  const { unservedWh } = scorePlan(book, asPlan(book, soonest));
  for (const haste of HASTE) {
    if (best.score.unservedWh <= unservedWh) break;
    const drawWh = wanted.drawWh.map((wh, offset) => (1 - haste) * wh + haste * soonest.drawWh[offset]!);
    const other = scoredOf({ drawWh, dischargeWh: wanted.dischargeWh.map((wh) => (1 - haste) * wh) });
    if (compareScores(other.score, best.score) < 0) best = other;
  }
  return best;
}

/** ePoB with the first step enlarged by [T Table 6-A]'s factor, to leave room for arrivals. */
export function epobFactor(factor = COMPETITIVE_RATIO): BookPlanner {
  return epob(`ePoB, c = ${factor}`, { firstStepFactor: factor });
}

/** The reference: {@link epob} with problem (6) solved exactly by HiGHS; slow. */
export function highsPlanner(): BookPlanner {
  return epob("HiGHS", { solve: (problem) => solveWithHighs(problem, "squared") });
}

/** PoB [T 5.2]: each frame by itself, as near to the load before as can be. */
export function pob(): BookPlanner {
  return { name: "PoB", plan: async (book) => greedy(book, (wantedWh) => wantedWh) };
}

/** Everything at once within the capacity, and nothing discharged. */
export function asapPlanner(): BookPlanner {
  return { name: "as soon as possible", plan: async (book) => greedy(book, () => Infinity) };
}

function solveFast(problem: LoadProblem): LoadPlan {
  return solveSquaredSteps(problem, { gapShare: 1e-3, gapWh2: TOLERATED_STEP_WH ** 2 * problem.baseWh.length });
}

function greedy(book: FrozenBook, choose: (flatWh: number) => number): Plan {
  return asPlan(book, greedyTotals(viewOf(book), choose));
}

/** Frame by frame. @param choose From the draw that would leave the load as it was to the one that is wanted, Wh. */
function greedyTotals(view: BookView, choose: (flatWh: number) => number): Totals {
  const serving = new Serving(view);
  const { drawFactor, dischargeFactor } = view;
  const baseWh = view.baseWh.map((wh, offset) => wh + view.expectedWh[offset]!);
  const totals: Totals = { drawWh: [], dischargeWh: [] };
  let beforeWh = view.previousWh;
  for (let offset = 0; offset < view.frames; offset++) {
    const flatWh = choose((beforeWh - baseWh[offset]!) / drawFactor);
    const { leastWh, mostWh } = serving.drawRange(offset, 0);
    const drawn = Math.max(leastWh, Math.min(mostWh, Math.round(flatWh)));
    const surplusWh = (baseWh[offset]! + drawFactor * drawn - beforeWh) / dischargeFactor;
    const fed = flatWh < 0 ? Math.max(0, Math.min(serving.mostDischargedWh(offset), Math.round(surplusWh))) : 0;
    const served = serving.serve(offset, drawn, fed);
    totals.drawWh.push(served.drawWh);
    totals.dischargeWh.push(served.dischargeWh);
    beforeWh = baseWh[offset]! + drawFactor * served.drawWh - dischargeFactor * served.dischargeWh;
  }
  return totals;
}

/** The first draw enlarged, and what that takes off the later ones, in proportion. */
function advanced(drawWh: readonly number[], factor: number): number[] {
  const [first = 0, ...later] = drawWh;
  const laterSum = later.reduce((sum, wh) => sum + wh, 0);
  const extra = Math.min((factor - 1) * first, laterSum);
  const scale = laterSum > 0 ? (laterSum - extra) / laterSum : 0;
  return [first + extra, ...later.map((wh) => wh * scale)];
}

/** A solution's totals, in Wh drawn and fed in. */
function totalsOf(view: BookView, problem: LoadProblem, { energyWh }: LoadPlan): Totals {
  const totals: Totals = {
    drawWh: new Array<number>(view.frames).fill(0),
    dischargeWh: new Array<number>(view.frames).fill(0),
  };
  problem.loads.forEach(({ side, firstFrame }, index) => {
    const [sums, factor] =
      side === "charge" ? [totals.drawWh, view.drawFactor] : [totals.dischargeWh, view.dischargeFactor];
    energyWh[index]!.forEach((wh, offset) => (sums[firstFrame + offset]! += wh / factor));
  });
  return totals;
}

function asPlan(book: FrozenBook, { drawWh, dischargeWh }: Totals): Plan {
  return planFor(book, { drawWh: drawWh.map(BigInt), dischargeWh: dischargeWh.map(BigInt) });
}
