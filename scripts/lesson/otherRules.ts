import type { NamedMatching } from "../core/matching";
import { replayOnModel } from "../scenario/replayOnModel";
import type { FrameResult } from "../scenario/result";
import type { Scenario } from "../scenario/scenario";
import type { BookView, RuleView } from "./lessonView";

/** Words for each rule of matching: who trades, and at which price. SPEC 3. */
const RULE_WORDS: Record<NamedMatching, string> = {
  adbev: "both sides in order of f, each pair at the mean of its two limits",
  credit: "both sides in order of credit and waiting, each pair at the mean of its two limits",
  uniform: "the pairs worth most, all at one price that leaves nobody out whom it would serve",
  payAsBid: "the pairs worth most, each at a price between its own two limits",
  mcafee: "the pairs worth most but the last, unless the next orders' mean price suits that one too; then all at it",
  vickrey: "the pairs worth most, each side at the price of the order that it displaces; the operator pays the gap",
  meritOrder: "asks by price, bids by when they came, each pair at the ask's price",
  midMarketRate:
    "all that can trade with each other at the mean of lowest bid and highest ask, the longer side in shares",
  congestion: "asks and the grid, whose price rises with the load, serve the dearest bids, all at one price",
  gridOnly: "nobody with anybody; the grid alone buys and sells, at its tariffs",
  supplyDemandRatio: "as midMarketRate, at a price that falls as supply grows against demand",
};

/** The first frame in which anything flows, as each of several rules decides it on the model: until then the book is one. */
export class OtherRules {
  private readonly played: { matching: NamedMatching; frames: readonly FrameResult[] }[];
  private readonly first: number | undefined;

  /** @param rules those to compare; none compares nothing */
  constructor(scenario: Scenario, rules: readonly NamedMatching[]) {
    this.played = rules.map((matching) => {
      const { frames } = replayOnModel({ ...scenario, market: { ...scenario.market, matching } });
      return { matching, frames };
    });
    const moving = this.played.flatMap(({ frames }) =>
      frames.filter(({ trades, grid }) => trades.length + grid.length > 0).map(({ frame }) => frame),
    );
    this.first = moving.length === 0 ? undefined : Math.min(...moving);
  }

  /** Each rule's decision about a book, where it is the one that all of them found. */
  decisions(book: BookView): RuleView[] {
    if (book.frame !== this.first) return [];
    return this.played.map(({ matching, frames }) => {
      const { trades, grid } = frames.find(({ frame }) => frame === book.frame)!;
      const movedWh = (name: string) => {
        const fills = [
          ...trades.filter(({ sell, buy }) => sell === name || buy === name),
          ...grid.filter(({ pile }) => pile === name),
        ];
        return fills.reduce((sum, { energyWh }) => sum + energyWh, 0n);
      };
      const left = [...book.bids, ...book.asks]
        .map(({ pile, side, displayedWh }) => ({ pile, side, leftWh: displayedWh - movedWh(pile) }))
        .filter(({ leftWh }) => leftWh > 0n);
      return { matching, words: RULE_WORDS[matching], trades, grid, left };
    });
  }
}
