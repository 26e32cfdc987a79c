import type { MarketParameters } from "../core/types";

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
  wholeAtLeast("leadFrames", 1);
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
  wholeAtLeast("importCap", 0);
  wholeAtLeast("cancelPrice", 0);
  wholeAtLeast("keeperReward", 0);
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
  checkRounds(market);
  checkSafety(market);
}

/** @throws RangeError where no round could go through its phases. SPEC 4. */
function checkRounds({ settlement, auctionSeconds, roundSeconds, finaliseSeconds }: MarketParameters): void {
  if (settlement !== "benefit") return;
  if (finaliseSeconds === 0) {
    throw new RangeError("finaliseSeconds must be above 0 in a market with rounds: else no winner could be executed");
  }
  const neededSeconds = 2 * roundSeconds + finaliseSeconds;
  if (neededSeconds > auctionSeconds) {
    throw new RangeError(
      `a round needs 2 roundSeconds + finaliseSeconds = ${neededSeconds} s, more than the auctionSeconds ${auctionSeconds}`,
    );
  }
}

/** @throws RangeError where nobody could trade, or somebody at the cost of others. SPEC 2, 6. */
function checkSafety(market: MarketParameters): void {
  const { minCredit, initialCredit, bondPrice, importCap, breach } = market;
  if (minCredit > initialCredit) {
    throw new RangeError(
      `minCredit ${minCredit} must be at most initialCredit ${initialCredit}: else nobody can begin`,
    );
  }
  if (market.ranking === "credit" && !hasMeters(market)) {
    throw new RangeError("ranking by credit needs readingSeconds above 0: without meters two piles raise each other");
  }
  if (hasMeters(market) && breach === "defaulter" && bondPrice < importCap) {
    throw new RangeError(
      `bondPrice ${bondPrice} must be at least importCap ${importCap} where a defaulter pays, so that bonds cover any breach`,
    );
  }
}

/** Whether what piles move is measured. SPEC 5. */
export function hasMeters({ readingSeconds }: Pick<MarketParameters, "readingSeconds">): boolean {
  return readingSeconds > 0;
}
