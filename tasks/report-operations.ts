import { task } from "hardhat/config";

import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, deployFeeders, transactorOf } from "./support/network";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";

interface Arguments {
  quick: boolean;
  json: boolean;
}

task("report:operations", "Measures the gas of every operation of the market beside what the EVM charges at least")
  .addFlag("quick", "books of 50 and 100 orders only")
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async ({ quick, json }: Arguments, hre) => {
      await compileQuietly(hre);
      const { runBench } = await import("../scripts/gas/bench");
      const { floorGas } = await import("../scripts/gas/floor");
      const { MarketClient, ERROR_INTERFACES } = await import("../scripts/chain/marketClient");
      const { UnlockedTransactor } = await import("../scripts/chain/transactor");
      const sizes = quick ? [50] : [10, 25, 50, 100, 240, 500];
      const [feeder] = await deployFeeders(hre, ["bench"], { pileCap: quick ? 512 : 1024 });
      const provider = hre.network.provider;
      const result = await runBench(
        {
          client: await MarketClient.connect(feeder!.market, hre.ethers.provider),
          clock: await clockOf(hre),
          provider,
          sender: await transactorOf(hre, "0"),
          accountAt: async (address) => {
            await provider.send("hardhat_impersonateAccount", [address]);
            await provider.send("hardhat_setBalance", [address, "0x21e19e0c9bab2400000"]);
            return new UnlockedTransactor(provider, address, ERROR_INTERFACES);
          },
        },
        sizes,
        1,
      );
      if (json) {
        console.log(toJsonText(result));
        return;
      }
      printHeading("Gas by receipts, medians (seed 1)");
      printTable(
        ["operation", "gas", "before refunds", "EVM floor", "times floor", "receipts"],
        result.measurements.map(({ operation, gas, grossGas, floor, samples }) => {
          const least = floorGas(floor);
          const times = least === 0 ? "–" : (gas / least).toFixed(2);
          return [
            operation,
            grouped(Math.round(gas)),
            grouped(Math.round(grossGas)),
            least === 0 ? "–" : grouped(Math.round(least)),
            times,
            String(samples),
          ];
        }),
      );
      printHeading("What the floors are made of");
      for (const { operation, floor } of result.measurements.filter(({ floor }) => floor.length > 0)) {
        console.log(`${operation}: ${floor.map(({ what, gas }) => `${what} ${grouped(Math.round(gas))}`).join(", ")}`);
      }
      printHeading("Clearing by size of the book");
      printTable(
        ["orders", "book", "gas", "each further order up to twice as many"],
        result.clearing.flatMap(({ book, points, marginals }) =>
          points.map(({ orders, gas }) => {
            const marginal = marginals.find((m) => m.orders === orders);
            return [
              String(orders),
              book,
              grouped(gas),
              marginal === undefined ? "" : grouped(Math.round(marginal.gas)),
            ];
          }),
        ),
      );
    }),
  );
