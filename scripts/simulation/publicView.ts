import type { FrameOutcome, MarketParameters, Publication } from "../core/types";
import type { AgentMarket, BookLine, Moment, PublicView, PublishedFrame } from "../piles/agent";
import { frameWh } from "../piles/ev";
import type { GuidePrice } from "../piles/guidePrice";
import { PublicNeeds } from "../piles/publicNeeds";
import type { Action, ActionResult, BookOrder } from "../core/ports";

/** A market's parameters in the plain numbers that agents reckon with. */
export function agentMarket(parameters: MarketParameters): AgentMarket {
  // All agents share it, so none may write to it.
  return Object.freeze({
    frameSeconds: parameters.frameSeconds,
    priceWeight: parameters.priceWeight,
    timeWeight: parameters.timeWeight,
    icebergThresholdWh: Number(parameters.icebergThresholdWh),
    icebergPeakWh: Number(parameters.icebergPeakWh),
    minEnergyWh: Number(parameters.minEnergyWh),
    maxWaitFrames: parameters.maxWaitFrames,
    usableCapacityW: Number(parameters.capacityW - parameters.lossAllowanceW),
    tickSize: Number(parameters.tickSize),
    ...(parameters.matching === "congestion" ? { congestion: congestionOf(parameters) } : {}),
  });
}

function congestionOf({
  congestionFromW,
  congestionPricePerKwhPerKw,
}: MarketParameters): NonNullable<AgentMarket["congestion"]> {
  return { fromW: Number(congestionFromW), pricePerKwhPerKw: Number(congestionPricePerKwhPerKw) };
}

/**
 * Public facts of a market, gathered as a day goes by: publications, the book, the log of orders and fills. Agents
 * see these and their own EVs, nothing else.
 */
export class PublicRecord {
  private readonly published = new Map<number, PublishedFrame>();
  private publishedUpTo = -1;
  private readonly loadsW = new Map<number, number>();
  private readonly needs = new PublicNeeds();

  constructor(
    private readonly market: AgentMarket,
    private readonly ratedW: ReadonlyMap<string, number>,
    private readonly guide: GuidePrice,
  ) {}

  /** The operator published `publications` for the frames from `firstFrame` on. */
  onPublished(firstFrame: number, publications: readonly Publication[]): void {
    publications.forEach(({ baseLoadW, importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh }, index) =>
      this.published.set(firstFrame + index, {
        baseLoadW: Number(baseLoadW),
        importPricePerKwh: Number(importPricePerKwh),
        exportPricePerKwh: Number(exportPricePerKwh),
        wheelingPricePerKwh: Number(wheelingPricePerKwh),
      }),
    );
    this.publishedUpTo = Math.max(this.publishedUpTo, firstFrame + publications.length - 1);
  }

  /** Actions were submitted in frame `now`. */
  onSubmitted(now: number, actions: readonly Action[], results: readonly ActionResult[]): void {
    actions.forEach((action, index) => {
      if (!results[index]!.accepted) return;
      const { pile } = action;
      if (action.kind === "cancel") return this.needs.cancelled(pile);
      const { side, energyWh, expiryFrame } = action.order;
      if (side === "discharge") return;
      this.needs.placed({ pile, pileFrameWh: this.pileFrameWh(pile), energyWh: Number(energyWh), expiryFrame }, now);
    });
  }

  /** A frame was cleared. */
  onCleared(outcome: FrameOutcome): void {
    this.needs.cleared(outcome);
    this.loadsW.set(outcome.frame, Number(outcome.loadW));
  }

  /** Everybody's view at a moment of frame `frame`. */
  view(frame: number, moment: Moment, orders: readonly BookOrder[]): PublicView {
    const book = orders.map((order): BookLine =>
      Object.freeze({
        ...order,
        pileFrameWh: this.pileFrameWh(order.pile),
        price: Number(order.price),
        remainingWh: Number(order.remainingWh),
        peakWh: Number(order.peakWh),
        sequence: Number(order.sequence),
      }),
    );
    const { publishedUpTo } = this;
    return {
      frame,
      moment,
      market: this.market,
      book: Object.freeze(book),
      needs: this.needs.list(book),
      // Later publications are not in this view, even if somebody keeps it.
      published: (of) => (of <= publishedUpTo ? this.published.get(of) : undefined),
      recordedLoadW: (of) => (of <= frame ? this.loadsW.get(of) : undefined),
      guidePrice: (of) => this.guide.at(of),
    };
  }

  private pileFrameWh(pile: string): number {
    return frameWh(this.market, this.ratedW.get(pile) ?? 0);
  }
}
