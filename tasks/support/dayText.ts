import { ENERGY_AND_MONEY } from "../../scripts/reports/dayFigures";
import type { DayResult, LoadReport } from "../../scripts/simulation/dayResult";
import { printDelivery } from "./deliveryText";
import { below, figure, grouped, kW, kWh, printHeading, printTable, printWarnings, share } from "./output";

/** Title of a day, and words printed beside its figures. */
export interface DayWords {
  /** `chapter4, seed 1, policy waterline`. */
  title: string;
  /** Whether plans compete on its market. */
  benefit: boolean;
  warnings: readonly string[];
  deliveredWh: bigint;
}

/** Prints a day. */
export async function printDay(day: DayResult, { title, benefit, warnings, deliveredWh }: DayWords): Promise<void> {
  const { loads, totals, capacityW } = day;
  printHeading(
    `${title}: ${totals.chargingEvs} EV${totals.chargingEvs === 1 ? "" : "s"} charging, ${totals.dischargingEvs} discharging, ${day.frames.length} frames`,
  );
  printWarnings(warnings);
  const rows: [string, (load: LoadReport) => string][] = [
    ["sum of absolute steps (PFL, thesis 4.4)", (l) => kW(l.absoluteStepsW)],
    ["  against uncontrolled", (l) => below(l.absoluteStepsW, loads.uncontrolled.absoluteStepsW)],
    ["root of summed squared steps (thesis ch. 6)", (l) => kW(l.squaredStepsRootW)],
    ["variance of the slope (thesis 5.7), kW²", (l) => figure(l.slopeVariance / 1e6, 2)],
    ["  its cube root (from W²)", (l) => figure(l.slopeVarianceCubeRoot, 1)],
    ["ln((max − min) / mean) (thesis 3.11)", (l) => figure(l.logRange, 2)],
    ["peak", (l) => kW(l.peakW)],
    [`  of the capacity, ${kW(capacityW, capacityW < 1_000 ? 2 : 0)}`, (l) => share(l.peakW, capacityW)],
    ["energy unserved", (l) => `${(100 * l.unservedShare).toFixed(2)} %`],
  ];
  printTable(
    ["", benefit ? "benefit market" : "AdBEV market", "uncontrolled", "plain cap", "homes alone"],
    rows.map(([name, value]) => [name, ...[loads.market, loads.uncontrolled, loads.capped, loads.base].map(value)]),
  );

  printHeading("Energy and money");
  printTable(
    ["", ""],
    ENERGY_AND_MONEY.map(({ title, partOf, text }) => [partOf ? `  ${title}` : title, text(totals)]),
  );

  printHeading("Mean price of the deals by hour, pence per kWh");
  const hours = day.meanPriceByHour.map((price, hour) => [hour, price] as const);
  for (const half of [hours.slice(0, 12), hours.slice(12)]) {
    printTable(
      half.map(([hour]) => `${String(hour).padStart(2, "0")} h`),
      [half.map(([, price]) => (price === undefined ? "–" : (price / 10_000).toFixed(1)))],
    );
  }

  if (day.rounds !== undefined) printRounds(day.rounds);
  if (day.delivery !== undefined) await printDelivery(day.delivery);
  if (day.gas !== undefined) printGas(day.gas, deliveredWh);
}

/** Prints the outcome of the rounds: who won how often, with what mean benefit. */
function printRounds(rounds: NonNullable<DayResult["rounds"]>): void {
  const byWinner = new Map<string, bigint[]>();
  for (const { winner = "fallback (the clearing)", lambda } of rounds) {
    byWinner.set(winner, [...(byWinner.get(winner) ?? []), lambda]);
  }
  // Benefits are out of 10^18.
  const mean = (lambdas: readonly bigint[]) =>
    (lambdas.reduce((sum, lambda) => sum + Number(lambda), 0) / lambdas.length / 1e18).toExponential(2);
  printHeading(`${grouped(rounds.length)} rounds in which plans competed`);
  printTable(
    ["executed", "rounds", "", "mean benefit λ"],
    [
      ...[...byWinner]
        .sort(([, a], [, b]) => b.length - a.length)
        .map(([winner, lambdas]) => [
          winner,
          grouped(lambdas.length),
          share(lambdas.length, rounds.length),
          mean(lambdas),
        ]),
      ["all", grouped(rounds.length), "", mean(rounds.map(({ lambda }) => lambda))],
    ],
  );
}

function printGas(use: NonNullable<DayResult["gas"]>, deliveredWh: bigint): void {
  const gas = Object.entries(use);
  const total = gas.reduce((sum, [, { gas: spent }]) => sum + spent, 0n);
  printHeading("Gas of all frames played, warm-up included");
  printTable(
    ["", "transactions", "operations", "gas", "per operation"],
    gas.map(([kind, { transactions, operations, gas: spent }]) => [
      kind,
      grouped(transactions),
      grouped(operations),
      grouped(spent),
      grouped(spent / BigInt(Math.max(operations, 1))),
    ]),
  );
  const perKWh = deliveredWh === 0n ? "–" : grouped((total * 1000n) / deliveredWh);
  console.log(`\nIn all ${grouped(total)} gas, ${perKWh} for each of the ${kWh(deliveredWh)} delivered`);
}
