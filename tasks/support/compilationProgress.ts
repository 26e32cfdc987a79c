import { basename } from "node:path";

import type { CompilationJob } from "hardhat/types";

import { progressBar } from "./progress";

/**
 * Says on standard error that contracts are compiled and how far that is: whoever types a first command waits for it, and
 * standard output is the command's own.
 */
export class CompilationProgress {
  private readonly started = Date.now();
  private done = 0;
  private readonly bar;

  private constructor(private readonly total: number) {
    console.error(`Compiling the contracts, in ${total} parts; the next command finds them compiled`);
    this.bar = progressBar(total, "parts", false);
  }

  /** Progress of what is to be compiled; undefined where nothing is. */
  static of(jobs: readonly CompilationJob[]): CompilationProgress | undefined {
    return jobs.length === 0 ? undefined : new CompilationProgress(jobs.length);
  }

  /** Says that a part is compiled. */
  compiled(job: CompilationJob): void {
    this.done++;
    if (this.bar !== undefined) this.bar.increment();
    else console.error(`  ${this.done} of ${this.total}  ${nameOf(job)}  ${this.seconds()} s`);
  }

  /** Clears the bar. */
  stop(): void {
    this.bar?.stop();
  }

  private seconds(): number {
    return Math.round((Date.now() - this.started) / 1000);
  }
}

/** A job is named after the first file that leaves artifacts, which imports the others. */
function nameOf(job: CompilationJob): string {
  const root = job.getResolvedFiles().find((file) => job.emitsArtifacts(file));
  return basename(root?.sourceName ?? "", ".sol");
}
