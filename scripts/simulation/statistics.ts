import { runDay } from "./day";
import type { DayResult } from "./dayResult";
import { defaultDay, type DaySettings } from "./defaults";
import { type Headline, headline } from "./headline";
import type { MarketPort } from "../core/ports";

export { type Headline, headline } from "./headline";

/** How a figure is spread over repetitions. */
export interface Spread {
  count: number;
  mean: number;
  /** Sample standard deviation; 0 for a single value. */
  standardDeviation: number;
  min: number;
  max: number;
}

/** Mean and spread of some values; at least one. */
export function spread(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) throw new RangeError("no values");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count,
    mean,
    standardDeviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/** The spread of each headline figure over days. */
export function spreads(days: readonly DayResult[]): Record<keyof Headline, Spread> {
  const headlines = days.map(headline);
  const names = Object.keys(headlines[0] ?? {}) as (keyof Headline)[];
  const entries = names.map((name) => [name, spread(headlines.map((figures) => figures[name]))]);
  return Object.fromEntries(entries) as Record<keyof Headline, Spread>;
}

/**
 * The same day with other seeds.
 *
 * @param makePort A fresh market for each day.
 * @param onDay Called after each day.
 */
export async function runSeeds(
  seeds: readonly number[],
  settings: Omit<DaySettings, "seed">,
  makePort: () => MarketPort | Promise<MarketPort>,
  onDay?: (result: DayResult, seed: number) => void,
): Promise<Record<keyof Headline, Spread>> {
  const days: DayResult[] = [];
  for (const seed of seeds) {
    const result = await runDay(defaultDay({ ...settings, seed }), await makePort());
    days.push(result);
    onDay?.(result, seed);
  }
  return spreads(days);
}
