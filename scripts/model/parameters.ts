import { isWithin, MARKET_BOUNDS } from "../core/bounds";
import type { FigureName } from "../core/parameterTable";
import type { MarketParameters } from "../core/types";

/**
 * Whether the parameters describe a market at all.
 *
 * @throws RangeError naming the first one that does not. The auction window must be shorter than a frame, so that at
 * most one window is open at a time.
 */
export function checkParameters(market: MarketParameters): void {
  for (const [name, bound] of Object.entries(MARKET_BOUNDS)) {
    const value = (market as Partial<Record<FigureName, number | bigint>>)[name as FigureName];
    if (value === undefined || isWithin(value, bound)) continue;
    const problem =
      value > bound.most ? `must be at most ${bound.most}` : `must be a whole number of at least ${bound.least}`;
    throw new RangeError(`${name} ${problem}: ${value}`);
  }
  if (market.auctionSeconds >= market.frameSeconds) {
    throw new RangeError(`auctionSeconds ${market.auctionSeconds} must be below frameSeconds ${market.frameSeconds}`);
  }
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
  const { minCredit, initialCredit, bondPricePerKwh, importCapPerKwh, breach } = market;
  if (minCredit > initialCredit) {
    throw new RangeError(
      `minCredit ${minCredit} must be at most initialCredit ${initialCredit}: else nobody can begin`,
    );
  }
  if (market.matching === "credit" && !hasMeters(market)) {
    throw new RangeError("matching by credit needs readingSeconds above 0: without meters two piles raise each other");
  }
  if (market.matching === "congestion") checkCongestion(market);
  if (hasMeters(market) && breach === "defaulter" && bondPricePerKwh < importCapPerKwh) {
    throw new RangeError(
      `bondPricePerKwh ${bondPricePerKwh} must be at least importCapPerKwh ${importCapPerKwh} where a defaulter pays, so that bonds cover any breach`,
    );
  }
}

/** @throws RangeError where nobody would have to pay a premium. SPEC 3. */
function checkCongestion(market: MarketParameters): void {
  if (market.settlement === "benefit") {
    throw new RangeError("matching by congestion needs settlement adbev: plans fill from the grid at its tariff");
  }
  if (hasMeters(market) && market.breach !== "defaulter") {
    throw new RangeError("matching by congestion needs breach defaulter: else what is taken unasked is the cheapest");
  }
}

/** Whether what piles move is measured. SPEC 5. */
export function hasMeters({ readingSeconds }: Pick<MarketParameters, "readingSeconds">): boolean {
  return readingSeconds > 0;
}
