import { task } from "hardhat/config";

import type { Pair } from "../scripts/quality/times/compare";
import type { Taken } from "../scripts/quality/times/measure";
import { guarded } from "./support/guarded";
import { printTable, toJsonText } from "./support/output";

interface Arguments {
  against: string;
  tests: boolean;
  json: boolean;
}

/** Compared figures of a command. */
const COLUMNS: readonly [string, (taken: Taken) => number][] = [
  ["first line", (taken) => taken.firstLineSeconds],
  ["whole", (taken) => taken.wallSeconds],
  ["processor", (taken) => taken.processorSeconds],
];

task("report:times", "Measures how long the first commands take, and compares them with another commit")
  .addOptionalParam("against", "the commit to compare with", "HEAD")
  .addFlag("tests", "measure `npm test` too, which takes minutes")
  .addFlag("json", "print the times as JSON and nothing else")
  .setAction(
    guarded(async ({ against, tests, json }: Arguments, hre) => {
      const { compareTimes, TIMED, TIMED_TESTS } = await import("../scripts/quality/times/compare");
      const { remove, treeNow, treeOf } = await import("../scripts/quality/times/tree");
      const { root } = hre.config.paths;
      const then = treeOf(root, against);
      const now = treeNow(root);
      try {
        const pairs = await compareTimes(tests ? [...TIMED, ...TIMED_TESTS] : TIMED, now, then, (name, tree, taken) => {
          const failed = taken.code === 0 ? "" : `, exit code ${taken.code}`;
          console.error(`${name}, ${tree.name}: ${seconds(taken.wallSeconds)}${failed}`);
        });
        if (json) console.log(toJsonText(pairs));
        else print(pairs, then.name);
        if (pairs.some((pair) => pair.now.code !== 0)) process.exitCode = 1;
      } finally {
        remove(now);
        remove(then);
      }
    }),
  );

function print(pairs: readonly Pair[], commit: string): void {
  printTable(
    ["", "", "now", commit, "ratio"],
    pairs.flatMap(({ name, now, then }) =>
      COLUMNS.map(([what, of], i) => [
        i === 0 ? name : "",
        what,
        seconds(of(now)),
        seconds(of(then)),
        (of(now) / of(then)).toFixed(2),
      ]),
    ),
  );
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
