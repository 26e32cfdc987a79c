import { type Estimate, estimate } from "./estimate";
import type { Figures } from "./figures";
import type { Pair } from "./pair";
import type { Strategy, Unpriced } from "./strategy";

/** Whether a strategy pays. */
export interface Verdict {
  /**
   * - `gains`: the cheat comes to more than by honest behaviour;
   * - `harms`: others lose more than it costs the cheat;
   * - `unpriced`: something that has no price gets better for the cheat, or worse for others, at next to no cost;
   * - `none`: none of these.
   */
  kind: "gains" | "harms" | "unpriced" | "none";
  /** In words. */
  text: string;
  /** The cheat's gain, pence; its cost where negative. */
  gainP: Estimate;
  /** Loss of those who lose by it, the other piles together or the grid, pence: one's windfall mends no other's loss. */
  harmP: Estimate;
  /** Their loss beyond the cheat's cost, pence. */
  freeHarmP: Estimate;
}

/** Smaller differences of money and of figures without a price are rounding. */
const NOTICEABLE = 0.01;
/** A cost of less than this for a whole run is next to none, pence. */
const NEXT_TO_NOTHING_P = 1;

/** Judges a strategy: by differences whose 95 % intervals keep off 0, so that none is judged by chance. */
export function judge(strategy: Strategy, pairs: readonly Pair[]): Verdict {
  const ofOperator = strategy.cheat === "operator";
  const own = ({ cheat, grid }: Figures) => (ofOperator ? grid.surplusP : cheat.surplusP);
  const gains = pairs.map(({ honest, cheating }) => own(cheating) - own(honest));
  const harms = losses(pairs, ofOperator ? ["victims"] : ["victims", "grid"]);
  const gainP = estimate(gains);
  const harmP = estimate(harms);
  const freeHarmP = estimate(harms.map((harm, index) => harm - Math.max(0, -gains[index]!)));
  const money = { gainP, harmP, freeHarmP };
  const cost = Math.max(0, -gainP.mean);
  const price = cost < NOTICEABLE ? "nothing" : pence(cost);
  if (isAbove(gainP)) return { kind: "gains", text: `gains ${pence(gainP.mean)}`, ...money };
  if (isAbove(freeHarmP)) {
    return { kind: "harms", text: `harms others by ${pence(harmP.mean)} for ${price}`, ...money };
  }
  const changes = cost < NEXT_TO_NOTHING_P ? strategy.unpriced.flatMap((unpriced) => changed(unpriced, pairs)) : [];
  if (changes.length > 0) return { kind: "unpriced", text: `${changes.join(", ")} for ${price}`, ...money };
  return { kind: "none", text: "no gain", ...money };
}

/** Losses of those parties, pair by pair, that lose on the whole, pence. */
function losses(pairs: readonly Pair[], parties: readonly ("victims" | "grid")[]): number[] {
  const lossOf = ({ honest, cheating }: Pair, party: "victims" | "grid") =>
    honest[party].surplusP - cheating[party].surplusP;
  const losing = parties.filter((party) => estimate(pairs.map((pair) => lossOf(pair, party))).mean > 0);
  return pairs.map((pair) => losing.reduce((sum, party) => sum + lossOf(pair, party), 0));
}

/** Evidence of an unpriced figure against a strategy: better for the cheat or worse for others. */
function changed({ of, figure, what, unit }: Unpriced, pairs: readonly Pair[]): string[] {
  const read = (figures: Figures) => (figures[of] as unknown as Record<string, number>)[figure]!;
  const difference = estimate(pairs.map(({ honest, cheating }) => read(cheating) - read(honest)));
  const { mean, halfWidth } = difference;
  const found = of === "cheat" ? mean + halfWidth < -NOTICEABLE : isAbove(difference);
  return found ? [`${what} ${mean < 0 ? "−" : "+"}${Math.abs(mean).toFixed(2)} ${unit}`] : [];
}

function isAbove({ mean, halfWidth }: Estimate): boolean {
  return mean - halfWidth > NOTICEABLE;
}

function pence(value: number): string {
  return `${value.toFixed(1)} p`;
}
