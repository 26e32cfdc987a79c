import type { Random } from "../../core/random";
import type { GridFigures, PartyFigures } from "./figures";
import type { Street } from "./street";

/** A figure that has no price, by which a strategy may help its player or harm others. */
export type Unpriced =
  | { of: "cheat" | "victims"; figure: keyof PartyFigures; what: string; unit: string }
  | { of: "grid"; figure: keyof GridFigures; what: string; unit: string };

/** A way to behave other than honestly, and the market in which it is tried. */
export interface Strategy {
  /** As `--only` takes it. */
  readonly name: string;
  /** The cheat's behaviour, and its behaviour where it is honest. */
  readonly cheating: string;
  readonly honest: string;
  /** Rule of SPEC that is to end it. */
  readonly rule: string;
  /** Where it may pay all the same: how far. */
  readonly bound?: string;
  /** Who plays it: somebody with a pile of this name, or the grid operator. */
  readonly cheat: "cheat" | "operator";
  /** Figures beside money that it is about. Less is better in all of them. */
  readonly unpriced: readonly Unpriced[];
  /**
   * The market of a seed, with the cheat behaving as told; nothing else differs.
   *
   * @param random Everything that is drawn; the same for both behaviours.
   */
  build(random: Random, cheats: boolean): Street;
}
