import type { MarketParameters, Order, OrderRequest } from "../core/types";
import { MAX_LIFETIME_FRAMES, MAX_UINT24 } from "./limits";
import { movableWh } from "./load";
import { MarketRefusal } from "./refusal";
import { beginsAt, firstFrameFor } from "./time";

/**
 * The checks of a request that need neither the book nor the pile's money, in the contract's order.
 *
 * @throws MarketRefusal PriceOutOfRange, PriceOffTick, EnergyBelowMinimum, EnergyAboveMaximum, ExpiryOutOfRange.
 */
export function checkRequest(market: MarketParameters, request: OrderRequest, nowSeconds: number): void {
  const { price, energyWh, peakWh, expiryFrame } = request;
  if (price < 0n || energyWh < 0n || peakWh < 0n) throw new RangeError("an order's figures cannot be negative");
  if (price === 0n || price / market.tickSize > MAX_UINT24) {
    throw new MarketRefusal("PriceOutOfRange", { price, max: MAX_UINT24 * market.tickSize });
  }
  if (price % market.tickSize !== 0n) throw new MarketRefusal("PriceOffTick", { price, tickSize: market.tickSize });
  if (energyWh < market.minEnergyWh) {
    throw new MarketRefusal("EnergyBelowMinimum", { energyWh, minEnergyWh: market.minEnergyWh });
  }
  if (energyWh > MAX_UINT24) throw new MarketRefusal("EnergyAboveMaximum", { energyWh, maxEnergyWh: MAX_UINT24 });
  const firstFrame = firstFrameFor(market, nowSeconds);
  const latestExpiryFrame = firstFrame + MAX_LIFETIME_FRAMES;
  if (expiryFrame < firstFrame || expiryFrame > latestExpiryFrame) {
    throw new MarketRefusal("ExpiryOutOfRange", { expiryFrame, firstFrame, latestExpiryFrame });
  }
}

/**
 * The order that a request becomes: normal or iceberg for good, with its peak. SPEC 2, [T 4.6, 4.13].
 *
 * @param ratedW Rated power of the pile, W.
 * @param sequence Market-wide number of this placement.
 */
export function makeOrder(
  market: MarketParameters,
  ratedW: bigint,
  request: OrderRequest,
  nowSeconds: number,
  sequence: bigint,
): Order {
  const { side, price, energyWh, peakWh, expiryFrame } = request;
  const pileWh = movableWh(market, ratedW);
  const namesPeak = peakWh !== 0n && peakWh < energyWh;
  const firstFrame = firstFrameFor(market, nowSeconds);
  const inTranches = energyWh > market.icebergThresholdWh || energyWh > pileWh || namesPeak;
  const peaks = [market.icebergPeakWh, pileWh, ...(peakWh !== 0n ? [peakWh] : [])];
  return {
    side,
    price,
    remainingWh: energyWh,
    // Without patience there is nothing to trade on: as an iceberg it would be in its last frame from the beginning.
    iceberg: inTranches && expiryFrame > firstFrame,
    peakWh: inTranches ? peaks.reduce((least, peak) => (peak < least ? peak : least)) : energyWh,
    firstFrame,
    expiryFrame,
    sequence,
  };
}

/**
 * Whether an order still lives: something is left of it and its last frame has not begun. (That its last frame was
 * cleared needs no check: the clearing takes it out of the book.)
 */
export function isLive(market: MarketParameters, order: Order, nowSeconds: number): boolean {
  return order.remainingWh > 0n && nowSeconds < beginsAt(market, order.expiryFrame);
}

/** Whether an order may be delivered in a frame. SPEC 3. */
export function isForFrame(order: Order, frame: number): boolean {
  return order.remainingWh > 0n && order.firstFrame <= frame && frame <= order.expiryFrame;
}
