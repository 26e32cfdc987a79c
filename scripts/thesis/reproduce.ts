import { CHAPTER3 } from "./chapter3";
import { CHAPTER4 } from "./chapter4";
import { CHAPTER5 } from "./chapter5";
import { CHAPTER6 } from "./chapter6";
import type { Experiment, Reproduction } from "./types";

/** The thesis's tables and figures that carry data and are run here, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [...CHAPTER3, ...CHAPTER4, ...CHAPTER5, ...CHAPTER6];

/** Runs experiments one after the other. @param onDone called after each */
export async function reproduce(
  experiments: readonly Experiment[],
  seeds: readonly number[],
  onDone?: (id: string) => void,
): Promise<Reproduction[]> {
  const done: Reproduction[] = [];
  for (const experiment of experiments) {
    const { id, title } = experiment;
    done.push({ id, title, ...(await experiment.run(seeds)) });
    onDone?.(id);
    // Lets a progress bar draw and an interrupt through.
    await new Promise(setImmediate);
  }
  return done;
}
