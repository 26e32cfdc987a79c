import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import type { DrawRun } from "../scripts/reports/credit/draws";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";

interface Arguments {
  seed: string;
  draws: string;
  json: boolean;
}

task(
  "report:draws",
  "Draws winners with weight e^credit among ten players of 90 to 100 points, as the credit paper did",
)
  .addOptionalParam("seed", "a whole number that repeats everything", "1")
  .addOptionalParam("draws", "how many draws in each run, numbers with commas between them", "50,100000")
  .addFlag("json", "print the figures as JSON (credits in 1/100 point, shares 0 to 1) and nothing else")
  .setAction(
    guarded(async (args: Arguments) => {
      const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const counts = args.draws.split(",").map((count) => wholeNumber("draws", count.trim(), 1, 10_000_000));
      if (new Set(counts).size !== counts.length) {
        throw new InputError("--draws", `expected different numbers, found "${args.draws}"`);
      }
      const { runDraws } = await import("../scripts/reports/credit/draws");
      const { Random } = await import("../scripts/core/random");
      const runs = counts.map((draws) => runDraws(draws, new Random(seed).stream(`${draws} draws`)));
      if (args.json) console.log(toJsonText({ seed, runs }));
      else print(runs, seed);
    }),
  );

function print(runs: readonly DrawRun[], seed: number): void {
  for (const { draws, players, largestDeviation, chiSquare, degreesOfFreedom, ordered } of runs) {
    printHeading(`${grouped(draws)} draws, seed ${seed}`);
    printTable(
      ["credit, points", "won", "share drawn", "share expected"],
      players.map(({ credit, won, share, expectedShare }) => [
        (credit / 100).toFixed(2),
        grouped(won),
        percent(share),
        percent(expectedShare),
      ]),
    );
    console.log(
      `\nLargest deviation ${percent(largestDeviation)}; chi-square ${chiSquare.toFixed(1)} where chance alone gives ` +
        `${degreesOfFreedom} on average; ${ordered ? "nobody" : "somebody"} with less credit won more often`,
    );
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}
