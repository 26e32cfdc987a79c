import type { PublicView } from "./agent";

const SECONDS_PER_DAY = 86_400;
const W_PER_KW = 1000;

/** Expectations of the grid's price in frames to come, from what everybody can read. */
export class TariffForecast {
  private readonly framesPerDay: number;

  constructor(private readonly view: PublicView) {
    this.framesPerDay = Math.round(SECONDS_PER_DAY / view.market.frameSeconds);
  }

  /** Prices to expect from `first` to `last`, rising, money units per kWh. */
  cheapest(first: number, last: number): number[] {
    const count = Math.max(0, last - first + 1);
    return Array.from({ length: count }, (_, index) => this.priceIn(first + index)).sort((a, b) => a - b);
  }

  /** The tariff, as published or a day before, and the premium of the load of the same hour a day before. */
  private priceIn(frame: number): number {
    const { view } = this;
    const published = view.published(frame) ?? view.published(frame - this.framesPerDay) ?? view.published(view.frame);
    if (published === undefined) return 0;
    const { importPricePerKwh, exportPricePerKwh, baseLoadW } = published;
    const { congestion } = view.market;
    if (congestion === undefined) return importPricePerKwh;
    const loadW = view.recordedLoadW(frame - this.framesPerDay) ?? baseLoadW + this.evsNowW();
    const premium = (congestion.pricePerKwhPerKw * (loadW - congestion.fromW)) / W_PER_KW;
    return importPricePerKwh + Math.min(Math.max(0, premium), importPricePerKwh - exportPricePerKwh);
  }

  /** Load of the EVs in the running frame, W: where no day is known, they go on as they do. */
  private evsNowW(): number {
    const { frame } = this.view;
    const homesW = this.view.published(frame)?.baseLoadW;
    const loadW = this.view.recordedLoadW(frame);
    return homesW === undefined || loadW === undefined ? 0 : loadW - homesW;
  }
}
