import type { Figures } from "./figures";

/** The same seed, the same people, both behaviours. */
export interface Pair {
  seed: number;
  honest: Figures;
  cheating: Figures;
}
