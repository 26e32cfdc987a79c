import { task } from "hardhat/config";

import type { RuleFigures, RuleReport } from "../scripts/reports/mechanisms/report";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  seed: string;
  books: string;
  orders: string;
  lies: string;
  json: boolean;
}

task(
  "report:mechanisms",
  "The rules by which a market can match, on a default day each and on the same random books: worth, prices, lies that pay",
)
  .addOptionalParam("seed", "a whole number that repeats everything", "1")
  .addOptionalParam("books", "random books, 1 to 1000", "50")
  .addOptionalParam("orders", "most orders of a side of a random book, 1 to 100", "15")
  .addOptionalParam("lies", "books of either kind on which every order tries lies, 1 to 1000", "25")
  .addFlag("json", "print every figure (Wh, money units per kWh, shares 0 to 1) as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments) => {
      const options = {
        seed: wholeNumber("seed", args.seed, 0, 2 ** 31 - 1),
        books: wholeNumber("books", args.books, 1, 1_000),
        mostOrders: wholeNumber("orders", args.orders, 1, 100),
        lieBooks: wholeNumber("lies", args.lies, 1, 1_000),
      };
      const { compareMechanisms, COMPARED } = await import("../scripts/reports/mechanisms/report");
      const progress = progressBar(COMPARED.length, "rules", args.json);
      const rules = await compareMechanisms({ ...options, onRule: () => progress?.increment() });
      progress?.stop();
      if (args.json) console.log(toJsonText({ ...options, rules }));
      else print(rules, options);
    }),
  );

function print(rules: readonly RuleReport[], { seed, books }: { seed: number; books: number }): void {
  printHeading(`Each rule on its own default day, seed ${seed}`);
  printTable(
    ["rule", ...HEAD, "PFL, kW"],
    rules.map(({ matching, day }) => [matching, ...cells(day), kW(day.pflW)]),
  );
  printHeading(`The same ${books} random books under each rule`);
  printTable(
    ["rule", ...HEAD],
    rules.map(({ matching, random }) => [matching, ...cells(random)]),
  );
  console.log(
    "\nWorth: of the most that trades could be worth at the orders' own limits. Operator: premiums less subsidies. Lies: what" +
      "\nthe best of 21 other limits gains an order in its frame's trades while all others name their own, over what its side" +
      "\ntrades, and the share of orders that gain. Prices in pence per kWh.",
  );
}

const HEAD = ["traded, kWh", "worth", "price", "±", "operator", "sellers' lies", "gain", "buyers' lies", "gain"];

function cells({ tradedWh, welfareShare, meanPrice, priceDeviation, operatorPerKWh, lies }: RuleFigures): string[] {
  const side = ({ gainPerKWh, gainingShare }: RuleFigures["lies"]["charge"]) => [
    pence(gainPerKWh),
    percent(gainingShare),
  ];
  return [
    (tradedWh / 1000).toFixed(1),
    percent(welfareShare),
    pence(meanPrice),
    pence(priceDeviation),
    pence(operatorPerKWh),
    ...side(lies.discharge),
    ...side(lies.charge),
  ];
}

/** Money units in a penny. */
const PENNY = 10_000;
const pence = (price: number): string => (price / PENNY).toFixed(2);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const kW = (powerW: number): string => (powerW / 1000).toFixed(1);
