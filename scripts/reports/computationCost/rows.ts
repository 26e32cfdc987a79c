import { grouped } from "../../core/text";
import { moneyOf, moneyText } from "./pricing";
import type { CostReport, SchemeRun } from "./types";

/** Titles of {@link costRow}. */
export const COST_COLUMNS = [
  "peers",
  "scheme",
  "gas per day",
  "per peer",
  "per kWh charged",
  "transactions",
  "PFL, kW",
  "how",
] as const;

/** A run as a line of a table. */
export function costRow(report: CostReport, run: SchemeRun): string[] {
  const { peers, gas, transactions, pflW } = run;
  return [
    String(peers),
    report.schemes.find(({ key }) => key === run.scheme)?.title ?? run.scheme,
    grouped(gas),
    grouped(gas / peers),
    grouped(perKWh(run)),
    grouped(transactions),
    pflW === undefined ? "–" : (pflW / 1000).toFixed(1),
    run.basis,
  ];
}

/** Gas for each kWh charged; 0 where nothing was. */
export function perKWh({ gas, chargedWh }: SchemeRun): number {
  return chargedWh === 0 ? 0 : (gas * 1000) / chargedWh;
}

/** Runs by peers, and within by the schemes' order. */
export function orderedRuns({ runs, schemes }: CostReport): SchemeRun[] {
  const place = new Map(schemes.map(({ key }, index) => [key, index]));
  return [...runs].sort((a, b) => a.peers - b.peers || (place.get(a.scheme) ?? 0) - (place.get(b.scheme) ?? 0));
}

/** Titles of {@link growthRows}. */
export const GROWTH_COLUMNS = ["scheme", "peers", "exponent", "R²"] as const;

/** The growth of each scheme as lines of a table. */
export function growthRows({ growth, schemes }: CostReport): string[][] {
  return growth.map(({ scheme, exponent, r2, from, to }) => [
    schemes.find(({ key }) => key === scheme)?.title ?? scheme,
    `${from} to ${to}`,
    exponent.toFixed(2),
    r2.toFixed(3),
  ]);
}

/** Titles of {@link moneyRows}. */
export function moneyColumns({ pricings }: CostReport): string[] {
  return [
    "scheme",
    ...pricings.flatMap(({ name, gasPriceGwei }) => [`${name} (${gasPriceGwei} gwei), day`, "per peer", "per kWh"]),
  ];
}

/** Price of the day in money at one number of peers. */
export function moneyRows(report: CostReport, peers: number): string[][] {
  return orderedRuns(report)
    .filter((run) => run.peers === peers)
    .map((run) => [
      report.schemes.find(({ key }) => key === run.scheme)?.title ?? run.scheme,
      ...report.pricings.flatMap((pricing) =>
        [run.gas, run.gas / peers, perKWh(run)].map((gas) => moneyText(moneyOf(gas, pricing))),
      ),
    ]);
}
