import { task } from "hardhat/config";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../scripts/core/errors";
import { aboutRun } from "./support/about";
import { commandLine } from "./support/commandLine";
import { writeText } from "./support/files";
import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, deployFeeders, namedAccount, transactorOf } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";
import type { ChainSettler } from "../scripts/reports/credit/chainSettler";
import type { ComparedRow } from "../scripts/reports/credit/compare";

interface Arguments {
  csv?: string;
  html?: string;
  json: boolean;
}

task("report:credit", "Settles the seven trades of the credit paper's Table 2 (yuan, kWh, points) and compares")
  .addOptionalParam("csv", "file to write the figures to, CSV (default: none)")
  .addOptionalParam("html", "file to write a page with the table to, HTML (default: none)")
  .addFlag("json", "print every figure (amounts in 1/1 000 000 yuan, credits in 1/100 point) as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const { compareTable } = await import("../scripts/reports/credit/compare");
      const rows = await compareTable(await chainSettler(hre));
      if (args.csv !== undefined || args.html !== undefined) {
        const { tableCsv, tableHtml } = await import("../scripts/reports/credit/tablePage");
        if (args.csv !== undefined) await writeText("csv", args.csv, tableCsv(rows));
        if (args.html !== undefined) {
          const command = commandLine(hre, "report:credit", { ...args });
          const about = await aboutRun(hre, ["settled on the contracts"]);
          await writeText("html", args.html, tableHtml(rows, command, about));
        }
      }
      if (args.json) console.log(toJsonText({ rows }));
      else await print(rows);
    }),
  );

/** A market of the table's own on the in-process chain. */
async function chainSettler(hre: HardhatRuntimeEnvironment): Promise<ChainSettler> {
  if (hre.network.name !== "hardhat") {
    throw new InputError(
      `network ${hre.network.name}`,
      "the table is settled on the in-process chain; leave out --network",
    );
  }
  await compileQuietly(hre);
  const { MarketClient } = await import("../scripts/chain/marketClient");
  const { ChainSettler: Settler } = await import("../scripts/reports/credit/chainSettler");
  const { TABLE_MARKET } = await import("../scripts/reports/credit/table");
  const [addresses] = await deployFeeders(hre, ["table2"], TABLE_MARKET);
  return Settler.begin({
    client: await MarketClient.connect(addresses!.market, hre.ethers.provider),
    clock: await clockOf(hre),
    sender: await transactorOf(hre, "0"),
    accountOf: async (name) => namedAccount(hre, `table 2 ${name}`),
  });
}

async function print(rows: readonly ComparedRow[]): Promise<void> {
  const { COLUMN_TITLES, figureText, yuan } = await import("../scripts/reports/credit/words");
  const { TABLE_COLUMNS } = await import("../scripts/reports/credit/compare");
  printHeading("Table 2, the paper's figure and ours where they differ (yuan, points); r 0.615, x 0.41");
  printTable(
    [
      "",
      "price",
      "agreed",
      "wheeling",
      "consumed",
      "produced",
      ...TABLE_COLUMNS.map((column) => COLUMN_TITLES[column]),
    ],
    rows.map(({ row, cells }) => [
      String(row.number),
      yuan(row.price, 2),
      kWh(row.agreedWh),
      yuan(row.wheelingPricePerKwh, 2),
      kWh(row.consumedWh),
      kWh(row.producedWh),
      ...TABLE_COLUMNS.map((column) => {
        const { paper, ours, agrees } = cells[column];
        return agrees ? figureText(column, ours) : `${figureText(column, paper)} / ${figureText(column, ours)}`;
      }),
    ]),
  );
  const cells = rows.flatMap(({ row, cells: ofRow }) =>
    TABLE_COLUMNS.map((column) => ({ row: row.number, column, ...ofRow[column] })),
  );
  const differing = cells.filter(({ agrees }) => !agrees);
  console.log(`\n${cells.length - differing.length} of ${cells.length} figures agree. The others:`);
  for (const { row, column, paper, ours, why } of differing) {
    console.log(
      `  row ${row}, ${COLUMN_TITLES[column]}: ${figureText(column, paper)}, ours ${figureText(column, ours)}: ${why}`,
    );
  }
}

function kWh(energyWh: bigint): string {
  return String(Number(energyWh) / 1000);
}
