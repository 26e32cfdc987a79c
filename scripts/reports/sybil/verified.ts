import { holdRound } from "../../chain/heldRound";
import { compareScores, decide, type Proposal, type Score } from "../../model/benefit";
import { asapPlanner, epob, pob } from "../../planners/book/planners";
import type { Random } from "../../core/random";
import { type Attack, attackOver } from "./attackers";
import type { OpenedRound, SybilMarket } from "./market";

/** Nodes that propose in a round. */
export const PROPOSERS = 10;

/** Names of the nodes, the honest ones first. */
export const PROPOSER_NAMES: readonly string[] = Array.from({ length: PROPOSERS }, (_, i) => `sybil proposer ${i}`);

/** Rounds of one share of attackers, decided by the contract. */
export interface VerifiedRounds {
  held: number;
  /** In how many no better plan than the executed one was brought by anybody honest, the fallback included. */
  accurate: number;
  /** In how many the fallback was executed. */
  fallbacks: number;
  /** Plans of attackers that the contract refused, and those that it scored. */
  refused: number;
  scored: number;
  /** How often each attack was tried. */
  attacks: Record<Attack, number>;
}

/** A {@link VerifiedRounds} of nothing. */
export const noRounds = (): VerifiedRounds => ({
  ...{ held: 0, accurate: 0, fallbacks: 0, refused: 0, scored: 0 },
  attacks: { starve: 0, rush: 0, "false score": 0, noise: 0 },
});

/** Plans that the honest nodes bring to a round: three kinds, in turn. */
export async function honestPlans({ book }: OpenedRound): Promise<Proposal[]> {
  const planners = [epob(), pob(), asapPlanner()];
  return Promise.all(
    PROPOSER_NAMES.map(async (proposer, i) => ({
      proposer,
      plan: await planners[i % planners.length]!.plan(book),
    })),
  );
}

/**
 * Holds an open round on the contract, in which so many proposers attack. Notes whether the executed plan is as good
 * as the best of the honest ones, or the fallback where that is better.
 *
 * @param honest Plans that every node would bring if it were honest; the last `attackers` of them are not.
 */
export async function holdAttacked(
  market: SybilMarket,
  round: OpenedRound,
  honest: readonly Proposal[],
  attackers: number,
  random: Random,
  into: VerifiedRounds,
): Promise<void> {
  const { client, clock, sender, accountOf } = market.chain;
  const faithful = honest.slice(0, PROPOSERS - attackers);
  const hostile = PROPOSER_NAMES.slice(PROPOSERS - attackers).map((proposer) => {
    const { attack, plan } = attackOver(round.book, random);
    into.attacks[attack]++;
    return { proposer, plan };
  });
  const held = await holdRound({
    ...{ rounds: client.rounds(), clock, sender, accountOf },
    ...{ book: round.words, match: round.match },
    // Attackers reveal in between and last, as they like.
    proposals: random.shuffle([...faithful, ...hostile]),
    salt: (position) => `0x${(position + 1).toString(16).padStart(64, "0")}`,
  });
  const best: Score = decide(round.book, faithful).score;
  into.held++;
  if (compareScores(held.score, best) <= 0) into.accurate++;
  if (held.winner === undefined) into.fallbacks++;
  into.refused += held.refused.length;
  into.scored += attackers - held.refused.length;
}
