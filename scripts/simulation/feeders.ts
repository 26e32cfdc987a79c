import type { DayResult, DayTotals, FrameReport } from "./dayResult";
import { deliveredTogether } from "./dayDelivery";
import { loadReports, pricesByHour, shareOf, totalsOf } from "./dayReport";
import { type DayOptions, type FrameListener, runDay } from "./day";
import type { GasSum, MarketPort } from "../core/ports";

/** Several feeders on the same days. */
export interface FeedersResult {
  /** One result per feeder, in order. */
  feeders: DayResult[];
  /** All of them together: loads added up frame by frame, capacities added up, piles named `feeder/pile`. */
  together: DayResult;
}

/** A feeder's day and the market it takes place on. */
export interface Feeder {
  options: DayOptions;
  port: MarketPort;
}

/**
 * Simulates several feeders, each with a market and EVs of its own: one market per feeder, independent of the others.
 *
 * @param feeders Their measured frames must be the same.
 * @param onFeeder Called after each feeder.
 * @param onFrame Called after each clearing of each feeder.
 */
export async function runFeeders(
  feeders: readonly Feeder[],
  onFeeder?: (result: DayResult, index: number) => void,
  onFrame?: FrameListener,
): Promise<FeedersResult> {
  if (feeders.length === 0) throw new RangeError("no feeders");
  const results: DayResult[] = [];
  // One after the other: on a chain they share accounts and blocks.
  for (const [index, { options, port }] of feeders.entries()) {
    const result = await runDay(options, port, onFrame);
    results.push(result);
    onFeeder?.(result, index);
  }
  return { feeders: results, together: together(results, feeders) };
}

function named(feeder: number, pile: string): string {
  return `${feeder + 1}/${pile}`;
}

function together(results: readonly DayResult[], feeders: readonly Feeder[]): DayResult {
  const { frameSeconds } = feeders[0]!.port.parameters;
  const first = results[0]!;
  const sumOf = (value: (result: DayResult) => number) => results.reduce((sum, result) => sum + value(result), 0);
  const frames = first.frames.map(({ frame, time }, index): FrameReport => {
    const sum = (value: (report: FrameReport) => number) => sumOf((result) => value(result.frames[index]!));
    const parts = results.map((result) => result.frames[index]!);
    if (parts.some((part) => part?.frame !== frame)) throw new RangeError("feeders with different measured frames");
    const trades = parts.flatMap((part, feeder) =>
      part.trades.map((trade) => ({ ...trade, sell: named(feeder, trade.sell), buy: named(feeder, trade.buy) })),
    );
    const grid = parts.flatMap((part, feeder) =>
      part.grid.map((fill) => ({ ...fill, pile: named(feeder, fill.pile) })),
    );
    const prices = [...trades, ...grid].map(({ price }) => Number(price));
    return {
      ...{ frame, time },
      baseLoadW: sum((part) => part.baseLoadW),
      evLoadW: sum((part) => part.evLoadW),
      loadW: sum((part) => part.loadW),
      uncontrolledW: sum((part) => part.uncontrolledW),
      cappedW: sum((part) => part.cappedW),
      tradedWh: sum((part) => part.tradedWh),
      gridWh: sum((part) => part.gridWh),
      soldWh: sum((part) => part.soldWh),
      sellersNet: parts.reduce((total, part) => total + part.sellersNet, 0n),
      importPricePerKwh: sum((part) => part.importPricePerKwh) / parts.length,
      meanPrice: prices.length === 0 ? undefined : prices.reduce((total, price) => total + price, 0) / prices.length,
      trades,
      grid,
    };
  });
  const evs = results.flatMap((result, feeder) =>
    result.evs.map((ev) => ({ ...ev, stay: { ...ev.stay, pile: named(feeder, ev.stay.pile) } })),
  );
  const totals = totalsOf(evs);
  const before = {
    marketW: sumOf((result) => result.before.marketW),
    uncontrolledW: sumOf((result) => result.before.uncontrolledW),
    cappedW: sumOf((result) => result.before.cappedW),
    baseW: sumOf((result) => result.before.baseW),
  };
  const limits = {
    capacityW: sumOf((result) => result.capacityW),
    lossAllowanceW: sumOf((result) => result.lossAllowanceW),
  };
  // The schemes have the same energy to serve on each feeder, so their shares weigh as that energy does.
  const wantedWh = (of: DayTotals) => of.servedWh + of.unservedWh;
  const unserved = (scheme: keyof DayResult["loads"]) =>
    shareOf(
      sumOf((result) => result.loads[scheme].unservedShare * wantedWh(result.totals)),
      wantedWh(totals),
    );
  const rounds = results
    .flatMap((result, feeder) => (result.rounds ?? []).map((round) => ({ ...round, feeder: feeder + 1 })))
    .sort((a, b) => a.frame - b.frame || a.feeder - b.feeder);
  const deliveries = results.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery]));
  return {
    frames,
    ...(rounds.length === 0 ? {} : { rounds }),
    evs,
    totals,
    loads: loadReports(frames, before, limits, {
      market: unserved("market"),
      uncontrolled: unserved("uncontrolled"),
      capped: unserved("capped"),
      base: 0,
    }),
    before,
    ...limits,
    gas: gasOf(results),
    ...(deliveries.length === 0 ? {} : { delivery: deliveredTogether(deliveries, named) }),
    ...pricesByHour(frames, frameSeconds, feeders[0]!.options.secondsOfDay),
  };
}

function gasOf(results: readonly DayResult[]): DayResult["gas"] {
  const all: Record<string, GasSum> = {};
  for (const [kind, use] of results.flatMap((result) => Object.entries(result.gas ?? {}))) {
    const sum = (all[kind] ??= { transactions: 0, operations: 0, gas: 0n });
    sum.transactions += use.transactions;
    sum.operations += use.operations;
    sum.gas += use.gas;
  }
  return results.some((result) => result.gas !== undefined) ? all : undefined;
}
