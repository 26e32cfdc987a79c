import type { RebuiltMarket } from "../quality/audit/rebuiltMarket";
import { orderOf } from "../chain/marketClient";
import { decodePublication, GRID, type PackedFill } from "../chain/packedWords";
import { decideFrame, type FrameDecision } from "../model/frameDecision";
import { marginToTakePart } from "../model/margin";
import { isForFrame } from "../model/orders";
import type { Placed, Ranked } from "../model/ranking";
import type { Publication } from "../core/types";
import type { BookLine, FillLine } from "./protocol";

/** A packed publication, decoded; undefined for the zero word. */
export function publicationOf(word: bigint, tickSize: bigint): Publication | undefined {
  const packed = decodePublication(word);
  return (
    packed && {
      baseLoadW: packed.baseLoadW,
      importPricePerKwh: packed.importTicks * tickSize,
      exportPricePerKwh: packed.exportTicks * tickSize,
      wheelingPricePerKwh: packed.wheelingTicks * tickSize,
    }
  );
}

/** The orders of a rebuilt market that take part in a frame. SPEC 2, 3. */
export function placedIn(market: RebuiltMarket, frame: number, nowSeconds: number): Placed[] {
  const { settlement, tickSize } = market.parameters;
  const publication = market.ledger.publication(frame);
  return [...market.piles].flatMap(([number, { slot, ratedW }]): Placed[] => {
    if (slot.suspended || !market.isLive(slot, nowSeconds)) return [];
    const order = orderOf(slot, tickSize);
    if (!isForFrame(order, frame)) return [];
    if (slot.balance < marginToTakePart(settlement, market.ledger.margin(ratedW, publication))) return [];
    const attributes = market.meters.meters.get(number)?.attributes;
    const standing = attributes && { creditHundredths: slot.credit, attributes };
    return [{ pile: String(number), order, ...(standing && { standing }) }];
  });
}

/** Decision of clearing a frame of a rebuilt market at a time. @param placed The orders; those of the market itself. */
export function decisionIn(
  market: RebuiltMarket,
  frame: number,
  nowSeconds: number,
  placed: readonly Placed[] = placedIn(market, frame, nowSeconds),
): FrameDecision {
  const publication = publicationOf(market.ledger.publication(frame), market.parameters.tickSize);
  return decideFrame(market.parameters, frame, placed, publication, nowSeconds, market.matchingFund);
}

/** A ranked order as the page draws it. */
export function bookLine({ pile, order, priority, priceRank, timeRank, ...entry }: Ranked): BookLine {
  return {
    ...{ pile: Number(pile), price: Number(order.price), priority, priceRank, timeRank },
    ...{ displayedWh: Number(entry.displayedWh), hiddenWh: Number(entry.hiddenWh), iceberg: order.iceberg },
    ...{ firstFrame: order.firstFrame, expiryFrame: order.expiryFrame, waitedFrames: entry.waitedFrames },
  };
}

/** A decision as the page draws it. */
export function fillLines({ trades, grid }: Pick<FrameDecision, "trades" | "grid">): FillLine[] {
  return [
    ...trades.map(({ sell, buy, energyWh, price, ...gap }) => {
      return { sell: Number(sell), buy: Number(buy), energyWh: Number(energyWh), price: Number(price), ...gapOf(gap) };
    }),
    ...grid.map(({ pile, side, energyWh, price }) => {
      const [sell, buy] = side === "charge" ? [GRID, Number(pile)] : [Number(pile), GRID];
      return { sell, buy, energyWh: Number(energyWh), price: Number(price) };
    }),
  ];
}

/** Fills of an event as the page draws them. */
export function packedLines(fills: readonly PackedFill[]): FillLine[] {
  return fills.map(({ sell, buy, energyWh, price, ...gap }) => {
    return { sell, buy, energyWh: Number(energyWh), price: Number(price), ...gapOf(gap) };
  });
}

/** Premium and subsidy of a trade, where there are any. */
function gapOf({ premium = 0n, subsidy = 0n }: Pick<PackedFill, "premium" | "subsidy">) {
  return {
    ...(premium === 0n ? {} : { premium: Number(premium) }),
    ...(subsidy === 0n ? {} : { subsidy: Number(subsidy) }),
  };
}
