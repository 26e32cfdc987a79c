import { runDay } from "./day";
import type { DayResult } from "./dayResult";
import { defaultDay, type DaySettings } from "./defaults";
import type { MarketPort } from "../core/ports";

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

/** The figures by which days are compared. Power in W, shares from 0 to 1, prices in money units per kWh. */
export interface Headline {
  /** Power fluctuation level [T 4.4] of the market and, of the same EVs and homes, without it. */
  pflW: number;
  uncontrolledPflW: number;
  cappedPflW: number;
  basePflW: number;
  /** Roots of the summed squared steps [T ch. 6 (4)]. */
  squaredStepsRootW: number;
  uncontrolledSquaredStepsRootW: number;
  cappedSquaredStepsRootW: number;
  peakW: number;
  uncontrolledPeakW: number;
  cappedPeakW: number;
  unservedShare: number;
  /** Share of the served energy that came from other piles. */
  tradedShare: number;
  /** Share of the offered energy that was sold. */
  soldShare: number;
  /** What charging EVs paid and discharging ones earned. */
  paidPerKWh: number;
  earnedPerKWh: number;
  transactionsPerEv: number;
  normalOrders: number;
  icebergOrders: number;
}

/** The headline figures of a day. */
export function headline({ loads, totals }: DayResult): Headline {
  const perKWh = (amount: bigint, energyWh: number) => (energyWh === 0 ? 0 : (Number(amount) * 1000) / energyWh);
  return {
    pflW: loads.market.absoluteStepsW,
    uncontrolledPflW: loads.uncontrolled.absoluteStepsW,
    cappedPflW: loads.capped.absoluteStepsW,
    basePflW: loads.base.absoluteStepsW,
    squaredStepsRootW: loads.market.squaredStepsRootW,
    uncontrolledSquaredStepsRootW: loads.uncontrolled.squaredStepsRootW,
    cappedSquaredStepsRootW: loads.capped.squaredStepsRootW,
    peakW: loads.market.peakW,
    uncontrolledPeakW: loads.uncontrolled.peakW,
    cappedPeakW: loads.capped.peakW,
    unservedShare: loads.market.unservedShare,
    tradedShare: totals.tradedShare,
    soldShare: totals.offeredWh === 0 ? 0 : totals.soldWh / totals.offeredWh,
    paidPerKWh: perKWh(totals.paid, totals.servedWh),
    earnedPerKWh: perKWh(totals.earned, totals.soldWh),
    transactionsPerEv: totals.transactionsPerEv,
    normalOrders: totals.orders.normal,
    icebergOrders: totals.orders.iceberg,
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
