import { creditWeights, drawWinner } from "../../model/creditDraw";
import type { Random } from "../../core/random";

/** Ten players with credits from 90 to 100 points, evenly apart, 1/100 point [D 5.2]. */
export const PLAYERS: readonly number[] = Array.from({ length: 10 }, (_, player) =>
  Math.round(9_000 + (1_000 * player) / 9),
);

/** A cell of a chi-square test should expect at least so many. */
const LEAST_EXPECTED = 5;
/** 32-bit words in a seed of 256 bits. */
const SEED_WORDS = 8;

/** Draws of a player. */
export interface PlayerDraws {
  /** 1/100 point. */
  credit: number;
  won: number;
  /** Share of all draws, 0 to 1. */
  share: number;
  /** `e^C` over the sum of all players' [D (11)], 0 to 1. */
  expectedShare: number;
}

/** A run of draws beside what e^C leads to expect. */
export interface DrawRun {
  draws: number;
  players: PlayerDraws[];
  /** Largest distance of a share from the expected one, 0 to 1. */
  largestDeviation: number;
  /** Over players of whom at least five wins are expected, the others taken together. */
  chiSquare: number;
  /** Mean of it by chance alone. */
  degreesOfFreedom: number;
  /** Whether nobody with less credit won more often. */
  ordered: boolean;
}

/** Draws winners among players with weight e^C, as the market does [D (10)(11), 5.2]. SPEC 6. */
export function runDraws(draws: number, random: Random, credits: readonly number[] = PLAYERS): DrawRun {
  const weights = creditWeights(credits);
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const won = credits.map(() => 0);
  for (let draw = 0; draw < draws; draw++) won[drawWinner(seed256(random), weights)]!++;
  const players = credits.map((credit, index): PlayerDraws => ({
    credit,
    won: won[index]!,
    share: won[index]! / draws,
    expectedShare: Number(weights[index]) / Number(total),
  }));
  const byCredit = [...players].sort((a, b) => a.credit - b.credit);
  return {
    draws,
    players,
    largestDeviation: Math.max(...players.map(({ share, expectedShare }) => Math.abs(share - expectedShare))),
    ...chiSquare(players, draws),
    ordered: byCredit.every(({ won: wins }, index) => index === 0 || wins >= byCredit[index - 1]!.won),
  };
}

function seed256(random: Random): bigint {
  let seed = 0n;
  for (let word = 0; word < SEED_WORDS; word++) seed = (seed << 32n) | BigInt(random.integer(0, 2 ** 32 - 1));
  return seed;
}

function chiSquare(players: readonly PlayerDraws[], draws: number) {
  const cells: { won: number; expected: number }[] = [];
  const rest = { won: 0, expected: 0 };
  for (const { won, expectedShare } of players) {
    const expected = expectedShare * draws;
    if (expected >= LEAST_EXPECTED) cells.push({ won, expected });
    else {
      rest.won += won;
      rest.expected += expected;
    }
  }
  if (rest.expected > 0) cells.push(rest);
  return {
    chiSquare: cells.reduce((sum, { won, expected }) => sum + (won - expected) ** 2 / expected, 0),
    degreesOfFreedom: cells.length - 1,
  };
}
