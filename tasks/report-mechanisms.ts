import { task } from "hardhat/config";

import type { RuleReport } from "../scripts/reports/mechanisms/report";
import { aboutRun } from "./support/about";
import { openChainMarket } from "./support/chainMarket";
import { commandLine } from "./support/commandLine";
import { writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileQuietly } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  seed: string;
  books: string;
  orders: string;
  lies: string;
  noGas: boolean;
  html?: string;
  json: boolean;
}

task(
  "report:mechanisms",
  "The rules by which a market can match, on a default day each and on the same random books: worth, prices, lies that pay, gas",
)
  .addOptionalParam("seed", "a whole number that repeats everything", "1")
  .addOptionalParam("books", "random books, 1 to 1000", "50")
  .addOptionalParam("orders", "most orders of a side of a random book, 1 to 100", "15")
  .addOptionalParam("lies", "books of either kind on which every order tries lies, 1 to 1000", "25")
  .addOptionalParam("html", "file to write a page with the charts to, HTML (default: none)")
  .addFlag("noGas", "leave out the gas of clearing, which needs the contracts")
  .addFlag("json", "print every figure (Wh, money units per kWh, shares 0 to 1, gas) as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const options = {
        seed: wholeNumber("seed", args.seed, 0, 2 ** 31 - 1),
        books: wholeNumber("books", args.books, 1, 1_000),
        mostOrders: wholeNumber("orders", args.orders, 1, 100),
        lieBooks: wholeNumber("lies", args.lies, 1, 1_000),
      };
      if (!args.noGas) await compileQuietly(hre);
      const { compareMechanisms, COMPARED } = await import("../scripts/reports/mechanisms/report");
      const progress = progressBar(COMPARED.length, "rules", args.json);
      const rules = await compareMechanisms({
        ...options,
        ...(args.noGas
          ? {}
          : { openChain: async (market) => openChainMarket(hre, market, options.seed, `rule_${market.matching}`) }),
        onRule: () => progress?.increment(),
      });
      progress?.stop();
      if (args.html !== undefined) {
        const { mechanismsHtml } = await import("../scripts/reports/mechanisms/html");
        const command = commandLine(hre, "report:mechanisms", { ...args });
        const about = await aboutRun(hre, [
          args.noGas ? "matched by the model" : "matched by the model, gas of the contracts",
        ]);
        await writeText("html", args.html, mechanismsHtml({ rules, ...options, about, command }));
      }
      if (args.json) console.log(toJsonText({ ...options, rules }));
      else await print(rules, options);
    }),
  );

async function print(rules: readonly RuleReport[], { seed, books }: { seed: number; books: number }): Promise<void> {
  const { dayTable, METHOD, randomTable } = await import("../scripts/reports/mechanisms/columns");
  printHeading(`Each rule on its own default day, seed ${seed}`);
  const day = dayTable(rules);
  printTable(day.head, day.rows);
  printHeading(`The same ${books} random books under each rule`);
  const random = randomTable(rules);
  printTable(random.head, random.rows);
  console.log(`\n${METHOD}`);
}
