import { parse } from "csv-parse/sync";

import type { ExpectedLoad, Publication } from "../core/types";
import { InputError } from "../core/errors";
import { LAGS, LEAST_EXPECTED_W, MOST_EXPECTED_W, MOST_LAG_FRAMES } from "../core/expectedLoad";

/** Publication for a frame. */
export interface FramePublication extends Publication {
  frame: number;
}

/** Frames ahead that may be published. */
const MAX_FRAMES_AHEAD = 96;
/** Most frames that one transaction publishes; two days' would come near what a block takes. */
export const MOST_AT_ONCE = 48;

/** Rules about which frames may be published. */
export interface PublishingRules {
  frameSeconds: number;
  auctionSeconds: number;
  leadFrames: number;
}

/** The frames that may be published at a time, first and last. @param now s */
export function publishableFrames({ frameSeconds, auctionSeconds, leadFrames }: PublishingRules, now: number) {
  return {
    first: Math.ceil((now + auctionSeconds) / frameSeconds) + leadFrames,
    last: Math.floor(now / frameSeconds) + MAX_FRAMES_AHEAD,
  };
}

/** Reads prices as the market's token writes them; undefined where one is not. */
export interface PriceReader {
  parseHundredths(text: string): bigint | undefined;
}

const COLUMNS = ["frame", "time", "load", "import", "export", "wheeling", "expected", "lags"] as const;
const EXPECTED =
  "expected columns load (W), import and export (hundredths of the token per kWh), frame (its number) or time " +
  "(when it begins, such as 2026-01-31T18:30:00Z), and optionally wheeling, and expected (W) with lags (ten numbers)";

/** Reads lines of publications, the first of which names the columns. */
export class PublicationReader {
  private columns: string[] | undefined;
  private line = 0;

  constructor(
    private readonly place: string,
    private readonly frameSeconds: number,
    private readonly prices: PriceReader,
  ) {}

  /** A frame's publication; undefined for the heading and for an empty line. @throws InputError with the line */
  read(text: string): FramePublication | undefined {
    this.line++;
    if (text.trim() === "") return undefined;
    const cells = this.cells(text);
    if (this.columns === undefined) {
      const columns = (cells ?? []).map((cell) => cell.toLowerCase());
      const needed = ["load", "import", "export"].every((name) => columns.includes(name));
      const known = columns.every((name) => (COLUMNS as readonly string[]).includes(name));
      const halfExpected = columns.includes("expected") !== columns.includes("lags");
      const doubled = new Set(columns).size < columns.length;
      if (!needed || !known || doubled || halfExpected || columns.includes("frame") === columns.includes("time"))
        this.fail(EXPECTED, text);
      this.columns = columns;
      return undefined;
    }
    if (cells?.length !== this.columns.length) this.fail(`expected ${this.columns.length} figures`, text);
    const row = Object.fromEntries(this.columns.map((name, index) => [name, cells[index]!]));
    return {
      frame: this.frame(row),
      baseLoadW: this.load(row["load"]!),
      importPricePerKwh: this.price("import", row["import"]!),
      exportPricePerKwh: this.price("export", row["export"]!),
      wheelingPricePerKwh: row["wheeling"] === undefined ? 0n : this.price("wheeling", row["wheeling"]),
      ...(row["expected"] === undefined ? {} : { expectedLoad: this.expected(row["expected"], row["lags"]!) }),
    };
  }

  private cells(text: string): string[] | undefined {
    try {
      return parse(text, { trim: true, bom: true, relax_column_count: true })[0];
    } catch {
      return this.fail("expected one line of CSV, its quotes closed", text);
    }
  }

  private frame({ frame, time }: Record<string, string>): number {
    if (frame !== undefined) {
      if (!/^\d{1,10}$/.test(frame)) this.fail("frame: expected a whole number", frame);
      return Number(frame);
    }
    const seconds = /(Z|[+-]\d\d:?\d\d)$/.test(time!) ? Date.parse(time!) / 1000 : Number.NaN;
    if (!Number.isInteger(seconds / this.frameSeconds)) {
      this.fail("time: expected the beginning of a frame with its zone, such as 2026-01-31T18:30:00Z", time!);
    }
    return seconds / this.frameSeconds;
  }

  private load(text: string): bigint {
    if (!/^-?\d{1,10}$/.test(text) || Math.abs(Number(text)) >= 2 ** 31) {
      this.fail(`load: expected a whole number of W from -${2 ** 31 - 1} to ${2 ** 31 - 1}`, text);
    }
    return BigInt(text);
  }

  private expected(load: string, lags: string): ExpectedLoad {
    if (!/^-?\d{1,7}$/.test(load) || Number(load) < LEAST_EXPECTED_W || Number(load) > MOST_EXPECTED_W) {
      this.fail(`expected: expected a whole number of W from ${LEAST_EXPECTED_W} to ${MOST_EXPECTED_W}`, load);
    }
    const lagFrames = lags.split(/\s+/).map((text) => (/^\d{1,3}$/.test(text) ? Number(text) : Infinity));
    if (lagFrames.length !== LAGS || lagFrames.some((lag) => lag > MOST_LAG_FRAMES)) {
      this.fail(`lags: expected ten numbers of frames from 0 to ${MOST_LAG_FRAMES} with spaces between`, lags);
    }
    return { loadW: BigInt(load), lagFrames };
  }

  private price(column: string, text: string): bigint {
    const price = this.prices.parseHundredths(text);
    if (price === undefined) this.fail(`${column}: expected hundredths of the token per kWh such as 20 or 20.5`, text);
    return price;
  }

  private fail(expected: string, found: string): never {
    throw new InputError(`${this.place}:${this.line}`, `${expected}, found "${found}"`);
  }
}
