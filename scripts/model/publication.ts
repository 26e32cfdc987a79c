import { checkExpectedLoad } from "../core/expectedLoad";
import type { MarketParameters, Publication } from "../core/types";
import { MAX_PUBLICATION_LEAD_FRAMES, MAX_UINT24, PUBLICATION_MEMORY_FRAMES } from "./limits";
import { MarketRefusal } from "./refusal";
import { frameAt, windowOpensAt } from "./time";

/** The published base loads and tariffs, of which the last 128 frames are remembered (slot: frame modulo 128). */
export class PublicationMemory {
  private readonly slots = new Map<number, { frame: number; publication: Publication }>();

  /** Remembers frame `frame`'s publication and forgets that of `frame - 128`. */
  remember(frame: number, publication: Publication): void {
    this.slots.set(frame % PUBLICATION_MEMORY_FRAMES, { frame, publication: { ...publication } });
  }

  /** The publication of frame `frame`, or undefined if there was none or it is forgotten. */
  recall(frame: number): Publication | undefined {
    const slot = this.slots.get(frame % PUBLICATION_MEMORY_FRAMES);
    return slot?.frame === frame ? slot.publication : undefined;
  }
}

/**
 * Whether the grid operator may publish this for frame `frame` now: once, in time, on the price grid. SPEC 1.
 *
 * @throws MarketRefusal PublishedTooEarly, FrameAlreadyPublished, PublishedTooLate, WheelingAboveCap, ImportAboveCap,
 * ExportAboveImport, then tariff by tariff TariffOffTick, TariffOutOfRange; checked in this order.
 */
export function checkPublication(
  market: MarketParameters,
  memory: PublicationMemory,
  frame: number,
  publication: Publication,
  nowSeconds: number,
): void {
  const { leadFrames, tickSize, wheelingCapPerKwh, importCapPerKwh } = market;
  const { importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh } = publication;
  const tariffs = Object.entries({ importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh });
  if (tariffs.some(([, price]) => price < 0n)) throw new RangeError("a tariff cannot be negative");
  if (publication.expectedLoad !== undefined) checkExpectedLoad(publication.expectedLoad);

  const latestFrame = frameAt(market, nowSeconds) + MAX_PUBLICATION_LEAD_FRAMES;
  if (frame > latestFrame) throw new MarketRefusal("PublishedTooEarly", { frame, latestFrame });
  if (memory.recall(frame) !== undefined) throw new MarketRefusal("FrameAlreadyPublished", { frame });
  const latestSeconds = windowOpensAt(market, frame - leadFrames);
  if (nowSeconds > latestSeconds) throw new MarketRefusal("PublishedTooLate", { frame, nowSeconds, latestSeconds });
  if (wheelingPricePerKwh > wheelingCapPerKwh)
    throw new MarketRefusal("WheelingAboveCap", { wheelingPricePerKwh, wheelingCapPerKwh });
  if (importPricePerKwh > importCapPerKwh)
    throw new MarketRefusal("ImportAboveCap", { importPricePerKwh, importCapPerKwh });
  // Two piles would pump the operator's account where the grid buys dearer than it sells.
  if (exportPricePerKwh > importPricePerKwh)
    throw new MarketRefusal("ExportAboveImport", { exportPricePerKwh, importPricePerKwh });
  for (const [tariff, price] of tariffs) {
    if (price % tickSize !== 0n) throw new MarketRefusal("TariffOffTick", { tariff, price, tickSize });
    if (price / tickSize > MAX_UINT24) throw new MarketRefusal("TariffOutOfRange", { tariff, price });
  }
}
