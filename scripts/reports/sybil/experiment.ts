import { decide } from "../../model/benefit";
import { Random } from "../../core/random";
import { drawLottery, offerReward, type Lottery } from "./lottery";
import type { SybilMarket } from "./market";
import { reportedByThesis } from "./reported";
import { holdAttacked, honestPlans, noRounds, PROPOSERS, type VerifiedRounds } from "./verified";
import { type Elections, holdElections } from "./votes";

/** How much of the experiment to do; the same seed repeats all of it. */
export interface SybilOptions {
  seed: number;
  /** Rounds that the contract decides for each share of attackers. */
  rounds: number;
  /** Rewards drawn for each number of identities. */
  draws: number;
  /** Told after each book that all shares were tried on. */
  onRound?: () => void;
}

/** One share of attackers. */
export interface SybilRow {
  /** Attackers among the nodes, 0 to 1. */
  share: number;
  /** (a): votes counted as [T] does. */
  votes: Elections;
  /** (b): scores computed by the contract. */
  verified: VerifiedRounds;
  /** The thesis's words. */
  thesis: string;
}

/** The whole experiment. */
export interface SybilReport {
  rows: SybilRow[];
  lotteries: Lottery[];
}

/** Elections for each round that the contract decides: they cost nothing. */
const ELECTIONS_PER_ROUND = 100;

/** Shares of attackers in tenths: the last leaves nobody honest. */
const TENTHS: readonly number[] = Array.from({ length: PROPOSERS + 1 }, (_, tenths) => tenths);

/** Identities of one person beside an honest proposer. */
const IDENTITIES: readonly number[] = [1, 3, 9];

/**
 * The accuracy of the winning plan against the share of attackers [T 6.5.1.3, Fig. 6.5], by votes and by verification: in
 * each round all shares are tried on the same book. Then the draw of a reward against the identities of one person.
 */
export async function runSybil(
  market: SybilMarket,
  { seed, rounds, draws, onRound }: SybilOptions,
): Promise<SybilReport> {
  const random = new Random(seed);
  const rows = TENTHS.map((tenths): SybilRow => {
    const share = tenths / PROPOSERS;
    const votes = holdElections(share, ELECTIONS_PER_ROUND * rounds, random.stream(`votes ${tenths}`));
    return { share, votes, verified: noRounds(), thesis: reportedByThesis(share) };
  });
  let lotteries: Lottery[] = [];
  for (let number = 0; number < rounds; number++) {
    const ofRound = random.stream(`round ${number}`);
    await market.undone(async () => {
      await offerReward(market);
      const round = await market.openRound(ofRound.stream("book"));
      const honest = await honestPlans(round);
      for (const [attackers, { verified }] of rows.entries()) {
        const ofShare = ofRound.stream(`${attackers} attackers`);
        await market.undone(() => holdAttacked(market, round, honest, attackers, ofShare, verified));
      }
      const best = decide(round.book, honest).winner;
      if (lotteries.length > 0 || best === undefined) return;
      lotteries = [];
      for (const identities of IDENTITIES) {
        lotteries.push(await market.undone(() => drawLottery(market, round, best, identities, draws)));
      }
    });
    onRound?.();
  }
  return { rows, lotteries };
}
