import type { DayOptions } from "../../simulation/day";
import { runDay } from "../../simulation/day";
import type { DayResult } from "../../simulation/dayResult";
import type { GasUse, MarketPort } from "../../core/ports";
import { DayMeter } from "./dayMeter";
import { CLEARING, COMPLETE, type SchemeRun } from "./types";

/** A market's day and what it cost. */
export interface MarketDay {
  runs: [SchemeRun, SchemeRun];
  /** Gas of the measured day by kind of operation. */
  gas: GasUse;
  uncontrolledPflW: number;
}

/** Plays a day on a market with `peers` piles; the gas is that of the measured frames. */
export async function measureMarket(peers: number, options: DayOptions, port: MarketPort): Promise<MarketDay> {
  const day = await runDay(options, new DayMeter(port, options.measured));
  const gas = day.gas ?? {};
  const run = (scheme: string, kinds: readonly string[]): SchemeRun => ({
    peers,
    scheme,
    basis: "receipts",
    gas: sum(kinds.map((kind) => Number(gas[kind]?.gas ?? 0n))),
    transactions: sum(kinds.map((kind) => gas[kind]?.transactions ?? 0)),
    ...energyOf(day),
    pflW: day.loads.market.absoluteStepsW,
    unservedShare: day.loads.market.unservedShare,
  });
  return {
    runs: [run(COMPLETE, Object.keys(gas)), run(CLEARING, ["clear"])],
    gas,
    uncontrolledPflW: day.loads.uncontrolled.absoluteStepsW,
  };
}

function energyOf({ frames }: DayResult): Pick<SchemeRun, "chargedWh" | "tradedWh"> {
  const tradedWh = sum(frames.map((frame) => frame.tradedWh));
  return { tradedWh, chargedWh: tradedWh + sum(frames.map((frame) => frame.gridWh)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
