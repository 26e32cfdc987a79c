import type { MarketParameters } from "../core/types";
import type { Tariffs } from "./delivery";
import { reachWh } from "./load";
import { amountUp } from "./money";
import { hasMeters } from "./parameters";

type Rules = Pick<MarketParameters, "frameSeconds" | "readingSeconds" | "breach">;

/**
 * M(t): what a pile may come to owe in a frame beyond what its fills set aside, money units. It takes no more than its
 * rated power moves, at the dearest price of a kWh that nobody agreed to, and the wheeling charge. SPEC 2.
 *
 * @param ratedW Rated power of the pile, W.
 * @param tariffs Those of the frame; undefined where none were published.
 */
export function marginFor(market: Rules, ratedW: bigint, tariffs: Tariffs | undefined): bigint {
  if (tariffs === undefined || !hasMeters(market)) return 0n;
  const reach = reachWh(market, ratedW);
  return amountUp(dearestPrice(market, tariffs), reach) + amountUp(tariffs.wheelingPricePerKwh, reach);
}

/** i(t): the import tariff, and the spread once more where a defaulter pays, money units per kWh. SPEC 2, 5. */
function dearestPrice({ breach }: Pick<Rules, "breach">, { importPricePerKwh, exportPricePerKwh }: Tariffs): bigint {
  return breach === "defaulter" ? 2n * importPricePerKwh - exportPricePerKwh : importPricePerKwh;
}

/** Money that a pile must have free to take part: the margin of the clearing and that of a round. SPEC 2. */
export function marginToTakePart(settlement: MarketParameters["settlement"], margin: bigint): bigint {
  return settlement === "benefit" ? 2n * margin : margin;
}
