/**
 * How much the campaigns fuzz, and what that must come to.
 */
import { CAMPAIGNS, type Effort } from "./forge";
import type { Minima } from "./tally";

/** Calls in a row before a campaign begins anew: about 20 frames. */
const DEPTH = 500;
/** Half of all calls at least change something; the rest are refused, most because they must be. */
const SUCCESS_SHARE = 0.5;

/** Seed of the random calls unless another is asked for. */
export const SEED = "0xadbe7";

/** The run of continuous integration: a minute or so. */
export const SHORT_CALLS = 24_000;

/** The whole campaign. */
export const FULL_CALLS = 1_000_000;

/** Runs that make at least so many calls, evenly over the campaigns. */
export function effortOf(calls: number, threads: number, seed: string): Effort {
  return { runs: Math.ceil(calls / (CAMPAIGNS * DEPTH)), depth: DEPTH, threads, seed };
}

/**
 * Minima for so many calls. Shares are about half of the usual ones, so that a handler that stopped doing
 * anything shows and another seed does not.
 */
export function minimaOf(calls: number): Minima {
  return {
    calls,
    successShare: SUCCESS_SHARE,
    perHandler: Math.floor(calls / 1000),
    clearingsWithTrades: Math.floor(calls / 100),
    roundsExecuted: Math.floor(calls / 200),
    settlements: Math.floor(calls / 250),
    pricesOfLoad: Math.floor(calls / 1000),
  };
}
