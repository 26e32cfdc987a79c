import { figuresOf } from "../../core/rounds";
import type { MarketParameters } from "../../core/types";
import { MarketRefusal } from "../refusal";
import { beginsAt } from "../time";
import type { Allotted } from "./allotment";
import { Contest, type Proposal, type ScoredProposal } from "./contest";
import type { FrozenBook } from "./frozenBook";
import type { Plan } from "./plan";
import type { Score } from "./score";

/** A round that can still be finalised. */
export interface OpenRound {
  readonly frame: number;
  /** m: when the match opened it, s. */
  readonly matchedAtSeconds: number;
  readonly book: FrozenBook;
  /** The score to beat. */
  readonly fallback: Score;
  /** The best plan so far, if any is strictly better than the fallback. */
  readonly best: ScoredProposal | undefined;
}

type Times = Pick<MarketParameters, "frameSeconds" | "auctionSeconds" | "roundSeconds" | "finaliseSeconds">;

/** Whether a round that opens now can go through all its phases before its frame begins. SPEC 4. */
export function hasTimeForRound(market: Times, frame: number, nowSeconds: number): boolean {
  return nowSeconds + 2 * market.roundSeconds + market.finaliseSeconds <= beginsAt(market, frame);
}

/**
 * One round, from the match to its finalisation: its phases and the plans that compete in it. SPEC 4. Commitments are
 * the contract's affair; here a plan is told when it is revealed.
 */
export class Round {
  private readonly contest: Contest;

  constructor(
    private readonly market: Times,
    book: FrozenBook,
    readonly matchedAtSeconds: number,
  ) {
    this.contest = new Contest(book);
  }

  get book(): FrozenBook {
    return this.contest.book;
  }

  view(): OpenRound {
    const { best, book, fallback } = this.contest;
    return {
      frame: book.frame,
      matchedAtSeconds: this.matchedAtSeconds,
      book,
      fallback: fallback.score,
      best: best && { proposer: best.proposer, plan: best.plan, score: best.score },
    };
  }

  /** @throws MarketRefusal RevealNotOpen outside the reveal phase, then as `followPlan`. @returns The plan's score. */
  reveal(proposal: Proposal, nowSeconds: number): Score {
    const opensAt = this.matchedAtSeconds + this.market.roundSeconds;
    const endsAt = opensAt + this.market.roundSeconds;
    if (nowSeconds < opensAt || nowSeconds >= endsAt) {
      throw new MarketRefusal("RevealNotOpen", { frame: this.book.frame, nowSeconds, opensAt, endsAt });
    }
    return this.contest.consider(proposal);
  }

  /**
   * Energy that executing a plan, or the fallback, now moves in the round's frame.
   *
   * @throws MarketRefusal RoundNotOver before the reveals are over; NotTheWinningPlan where another plan, or none, won;
   * OnlyTheFallback once the winner's time is over.
   */
  execute(plan: Plan | "fallback", nowSeconds: number): readonly Allotted[] {
    const { best, fallback, book } = this.contest;
    const { frame } = book;
    const overAt = this.matchedAtSeconds + 2 * this.market.roundSeconds;
    const winnerUntil = overAt + this.market.finaliseSeconds;
    if (nowSeconds < overAt) throw new MarketRefusal("RoundNotOver", { frame, nowSeconds, overAt });
    if (plan === "fallback") {
      if (best !== undefined && nowSeconds < winnerUntil) throw new MarketRefusal("NotTheWinningPlan", { frame });
      return fallback.course.first;
    }
    if (nowSeconds >= winnerUntil) throw new MarketRefusal("OnlyTheFallback", { frame, nowSeconds, winnerUntil });
    if (best === undefined || !isSame(plan, best.plan)) throw new MarketRefusal("NotTheWinningPlan", { frame });
    return best.course.first;
  }
}

function isSame(a: Plan, b: Plan): boolean {
  const same = (x: readonly bigint[], y: readonly bigint[]) => x.length === y.length && x.every((of, k) => of === y[k]);
  const [one, other] = [figuresOf(a), figuresOf(b)];
  return same(one.draw, other.draw) && same(one.discharge, other.discharge);
}
