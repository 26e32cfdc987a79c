import { decidedFrame, type DecidedFrame } from "../../chain/decidedFrame";
import { decodeFill, GRID, REMEMBERED_FRAMES } from "../../chain/packedWords";
import type { KeptReading, ReadingStore } from "../store/readings";
import type { Duty, KeptMarket } from "./duty";

/** Most frames that one look settles; after a long absence the rest waits for the next. */
const MOST_AT_ONCE = 4;
/** Share of the time for readings after which what is there is stored on the chain, the others being late. */
const STORE_AFTER = 0.5;

/**
 * Settles frames: at their end where a market has no meters; else once the readings of all that were filled are here, or
 * their time is over. Readings of late frames are stored on the chain halfway, so that they count whoever settles.
 */
export class Settling implements Duty {
  readonly name = "settle";
  /** Frames with nothing left to settle. */
  private readonly done = new Set<number>();
  private readonly decided = new Map<number, DecidedFrame>();

  constructor(
    private readonly market: KeptMarket,
    private readonly readings: ReadingStore,
  ) {}

  async attend(now: number): Promise<number> {
    const { client } = this.market;
    const { lastFrame, openFrames, roundOpen } = await client.marketTotals();
    if (openFrames === 0) return 0;
    const { frameSeconds } = client.parameters;
    let [sent, found] = [0, 0];
    for (let frame = lastFrame; frame > lastFrame - REMEMBERED_FRAMES && found < openFrames; frame--) {
      if (this.done.has(frame)) continue;
      if (!(await client.frameRecord(frame))?.open) {
        // A round may still add fills to the last frame, and a reorganisation take its settlement back.
        const isOld = (frame + 1) * frameSeconds + 2 * frameSeconds < now;
        if (isOld && !(roundOpen && frame === lastFrame)) this.finish(frame);
        continue;
      }
      found++;
      if (now < (frame + 1) * frameSeconds) continue;
      sent += await this.settle(frame, now);
      if (sent >= MOST_AT_ONCE) break;
    }
    return sent;
  }

  private async settle(frame: number, now: number): Promise<number> {
    const { client, keeper, log } = this.market;
    const { frameSeconds, readingSeconds } = client.parameters;
    const decided = await this.decisionOn(frame);
    if (decided === undefined) return 0;
    const ends = (frame + 1) * frameSeconds;
    if (readingSeconds === 0) {
      const receipt = await client.settle(keeper, decided, decided.publication);
      log.info({ frame, tx: receipt.hash }, "frame settled");
      return 1;
    }
    const kept = new Map(this.readings.of(frame).map((one) => [one.pile, one]));
    const parties = [...new Set(decided.packed.map(decodeFill).flatMap(({ sell, buy }) => [sell, buy]))];
    const missing: number[] = [];
    const unsent: KeptReading[] = [];
    for (const pile of parties.filter((one) => one !== GRID)) {
      const reading = kept.get(pile);
      const isThere = await client.hasReading(pile, frame);
      if (!isThere && reading === undefined) missing.push(pile);
      if (!isThere && reading !== undefined) unsent.push(reading);
    }
    const isLate = now >= ends + readingSeconds;
    if (missing.length > 0 && !isLate) {
      return unsent.length > 0 && now >= ends + readingSeconds * STORE_AFTER ? this.keepOnChain(frame, unsent) : 0;
    }
    const signed = unsent.map((one) => one.signed);
    const receipt = await client.settle(keeper, decided, decided.publication, signed);
    log.info({ frame, readings: signed.length, silent: missing, tx: receipt.hash }, "frame settled");
    return 1;
  }

  private async keepOnChain(frame: number, unsent: readonly KeptReading[]): Promise<number> {
    const { client, keeper, log } = this.market;
    const receipt = await client.submitReadings(
      keeper,
      unsent.map(({ signed }) => signed),
    );
    log.info({ frame, readings: unsent.length, tx: receipt.hash }, "readings stored");
    return 1;
  }

  private async decisionOn(frame: number): Promise<DecidedFrame | undefined> {
    const known = this.decided.get(frame);
    if (known !== undefined) return known;
    const { client, provider } = this.market;
    const found = await decidedFrame(client, provider, frame);
    // Kept only once nothing can be added to it.
    if (found !== undefined) this.decided.set(frame, found);
    if (this.decided.size > REMEMBERED_FRAMES) this.decided.delete(Math.min(...this.decided.keys()));
    return found;
  }

  private finish(frame: number): void {
    this.done.add(frame);
    this.decided.delete(frame);
    if (this.done.size > 2 * REMEMBERED_FRAMES) this.done.delete(Math.min(...this.done));
  }
}
