import type { Random } from "../../core/random";

/** Validators that count in a round: those of [T 6.5.1.2]. */
export const VALIDATORS = 15;

/** Elections of one share of attackers. */
export interface Elections {
  held: number;
  /** In how many the best honest plan had the most counts. */
  accurate: number;
}

/**
 * Votes counted as [T 6.5.1.1] does: each validator counts for the plan whose benefit number it holds to be the best,
 * and the plan with the most counts is executed. Honest validators compute the number and count for the best honest
 * plan; attackers count for their own, whatever it does. Validators are drawn anew in each round from all nodes, so that
 * somebody with many nodes is many validators (**Ours**: [T] does not say how they are drawn).
 *
 * @param share Attackers among the nodes, 0 to 1.
 */
export function holdElections(share: number, elections: number, random: Random): Elections {
  let accurate = 0;
  for (let election = 0; election < elections; election++) {
    let honest = 0;
    for (let validator = 0; validator < VALIDATORS; validator++) honest += random.chance(share) ? 0 : 1;
    if (2 * honest > VALIDATORS) accurate++;
  }
  return { held: elections, accurate };
}
