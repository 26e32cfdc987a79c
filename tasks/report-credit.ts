import { task } from "hardhat/config";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../scripts/core/errors";
import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, deployFeeders, namedAccount, transactorOf } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";
import type { ChainSettler } from "../scripts/reports/credit/chainSettler";
import type { ComparedRow, TableColumn } from "../scripts/reports/credit/compare";

interface Arguments {
  json: boolean;
}

/** Money units in a yuan, as text is made of them. */
const UNITS_PER_YUAN = 1_000_000;

const TITLES: Record<TableColumn, string> = {
  buyer: "buyer pays",
  seller: "seller gets",
  grid: "grid gets",
  creditBuyer: "buyer's credit",
  creditSeller: "seller's credit",
};

task("report:credit", "Settles the seven trades of the credit paper's Table 2 (yuan, kWh, points) and compares")
  .addFlag("json", "print every figure (amounts in 1/1 000 000 yuan, credits in 1/100 point) as JSON and nothing else")
  .setAction(
    guarded(async ({ json }: Arguments, hre) => {
      const { compareTable } = await import("../scripts/reports/credit/compare");
      const rows = await compareTable(await chainSettler(hre));
      if (json) console.log(toJsonText({ rows }));
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
  const { TABLE_COLUMNS } = await import("../scripts/reports/credit/compare");
  printHeading("Table 2, the paper's figure and ours where they differ (yuan, points); r 0.615, x 0.41");
  printTable(
    ["", "price", "agreed", "wheeling", "consumed", "produced", ...TABLE_COLUMNS.map((column) => TITLES[column])],
    rows.map(({ row, cells }) => [
      String(row.number),
      yuan(row.price, 2),
      kWh(row.agreedWh),
      yuan(row.wheelingPricePerKwh, 2),
      kWh(row.consumedWh),
      kWh(row.producedWh),
      ...TABLE_COLUMNS.map((column) => {
        const { paper, ours, agrees } = cells[column];
        return agrees ? figure(column, ours) : `${figure(column, paper)} / ${figure(column, ours)}`;
      }),
    ]),
  );
  const cells = rows.flatMap(({ row, cells: ofRow }) =>
    TABLE_COLUMNS.map((column) => ({ row: row.number, column, ...ofRow[column] })),
  );
  const differing = cells.filter(({ agrees }) => !agrees);
  console.log(`\n${cells.length - differing.length} of ${cells.length} figures agree. The others:`);
  for (const { row, column, paper, ours, why } of differing) {
    console.log(`  row ${row}, ${TITLES[column]}: ${figure(column, paper)}, ours ${figure(column, ours)}: ${why}`);
  }
}

function figure(column: TableColumn, value: bigint): string {
  return column.startsWith("credit") ? String(Number(value) / 100) : yuan(value, 1);
}

function yuan(amount: bigint, decimals: number): string {
  return (Number(amount) / UNITS_PER_YUAN).toFixed(decimals);
}

function kWh(energyWh: bigint): string {
  return String(Number(energyWh) / 1000);
}
