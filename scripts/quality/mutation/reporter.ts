import { writeFileSync } from "node:fs";

import { reporters, type Runner, type MochaOptions } from "mocha";

/** Report that {@link MutationReporter} writes. */
export interface Report {
  /** Titles of the tests that failed, with those of their suites. */
  failed: string[];
  /** How long the tests of a file took together, ms, by the file's absolute path. */
  msOfFile: Record<string, number>;
}

/** Mocha's own JSON reporter fails on the bigints of an assertion; this one keeps what a campaign needs. */
export class MutationReporter extends reporters.Base {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const { output } = options.reporterOptions as { output: string };
    const report: Report = { failed: [], msOfFile: {} };
    runner.on("fail", (test) => report.failed.push(test.fullTitle()));
    runner.on("test end", ({ file, duration = 0 }) => {
      if (file !== undefined) report.msOfFile[file] = (report.msOfFile[file] ?? 0) + duration;
    });
    runner.on("end", () => writeFileSync(output, JSON.stringify(report)));
  }
}
