import type { BlockTag, Provider } from "ethers";

import { IMarketLens__factory } from "../../typechain-types/factories/contracts/interfaces/IMarketLens__factory";
import { type Verdict, VERDICTS } from "./verdicts";

/** An order as a line of the book; piles by their numbers. Energy in Wh, price in money units per kWh. */
export interface LensLine {
  account: string;
  pile: number;
  price: bigint;
  /** Displayed energy of the order in the frame, and its hidden rest. */
  displayedWh: bigint;
  hiddenWh: bigint;
  iceberg: boolean;
  firstFrame: number;
  expiryFrame: number;
  waitedFrames: number;
  /** Dense rank of its price, 1 = best. */
  priceRank: number;
  /** Dense rank of its wait, 1 = longest. */
  timeRank: number;
  /** f; the lowest comes first [T 4.14]. */
  priority: number;
}

/** Both sides of a frame's book, each in order of priority. */
export interface LensBook {
  frame: number;
  bids: LensLine[];
  asks: LensLine[];
}

/** The market's memory of a frame. Power in W, tariffs in money units per kWh. */
export interface LensFrame {
  frame: number;
  published: boolean;
  baseLoadW: bigint;
  importPricePerKwh: bigint;
  exportPricePerKwh: bigint;
  wheelingPricePerKwh: bigint;
  cleared: boolean;
  loadW: bigint;
  unsettled: boolean;
}

/** A market as its lens shows it, in the project's own terms. */
export class LensClient {
  private readonly lens;
  private readonly at;

  /** @param block state and time that the lens looks at */
  constructor(
    address: string,
    private readonly market: string,
    provider: Provider,
    block: BlockTag = "latest",
  ) {
    this.at = { blockTag: block };
    this.lens = IMarketLens__factory.connect(address, provider);
  }

  /** The frame that is cleared next. */
  async upcomingFrame(): Promise<number> {
    return Number(await this.lens.upcomingFrame(this.market, this.at));
  }

  /** The book of a frame. */
  async book(frame: number): Promise<LensBook> {
    const { bids, asks } = await this.lens.book(this.market, frame, this.at);
    type Line = (typeof bids)[number];
    const asLine = (line: Line): LensLine => ({
      account: line.account,
      pile: Number(line.pile),
      price: line.price,
      displayedWh: line.displayedWh,
      hiddenWh: line.hiddenWh,
      iceberg: line.iceberg,
      firstFrame: Number(line.firstFrame),
      expiryFrame: Number(line.expiryFrame),
      waitedFrames: Number(line.waitedFrames),
      priceRank: Number(line.priceRank),
      timeRank: Number(line.timeRank),
      priority: Number(line.priority),
    });
    return { frame, bids: bids.map(asLine), asks: asks.map(asLine) };
  }

  /** Why a pile's order would or would not fill if the frame were cleared now, and what would be filled, Wh. */
  async explain(account: string, frame: number): Promise<{ verdict: Verdict; filledWh: bigint }> {
    const { verdict, filledWh } = await this.lens.explain(this.market, account, frame, this.at);
    const name = VERDICTS[Number(verdict)];
    if (name === undefined) throw new Error(`the lens answers with verdict ${verdict.toString()}, which has no name`);
    return { verdict: name, filledWh };
  }

  /** The decision that clearing the frame would make now: packed fills, and P_total, W. */
  async preview(frame: number): Promise<{ packed: bigint[]; loadW: bigint }> {
    const { fills, loadW } = await this.lens.preview(this.market, frame, this.at);
    return { packed: [...fills], loadW };
  }

  /** The market's memory of `count` frames from `firstFrame` on. */
  async history(firstFrame: number, count: number): Promise<LensFrame[]> {
    const frames = await this.lens.history(this.market, firstFrame, count, this.at);
    return frames.map((frame) => ({
      frame: Number(frame.frame),
      published: frame.published,
      baseLoadW: frame.baseLoadW,
      importPricePerKwh: frame.importPricePerKwh,
      exportPricePerKwh: frame.exportPricePerKwh,
      wheelingPricePerKwh: frame.wheelingPricePerKwh,
      cleared: frame.cleared,
      loadW: frame.loadW,
      unsettled: frame.unsettled,
    }));
  }
}
