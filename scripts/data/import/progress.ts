import { statSync } from "node:fs";

import type { BytesListener } from "./source";

/** Told the share of the work that is done, 0 to 1. */
export type ProgressListener = (share: number) => void;

/** Adds up the passes over a file. */
export class Progress {
  constructor(
    private readonly passes: number,
    private readonly listener: ProgressListener | undefined,
  ) {}

  /** Listener to the bytes that a pass has read, from 0. */
  pass(number: number, file: string): BytesListener | undefined {
    if (this.listener === undefined) return undefined;
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    let read = 0;
    return (bytes) => {
      read += bytes;
      this.listener?.((number + (size === 0 ? 1 : Math.min(1, read / size))) / this.passes);
    };
  }

  done(): void {
    this.listener?.(1);
  }
}
