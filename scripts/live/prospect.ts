import type { RebuiltMarket } from "../quality/audit/rebuiltMarket";
import { lockWith } from "../quality/audit/pileSlot";
import { lockFor } from "../model/money";
import { checkRequest, makeOrder } from "../model/orders";
import type { Placed } from "../model/ranking";
import { MarketRefusal } from "../model/refusal";
import type { OrderRequest } from "../core/types";
import type { Draft, Prospect } from "./protocol";
import { decisionIn, fillLines, placedIn } from "./rankedBook";

/** Order that a draft asks of the market. */
export function requestOf({ side, price, energyWh, expiryFrame }: Draft): OrderRequest {
  return { side, price: BigInt(price), energyWh: BigInt(energyWh), peakWh: 0n, expiryFrame };
}

/**
 * Outcome of an order if it were placed, or took the place of the pile's own, and the frame were cleared at once.
 *
 * @param errorWords A contract's reason for refusing, by the error's name.
 */
export function prospectOf(
  market: RebuiltMarket,
  draft: Draft,
  nowSeconds: number,
  errorWords: (name: string) => string,
): Prospect {
  const { parameters } = market;
  const frame = Math.floor((nowSeconds + parameters.auctionSeconds) / parameters.frameSeconds) + 1;
  const refused = (name: string): Prospect => ({ frame, fills: [], refused: name, text: errorWords(name) });
  const pile = market.piles.get(draft.pile);
  if (pile === undefined) return refused("NotRegistered");
  if (pile.slot.suspended) return refused("PileSuspended");
  if (pile.slot.credit < parameters.minCredit) return refused("CreditTooLow");
  const request = requestOf(draft);
  try {
    checkRequest(parameters, request, nowSeconds);
  } catch (error) {
    if (error instanceof MarketRefusal) return refused(error.code);
    throw error;
  }
  const lock = lockFor(parameters, draft.side, request.price, request.energyWh);
  const free = pile.slot.balance + lockWith(parameters, pile.slot, pile.slot.remainingWh);
  if (lock > free) return { ...refused("InsufficientBalance"), lock: Number(lock) };
  const name = String(draft.pile);
  const order = makeOrder(parameters, pile.ratedW, request, nowSeconds, market.sequence);
  const attributes = market.meters.meters.get(draft.pile)?.attributes;
  const own: Placed = {
    ...{ pile: name, order },
    ...(attributes && { standing: { creditHundredths: pile.slot.credit, attributes } }),
  };
  const others = placedIn(market, frame, nowSeconds).filter((placed) => placed.pile !== name);
  const decided = decisionIn(market, frame, nowSeconds, [...others, own]);
  const side = draft.side === "charge" ? decided.bids : decided.asks;
  const rank = side.findIndex((entry) => entry.pile === name);
  const entry = side[rank]!;
  const fills = fillLines(decided).filter(({ sell, buy }) => sell === draft.pile || buy === draft.pile);
  const filledWh = fills.reduce((sum, { energyWh }) => sum + energyWh, 0);
  const { priority, priceRank, timeRank } = entry;
  return {
    ...{ frame, rank: rank + 1, of: side.length, priority, priceRank, timeRank, lock: Number(lock), fills },
    ...{ displayedWh: Number(entry.displayedWh), hiddenWh: Number(entry.hiddenWh) },
    text:
      filledWh === 0
        ? decided.opensRound && (order.iceberg || draft.side === "discharge")
          ? "nothing by the match; the benefit round decides the rest"
          : "nothing would be filled in this frame"
        : `${(filledWh / 1000).toFixed(2)} of ${(Number(entry.displayedWh) / 1000).toFixed(2)} kWh displayed would be filled`,
  };
}
