import { join } from "node:path";

import { task } from "hardhat/config";

import { aboutRun } from "./support/about";
import { commandLine } from "./support/commandLine";
import { prettified, writeText } from "./support/files";
import { oneOf, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  only?: string;
  seed: string;
  seeds: string;
  csv?: string;
  html?: string;
  write: boolean;
  json: boolean;
}

task("thesis:reproduce", "Runs the thesis's tables and figures again, each reported value beside ours")
  .addOptionalParam("only", "which, as the thesis numbers them, with commas between, such as 3.2,4-C (default: all)")
  .addOptionalParam("seed", "first seed, a whole number that repeats everything", "1")
  .addOptionalParam("seeds", "how many seeds to run from --seed on", "5")
  .addOptionalParam("csv", "file to write every figure's data to, CSV (default: none)")
  .addOptionalParam("html", "file to write a page with every figure to, HTML (default: none)")
  .addFlag("write", "put the results into docs/thesis.md (default: print only)")
  .addFlag("json", "print the results as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const { EXPERIMENTS, reproduce } = await import("../scripts/thesis/reproduce");
      const report = await import("../scripts/thesis/report");
      const known = EXPERIMENTS.map(({ id }) => id);
      const wanted = args.only?.split(",").map((id) => oneOf("only", id.trim(), known)) ?? known;
      const first = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const seeds = Array.from({ length: wholeNumber("seeds", args.seeds, 1, 1_000) }, (_, index) => first + index);
      const chosen = EXPERIMENTS.filter(({ id }) => wanted.includes(id));
      const bar = progressBar(chosen.length, "figures", args.json);
      const done = await reproduce(chosen, seeds, () => bar?.increment()).finally(() => bar?.stop());
      const command = commandLine(hre, "thesis:reproduce", { ...args });
      if (args.csv !== undefined) await writeText("csv", args.csv, report.thesisCsv(done));
      if (args.html !== undefined) {
        const about = await aboutRun(hre, [`${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`]);
        await writeText("html", args.html, report.thesisHtml(done, seeds, command, about));
      }
      if (args.write) {
        const page = await prettified(report.thesisMarkdown(done, seeds, command));
        await writeText("write", join(hre.config.paths.root, "docs", "thesis.md"), page);
      }
      if (args.json) {
        console.log(toJsonText({ arguments: args, command, seeds, reproductions: done }));
        return;
      }
      printHeading(`The thesis's figures, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"} from ${first}`);
      printTable(["", "measure", "reported", "ours", "outcome"], report.figureRows(done));
      for (const { id, title, verdict } of done) console.log(`${id} ${title}: ${verdict}`);
    }),
  );
