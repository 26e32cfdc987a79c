import type { MarketParameters } from "../core/types";

type Clock = Pick<MarketParameters, "frameSeconds" | "auctionSeconds">;

/** The frame that is running at `nowSeconds`. SPEC 1. */
export function frameAt(market: Clock, nowSeconds: number): number {
  return Math.floor(nowSeconds / market.frameSeconds);
}

/** When frame `frame` begins and its auction window ends, s. */
export function beginsAt(market: Clock, frame: number): number {
  return frame * market.frameSeconds;
}

/** When frame `frame`'s auction window opens, s. SPEC 1. */
export function windowOpensAt(market: Clock, frame: number): number {
  return beginsAt(market, frame) - market.auctionSeconds;
}

/**
 * The frame whose auction window is open at `nowSeconds`, or undefined between two windows. The window is
 * `[t F - auctionSeconds, t F)`. SPEC 1.
 */
export function openWindow(market: Clock, nowSeconds: number): number | undefined {
  const next = frameAt(market, nowSeconds + market.auctionSeconds);
  return next > frameAt(market, nowSeconds) ? next : undefined;
}

/** The first frame in which an order placed at `nowSeconds` takes part: inside a window, the next one's. SPEC 2. */
export function firstFrameFor(market: Clock, nowSeconds: number): number {
  return frameAt(market, nowSeconds + market.auctionSeconds) + 1;
}
