import type { Duty, KeptMarket } from "./duty";

/** Clears each frame in its window. */
export class Clearing implements Duty {
  readonly name = "clear";

  constructor(private readonly market: KeptMarket) {}

  async attend(now: number): Promise<number> {
    const { client, keeper, log, marginSeconds } = this.market;
    const { frameSeconds, auctionSeconds } = client.parameters;
    const frame = Math.floor(now / frameSeconds) + 1;
    const begins = frame * frameSeconds;
    if (now < begins - auctionSeconds || now > begins - marginSeconds) return 0;
    if ((await client.marketTotals()).lastFrame >= frame) return 0;
    const { cleared, receipt } = await client.clear(keeper, frame);
    const { loadW, fills } = cleared;
    log.info({ frame, fills: fills.length, loadW: Number(loadW), tx: receipt.hash }, "frame cleared");
    return 1;
  }
}
