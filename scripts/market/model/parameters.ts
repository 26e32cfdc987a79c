import type { MarketParameters } from "../types";

/** The parameters that are figures. */
type Figure = Exclude<keyof MarketParameters, "settlement" | "allotment" | "breach" | "ranking">;

/**
 * Whether the parameters describe a market at all.
 *
 * @throws RangeError naming the first one that does not. The auction window must be shorter than a frame, so that at
 * most one window is open at a time.
 */
export function checkParameters(market: MarketParameters): void {
  const wholeAtLeast = (name: Figure, least: number) => {
    const value = market[name];
    const whole = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!whole || value < least) throw new RangeError(`${name} must be a whole number of at least ${least}: ${value}`);
  };
  const wholeWithin = (name: Figure, least: number, most: number) => {
    wholeAtLeast(name, least);
    if (market[name] > most) throw new RangeError(`${name} must be at most ${most}: ${market[name]}`);
  };
  wholeAtLeast("frameSeconds", 2);
  wholeAtLeast("auctionSeconds", 1);
  if (market.auctionSeconds >= market.frameSeconds) {
    throw new RangeError(`auctionSeconds ${market.auctionSeconds} must be below frameSeconds ${market.frameSeconds}`);
  }
  wholeAtLeast("leadFrames", 0);
  wholeAtLeast("alpha", 0);
  wholeAtLeast("beta", 0);
  wholeAtLeast("icebergThresholdWh", 0);
  wholeAtLeast("icebergPeakWh", 1);
  wholeAtLeast("minEnergyWh", 1);
  wholeAtLeast("maxWaitFrames", 0);
  wholeAtLeast("capacityW", 0);
  wholeAtLeast("lossAllowanceW", 0);
  wholeAtLeast("tickSize", 1);
  wholeAtLeast("bondPrice", 0);
  wholeAtLeast("wheelingCap", 0);
  wholeAtLeast("roundSeconds", 1);
  wholeAtLeast("finaliseSeconds", 0);
  wholeWithin("maxHorizon", 1, 48);
  wholeWithin("chargeEfficiencyBps", 1, 20_000);
  wholeWithin("dischargeEfficiencyBps", 1, 20_000);
  wholeAtLeast("readingSeconds", 0);
  wholeWithin("overBps", 0, 10_000);
  wholeWithin("initialCredit", 0, 10_000);
  wholeWithin("creditPriorWh", 0, 2 ** 26 - 1);
  wholeWithin("minCredit", 0, 10_000);
}
