import { Random } from "../../core/random";
import { type Estimate, estimate } from "./estimate";
import { type Figures, figuresOf } from "./figures";
import type { Pair } from "./pair";
import type { Strategy } from "./strategy";
import { judge, type Verdict } from "./verdict";

export type { Pair } from "./pair";

/** Every figure of a run as estimates over the seeds. */
export type FigureEstimates = { [Party in keyof Figures]: Record<keyof Figures[Party], Estimate> };

/** Outcome of a strategy. */
export interface Trial {
  strategy: string;
  honest: FigureEstimates;
  cheating: FigureEstimates;
  /** Cheating less honest, seed by seed. */
  difference: FigureEstimates;
  verdict: Verdict;
}

/** Plays a strategy and its honest counterpart on the seeds 1 to `seeds`. */
export async function playPairs(strategy: Strategy, seeds: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const play = async (cheats: boolean) => {
      const street = await strategy.build(new Random(seed).stream(strategy.name), cheats).run();
      return figuresOf(street, strategy.cheat);
    };
    pairs.push({ seed, honest: await play(false), cheating: await play(true) });
  }
  return pairs;
}

/** Plays a strategy and judges it. */
export async function tryStrategy(strategy: Strategy, seeds: number): Promise<Trial> {
  const pairs = await playPairs(strategy, seeds);
  return {
    strategy: strategy.name,
    honest: estimates(pairs, ({ honest }, of) => of(honest)),
    cheating: estimates(pairs, ({ cheating }, of) => of(cheating)),
    difference: estimates(pairs, ({ honest, cheating }, of) => of(cheating) - of(honest)),
    verdict: judge(strategy, pairs),
  };
}

type Read = (figures: Figures) => number;

function estimates(pairs: readonly Pair[], value: (pair: Pair, of: Read) => number): FigureEstimates {
  const first = pairs[0]!.honest;
  const parties = (Object.keys(first) as (keyof Figures)[]).map((party) => [
    party,
    Object.fromEntries(
      Object.keys(first[party]).map((figure) => {
        const read: Read = (figures) => (figures[party] as unknown as Record<string, number>)[figure]!;
        return [figure, estimate(pairs.map((pair) => value(pair, read)))];
      }),
    ),
  ]);
  return Object.fromEntries(parties) as FigureEstimates;
}
