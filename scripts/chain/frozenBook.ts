import type { FlexibleOrder, FrozenBook } from "../model/benefit";
import type { Publication } from "../core/types";
import { decodePublication } from "./packedWords";
import {
  decodeFlexibleOrder,
  decodeRoundTerms,
  encodeFlexibleOrder,
  encodeRoundTerms,
  type PackedFlexibleOrder,
} from "./roundWords";

/** Context of a frozen book that a market's words leave out. */
export interface FrozenBookContext {
  /** Money units per kWh of one tick. */
  tickSize: bigint;
  /** Name of a pile by its number. */
  pileName: (pile: number) => string;
}

/**
 * The frozen book of a round, as `RoundOpened` tells it, in the model's and the planners' terms. Its capacity is what is
 * left of the transformer's after the loss allowance.
 */
export function decodeFrozenBook(words: readonly bigint[], { tickSize, pileName }: FrozenBookContext): FrozenBook {
  const [first, ...rest] = words;
  if (first === undefined) throw new RangeError("a frozen book begins with its terms: the list is empty");
  const terms = decodeRoundTerms(first);
  const orders = rest.slice(terms.horizon).map(decodeFlexibleOrder);
  const toOrder = (order: PackedFlexibleOrder): FlexibleOrder => ({
    pile: pileName(order.pile),
    side: order.charge ? "charge" : "discharge",
    price: order.priceTicks * tickSize,
    remainingWh: order.remainingWh,
    displayedWh: order.leftWh,
    peakWh: order.peakWh,
    expiryFrame: terms.frame + order.lastOffset,
    waitedFrames: order.waitedFrames,
  });
  return {
    frame: terms.frame,
    horizon: terms.horizon,
    bids: orders.filter(({ charge }) => charge).map(toOrder),
    asks: orders.filter(({ charge }) => !charge).map(toOrder),
    publications: rest.slice(0, terms.horizon).map((word) => toPublication(word, tickSize)),
    expectedLoadsW: rest.slice(0, terms.horizon).map((word) => decodePublication(word)?.expectedLoadW ?? 0n),
    previousLoadW: terms.previousW,
    matchedGridWh: terms.matchedWh,
    capacityW: terms.limitW,
    lossAllowanceW: 0n,
    frameSeconds: terms.frameSeconds,
    maxWaitFrames: terms.maxWaitFrames,
    allotment: terms.byLaxity ? "laxity" : "expiry",
    chargeEfficiencyBps: terms.chargeEfficiencyBps,
    dischargeEfficiencyBps: terms.dischargeEfficiencyBps,
    exportBudgetTicks: terms.exportBudgetTicks,
    tickSize,
  };
}

/** The words of a frozen book: what {@link decodeFrozenBook} reads. */
export function encodeFrozenBook(
  book: FrozenBook,
  { tickSize, pileNumber }: { tickSize: bigint; pileNumber: (name: string) => number },
): bigint[] {
  const fromOrder = (order: FlexibleOrder): bigint =>
    encodeFlexibleOrder({
      pile: pileNumber(order.pile),
      charge: order.side === "charge",
      remainingWh: order.remainingWh,
      leftWh: order.displayedWh,
      peakWh: order.peakWh,
      priceTicks: order.price / tickSize,
      lastOffset: order.expiryFrame - book.frame,
      waitedFrames: order.waitedFrames,
    });
  return [
    encodeRoundTerms({
      frame: book.frame,
      previousW: book.previousLoadW,
      matchedWh: book.matchedGridWh,
      limitW: book.capacityW - book.lossAllowanceW,
      frameSeconds: book.frameSeconds,
      horizon: book.horizon,
      chargeEfficiencyBps: book.chargeEfficiencyBps,
      dischargeEfficiencyBps: book.dischargeEfficiencyBps,
      maxWaitFrames: book.maxWaitFrames,
      byLaxity: book.allotment === "laxity",
      exportBudgetTicks: book.exportBudgetTicks,
    }),
    ...book.publications.map((p, offset) =>
      fromPublication(p, book.frame + offset, tickSize, book.expectedLoadsW[offset]!),
    ),
    ...book.bids.map(fromOrder),
    ...book.asks.map(fromOrder),
  ];
}

function toPublication(word: bigint, tickSize: bigint): Publication | undefined {
  const packed = decodePublication(word);
  return packed === undefined
    ? undefined
    : {
        baseLoadW: packed.baseLoadW,
        importPricePerKwh: packed.importTicks * tickSize,
        exportPricePerKwh: packed.exportTicks * tickSize,
        wheelingPricePerKwh: packed.wheelingTicks * tickSize,
      };
}

function fromPublication(p: Publication | undefined, frame: number, tickSize: bigint, expectedLoadW: bigint): bigint {
  if (p === undefined) return 0n;
  const tariffs =
    ((p.importPricePerKwh / tickSize) << 64n) |
    ((p.exportPricePerKwh / tickSize) << 88n) |
    ((p.wheelingPricePerKwh / tickSize) << 112n);
  const expected = BigInt.asUintN(24, expectedLoadW) << 136n;
  return BigInt(frame) | (BigInt.asUintN(32, p.baseLoadW) << 32n) | tariffs | expected;
}
