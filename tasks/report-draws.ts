import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import type * as DrawsPage from "../scripts/reports/credit/drawsPage";
import type { DrawRun } from "../scripts/reports/credit/draws";
import { aboutRun } from "./support/about";
import { commandLine } from "./support/commandLine";
import { writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";

interface Arguments {
  seed: string;
  draws: string;
  csv?: string;
  html?: string;
  json: boolean;
}

task(
  "report:draws",
  "Draws winners with weight e^credit among ten players of 90 to 100 points, as the credit paper did",
)
  .addOptionalParam("seed", "a whole number that repeats everything", "1")
  .addOptionalParam("draws", "how many draws in each run, numbers with commas between them", "50,100000")
  .addOptionalParam("csv", "file to write the figures to, CSV (default: none)")
  .addOptionalParam("html", "file to write a page with the charts to, HTML (default: none)")
  .addFlag("json", "print the figures as JSON (credits in 1/100 point, shares 0 to 1) and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const counts = args.draws.split(",").map((count) => wholeNumber("draws", count.trim(), 1, 10_000_000));
      if (new Set(counts).size !== counts.length) {
        throw new InputError("--draws", `expected different numbers, found "${args.draws}"`);
      }
      const { runDraws } = await import("../scripts/reports/credit/draws");
      const { Random } = await import("../scripts/core/random");
      const runs = counts.map((draws) => runDraws(draws, new Random(seed).stream(`${draws} draws`)));
      const page = await import("../scripts/reports/credit/drawsPage");
      if (args.csv !== undefined) await writeText("csv", args.csv, page.drawsCsv(runs));
      if (args.html !== undefined) {
        const command = commandLine(hre, "report:draws", { ...args });
        await writeText("html", args.html, page.drawsHtml(runs, seed, command, await aboutRun(hre, [])));
      }
      if (args.json) console.log(toJsonText({ seed, runs }));
      else print(runs, seed, page);
    }),
  );

function print(runs: readonly DrawRun[], seed: number, { shareText, fitText }: typeof DrawsPage): void {
  for (const run of runs) {
    printHeading(`${grouped(run.draws)} draws, seed ${seed}`);
    printTable(
      ["credit, points", "won", "share drawn", "share expected"],
      run.players.map(({ credit, won, share, expectedShare }) => [
        (credit / 100).toFixed(2),
        grouped(won),
        shareText(share),
        shareText(expectedShare),
      ]),
    );
    console.log(`\n${fitText(run)}`);
  }
}
