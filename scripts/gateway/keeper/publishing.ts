import { type FramePublication, MOST_AT_ONCE, publishableFrames } from "../../chain/publications";
import type { DurableTransactor } from "../send/accounts";
import type { Duty, KeptMarket } from "./duty";

/** Where an operator's figures come from. */
export interface PublicationSource {
  /** All that is known now. @throws InputError where it cannot be read or understood */
  read(): Promise<readonly FramePublication[]>;
}

/** Frames that are published before the last moment at which they may be. */
const AHEAD = 8;
/** Frames remembered as published. */
const REMEMBERED = 400;

/**
 * Publishes an operator's base load and tariffs. Frames gather as they become publishable: a transaction is sent
 * where a frame comes near its deadline, or as many wait as one transaction takes.
 */
export class Publishing implements Duty {
  readonly name = "publish";
  private readonly published = new Set<number>();

  /** @param operator account with the grid operator's role */
  constructor(
    private readonly market: KeptMarket,
    private readonly operator: DurableTransactor,
    private readonly source: PublicationSource,
  ) {}

  async attend(now: number): Promise<number> {
    const { client, log, marginSeconds } = this.market;
    const { first, last } = publishableFrames(client.parameters, now + marginSeconds);
    const known = (await this.source.read()).filter(({ frame }) => frame >= first && frame <= last);
    const missing: FramePublication[] = [];
    for (const publication of known) if (!(await this.isPublished(publication.frame))) missing.push(publication);
    missing.sort((a, b) => a.frame - b.frame);
    if (missing.length < MOST_AT_ONCE && !(missing[0] !== undefined && missing[0].frame <= first + AHEAD)) return 0;
    const frames = missing.slice(0, MOST_AT_ONCE);
    const receipt = await client.publishFrames(this.operator, frames);
    frames.forEach(({ frame }) => this.remember(frame));
    log.info({ first: frames[0]!.frame, frames: frames.length, tx: receipt.hash }, "frames published");
    return 1;
  }

  private async isPublished(frame: number): Promise<boolean> {
    if (this.published.has(frame)) return true;
    if ((await this.market.client.publication(frame)) === 0n) return false;
    this.remember(frame);
    return true;
  }

  private remember(frame: number): void {
    this.published.add(frame);
    if (this.published.size > REMEMBERED) this.published.delete(Math.min(...this.published));
  }
}
