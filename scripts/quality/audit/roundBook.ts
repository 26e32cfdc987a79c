import { concat, id, keccak256, toBeHex, ZeroHash } from "ethers";

import { decodeFrozenBook } from "../../chain/frozenBook";
import { decodePlan } from "../../chain/roundWords";
import {
  compareScores,
  projectFallback,
  type FrozenBook,
  type Score,
  scoreCourse,
  scorePlan,
} from "../../model/benefit";
import type { MarketParameters } from "../../core/types";

const DOMAIN = (BigInt(id("AdBEV frozen book")) >> 224n) << 224n;

/** Most proposers of equally good plans that take part in a draw. */
const MAX_CANDIDATES = 64;

/** A market's latest round. */
export interface RebuiltRound {
  frame: number;
  bookHash: string;
  /** Ends of its phases, s. */
  commitUntil: number;
  revealUntil: number;
  winnerUntil: number;
  /** When its frame begins, s. */
  begins: number;
  executed: boolean;
  /** Hash of the best plan; the zero hash where none beats the fallback. */
  winner: string;
  /** Of the best; undefined before the first reveal. */
  best: Score | undefined;
  /** Proposers of equally good best plans. */
  tiedPlans: number;
  book: FrozenBook;
}

type RoundParameters = Pick<MarketParameters, "frameSeconds" | "roundSeconds" | "finaliseSeconds" | "tickSize">;

/** Rounds and rewards of a market as their contract's events tell them; scores are worked out again. SPEC 4. */
export class RoundBook {
  latest: RebuiltRound | undefined;
  /** Reward of a won frame, and balance of the pot, smallest token units. */
  perFrame = 0n;
  pot = 0n;
  /** Rewards that each proposer may claim of the market's token, smallest token units. */
  readonly claimable = new Map<string, bigint>();
  /** Proposers whose claim other markets of the network share, so that one market's events do not give it. */
  readonly sharedClaims = new Set<string>();

  /** @param address Of the market, which the hash of its book is about. */
  constructor(
    private readonly market: RoundParameters,
    private readonly address: string,
  ) {}

  /** A market's match opened a round. @param timestamp of the match, s */
  open(frame: number, words: readonly bigint[], timestamp: number): void {
    const { roundSeconds, finaliseSeconds, frameSeconds, tickSize } = this.market;
    const commitUntil = timestamp + roundSeconds;
    const revealUntil = commitUntil + roundSeconds;
    this.latest = {
      ...{ frame, commitUntil, revealUntil, winnerUntil: revealUntil + finaliseSeconds },
      begins: frame * frameSeconds,
      bookHash: this.hashOf(frame, words),
      ...{ executed: false, winner: ZeroHash, best: undefined, tiedPlans: 0 },
      book: decodeFrozenBook(words, { tickSize, pileName: String }),
    };
  }

  /** Hash of a frozen book behind what says what it is: domain, market, frame, number of words. */
  private hashOf(frame: number, words: readonly bigint[]): string {
    const header = DOMAIN | (BigInt(this.address) << 64n) | (BigInt(frame) << 32n) | BigInt(words.length);
    return keccak256(concat([header, ...words].map((word) => toBeHex(word, 32))));
  }

  /** A plan was revealed and may be the best so far. @returns its score by the rules */
  reveal(plan: string): Score | undefined {
    const round = this.latest;
    if (round === undefined) return undefined;
    const best = round.best ?? scoreCourse(round.book, projectFallback(round.book));
    const score = scorePlan(round.book, decodePlan(plan, round.book.allotment));
    const hash = keccak256(plan);
    const order = compareScores(score, best);
    if (order < 0) Object.assign(round, { best: score, winner: hash, tiedPlans: 1 });
    else {
      round.best = best;
      if (order === 0 && round.tiedPlans > 0) {
        if (BigInt(hash) < BigInt(round.winner)) round.winner = hash;
        if (round.tiedPlans < MAX_CANDIDATES) round.tiedPlans++;
      }
    }
    return score;
  }

  /** A reward was drawn for a proposer. */
  draw(proposer: string, tokenAmount: bigint): void {
    this.pot -= tokenAmount;
    this.claimable.set(proposer, (this.claimable.get(proposer) ?? 0n) + tokenAmount);
  }
}
