import type { Proposal } from "../../core/rounds";
import { MarketRefusal } from "../refusal";
import { projectFallback } from "./fallback";
import type { FrozenBook } from "./frozenBook";
import { type Course, followPlan, type Plan } from "./plan";
import { planHash } from "./planHash";
import { compareScores, type Score, scoreCourse } from "./score";

export type { Proposal } from "../../core/rounds";

/** A proposal that beats the fallback, with its score. */
export interface ScoredProposal extends Proposal {
  score: Score;
}

/** A plan, or the fallback, with all that is known of it. */
interface Contender {
  course: Course;
  score: Score;
}

/**
 * Plans that compete over a frozen book, the fallback among them. Of equally good plans the one with the lowest hash
 * leads, so that nothing is won by coming first. SPEC 4.
 */
export class Contest {
  readonly fallback: Contender;
  private leading: (Contender & ScoredProposal) | undefined;

  constructor(readonly book: FrozenBook) {
    const course = projectFallback(book);
    this.fallback = { course, score: scoreCourse(book, course) };
  }

  /** The best plan so far that is strictly better than the fallback. */
  get best(): (Contender & ScoredProposal) | undefined {
    return this.leading;
  }

  /** Takes a plan into account. @returns Its score. @throws MarketRefusal as {@link followPlan}. */
  consider({ proposer, plan }: Proposal): Score {
    const course = followPlan(this.book, plan);
    const score = scoreCourse(this.book, course);
    if (this.leads(plan, score)) this.leading = { proposer, plan: structuredClone(plan), score, course };
    return score;
  }

  private leads(plan: Plan, score: Score): boolean {
    const { leading } = this;
    if (leading === undefined) return compareScores(score, this.fallback.score) < 0;
    const order = compareScores(score, leading.score);
    return order < 0 || (order === 0 && planHash(plan) < planHash(leading.plan));
  }
}

/** Which of some plans wins, and why others were refused. */
export interface Decided {
  /** None where the fallback stands. */
  winner: ScoredProposal | undefined;
  /** The winner's score, or the fallback's. */
  score: Score;
  /** In the order of the plans. */
  refused: { proposer: string; refusal: MarketRefusal }[];
}

/** Decides between plans for a frozen book as a round does. */
export function decide(book: FrozenBook, proposals: readonly Proposal[]): Decided {
  const contest = new Contest(book);
  const refused: Decided["refused"] = [];
  for (const proposal of proposals) {
    try {
      contest.consider(proposal);
    } catch (error) {
      if (!(error instanceof MarketRefusal)) throw error;
      refused.push({ proposer: proposal.proposer, refusal: error });
    }
  }
  const { best, fallback } = contest;
  const winner = best && { proposer: best.proposer, plan: best.plan, score: best.score };
  return { winner, score: (best ?? fallback).score, refused };
}
