import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import { writeText } from "./support/files";
import { oneOf, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  setting: string;
  evs: string;
  seed: string;
  holdOut: string;
  seeds: string;
  factors?: string;
  horizon: string;
  csv?: string;
  json: boolean;
}

task(
  "report:factor",
  "Tunes the factor on the first step of a rolling plan on some days, and measures it on others beside 1 and 2.39",
)
  .addOptionalParam("setting", "setting, as of simulate:compare", "chapter4")
  .addOptionalParam("evs", "EVs a day", "100")
  .addOptionalParam("seed", "first seed to tune on, a whole number that repeats everything", "1")
  .addOptionalParam("holdOut", "first seed to measure on", "5001")
  .addOptionalParam("seeds", "how many seeds to tune on, and as many to measure on", "5")
  .addOptionalParam(
    "factors",
    "factors to choose among, numbers from 1 to 10 with commas between (default: ten of them from 1 to 3)",
  )
  .addOptionalParam("horizon", "frames that the plan looks ahead, 2 to 48", "48")
  .addOptionalParam("csv", "file to write the hold-out figures to, CSV (default: none)")
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments) => {
      const { tuneFactor, TRIED_FACTORS } = await import("../scripts/reports/factor/experiment");
      const columns = await import("../scripts/reports/factor/columns");
      const { PRESETS } = await import("../scripts/simulation/presets");
      const { defaultDay } = await import("../scripts/simulation/defaults");
      const { withDefaults } = await import("../scripts/core/parameters");
      const setting = oneOf("setting", args.setting, Object.keys(PRESETS));
      const { settings, market } = PRESETS[setting]!;
      const evs = wholeNumber("evs", args.evs, 1, 1_000);
      const count = wholeNumber("seeds", args.seeds, 1, 1_000);
      const seedsFrom = (flag: "seed" | "holdOut") => {
        const first = wholeNumber(flag, args[flag], 0, 2 ** 31 - 1);
        return Array.from({ length: count }, (_, index) => first + index);
      };
      const [trainingSeeds, holdOutSeeds] = [seedsFrom("seed"), seedsFrom("holdOut")];
      if (Math.abs(trainingSeeds[0]! - holdOutSeeds[0]!) < count) {
        throw new InputError(
          "--hold-out",
          `expected seeds that nothing is tuned on, found some of the ${count} from --seed`,
        );
      }
      const factors = args.factors === undefined ? TRIED_FACTORS : readFactors(args.factors);
      const bar = progressBar(2 * count, "days", args.json);
      try {
        const report = tuneFactor(
          {
            ...{ market: withDefaults(market), trainingSeeds, holdOutSeeds, factors },
            dayOf: (seed) => defaultDay({ ...settings, evs, seed }),
            horizonFrames: wholeNumber("horizon", args.horizon, 2, 48),
          },
          () => bar?.increment(),
        );
        bar?.stop();
        if (args.csv !== undefined) {
          const { csvOf } = await import("../scripts/reports/columns");
          const lines = report.rows.flatMap((row) =>
            row.toOptimum.map((toOptimum, index) => ({ setting, row, seed: holdOutSeeds[index]!, toOptimum })),
          );
          await writeText("csv", args.csv, csvOf(columns.FACTOR_CSV_COLUMNS, lines));
        }
        if (args.json) {
          console.log(toJsonText({ arguments: args, trainingSeeds, holdOutSeeds, ...report }));
          return;
        }
        printHeading(
          `${setting}: rolling plan without a market, its first step times c, on ${count} seeds from ${holdOutSeeds[0]}`,
        );
        printTable(
          columns.FACTOR_COLUMNS.map(({ title }) => title),
          report.rows.map((row) => columns.FACTOR_COLUMNS.map(({ show }) => show(row))),
        );
        for (const line of columns.trainingLines(report)) console.log(line);
      } finally {
        bar?.stop();
      }
    }),
  );

/** Factors as a flag gives them. @throws InputError naming what it takes */
function readFactors(text: string): number[] {
  const factors = text.split(",").map((part) => {
    const value = /^\d+(?:\.\d{1,4})?$/.test(part.trim()) ? Number(part) : Number.NaN;
    if (!(value >= 1 && value <= 10)) {
      throw new InputError("--factors", `expected numbers from 1 to 10 with commas between, found "${part}"`);
    }
    return value;
  });
  if (new Set(factors).size !== factors.length) {
    throw new InputError("--factors", `expected different numbers, found "${text}"`);
  }
  return factors;
}
