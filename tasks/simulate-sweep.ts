import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";

import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import { versionOf } from "./support/about";
import { oneOf, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { progressBar } from "./support/progress";

interface Arguments {
  over: string;
  csv: string;
  setting: string;
  seed: string;
  seeds: string;
  schemes: string;
  generations: string;
  workers?: string;
}

task("simulate:sweep", "Compares schemes over every combination of some parameters' values, into one tidy CSV")
  .addParam(
    "over",
    "parameters and values, such as 'evs=50,100;max_wait_frames=6,12'; docs/results-schema.md has the names",
  )
  .addParam("csv", "file to write to, a line for each combination, seed and scheme; an interrupted sweep goes on there")
  .addOptionalParam("setting", "setting, as of simulate:compare", "chapter4")
  .addOptionalParam("seed", "first seed, a whole number that repeats everything", "1")
  .addOptionalParam("seeds", "how many seeds to run from --seed on", "3")
  .addOptionalParam(
    "schemes",
    "keys of the schemes to run, as of simulate:compare, with commas between",
    "uncontrolled,capped,spread,adbev,rollingTail,offlineOptimum,offlineOptimumV2g",
  )
  .addOptionalParam("generations", "generations of the genetic algorithm", "200")
  .addOptionalParam("workers", "threads to run on (default: as many as there are processors)")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const { jobsOf, parseAxes, requireSweepable } = await import("../scripts/sweep/plan");
      const { PRESETS } = await import("../scripts/simulation/presets");
      const { comparedSchemes } = await import("../scripts/simulation/comparedSchemes");
      const { resume } = await import("../scripts/sweep/table");
      const { runPool } = await import("../scripts/sweep/pool");
      const axes = parseAxes("over", args.over);
      const setting = oneOf("setting", args.setting, Object.keys(PRESETS));
      requireSweepable("over", setting, axes);
      const first = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const seeds = Array.from({ length: wholeNumber("seeds", args.seeds, 1, 10_000) }, (_, index) => first + index);
      const keys = comparedSchemes({ arrivals: [] }).map(({ key }) => key);
      const schemes = args.schemes.split(",").map((key) => oneOf("schemes", key.trim(), keys));
      const workers = wholeNumber("workers", args.workers ?? String(availableParallelism()), 1, 256);
      const names = axes.map(({ name }) => name);
      const version = await versionOf(hre.config.paths.root);
      const generations = wholeNumber("generations", args.generations, 1, 100_000);
      const setup = { version, names, schemes, generations };
      const jobs = jobsOf(setting, axes, seeds);
      const { text, left } = resume(args.csv, await textOf(args.csv), setup, jobs);
      await write(args.csv, text);
      const bar = progressBar(jobs.length, "runs", false);
      bar?.increment(jobs.length - left.length);
      try {
        await runPool(left, setup, workers, async (lines) => {
          await appendFile(args.csv, `${lines.join("\n")}\n`);
          bar?.increment();
        });
      } finally {
        bar?.stop();
      }
      const before = jobs.length - left.length;
      console.log(
        `${jobs.length} runs of ${schemes.length} schemes in ${args.csv}${before === 0 ? "" : `, ${before} of them from before`}`,
      );
    }),
  );

/** Content of a file; nothing where there is none. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new InputError("--csv", `cannot read ${file}`);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch {
    throw new InputError("--csv", `cannot write ${file}`);
  }
}
