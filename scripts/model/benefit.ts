/**
 * Benefit-scored settlement, SPEC 4: the frozen book of a round, plans over it, the fallback, and how they compare.
 *
 * @module
 */
export { type FlexibleOrder, type FrozenBook, MAX_HORIZON_FRAMES, servableWh } from "./benefit/frozenBook";
export { Allotment, type Allotted, inAllotmentOrder, leftAtMatch, type LeftWh } from "./benefit/allotment";
export { moveUpTo } from "./benefit/laxity";
export { checkPlan, type Course, followPlan, type Plan, plannedLoadW } from "./benefit/plan";
export { projectFallback } from "./benefit/fallback";
export { benefit, compareScores, type Score, scoreCourse, scorePlan } from "./benefit/score";
export { Contest, decide, type Decided, type Proposal, type ScoredProposal } from "./benefit/contest";
export { planHash } from "./benefit/planHash";
export { type OpenRound } from "./benefit/round";
