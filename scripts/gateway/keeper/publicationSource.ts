import { readFile } from "node:fs/promises";

import { type FramePublication, PublicationReader, type PriceReader } from "../../chain/publications";
import { InputError } from "../../core/errors";
import type { PublicationSource } from "./publishing";

/** Longest that a URL is waited for, ms. */
const PATIENCE_MS = 10_000;
/** Longest text that is read: a line a frame for years. */
const MOST_CHARACTERS = 4_000_000;
/** Pause between two looks at a source, ms. */
const LOOK_EVERY_MS = 30_000;

/**
 * An operator's figures in a CSV file or behind a URL, as `frame:publish --file` takes them; looked at again as time goes
 * by, so that tomorrow's may be added.
 */
export class CsvSource implements PublicationSource {
  private known: readonly FramePublication[] = [];
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly place: string,
    private readonly frameSeconds: number,
    private readonly prices: PriceReader,
    private readonly lookEveryMs = LOOK_EVERY_MS,
  ) {}

  async read(): Promise<readonly FramePublication[]> {
    if (Date.now() - this.lookedAt < this.lookEveryMs) return this.known;
    this.lookedAt = Date.now();
    const text = await this.text();
    const reader = new PublicationReader(this.place, this.frameSeconds, this.prices);
    const found = text.split(/\r?\n/).flatMap((line) => reader.read(line) ?? []);
    // Of a frame that stands there twice the later line counts.
    this.known = [...new Map(found.map((one) => [one.frame, one])).values()];
    return this.known;
  }

  private async text(): Promise<string> {
    const text = /^https?:\/\//.test(this.place) ? await this.fetched() : await this.fromFile();
    if (text.length > MOST_CHARACTERS) throw new InputError(this.place, `longer than ${MOST_CHARACTERS} characters`);
    return text;
  }

  private async fromFile(): Promise<string> {
    return readFile(this.place, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new InputError(this.place, `cannot be read: ${error.code ?? error.message}`);
    });
  }

  private async fetched(): Promise<string> {
    try {
      const response = await fetch(this.place, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      return await response.text();
    } catch (error) {
      throw new InputError(this.place, `cannot be fetched: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
