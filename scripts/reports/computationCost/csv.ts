import { moneyOf } from "./pricing";
import { orderedRuns, perKWh } from "./rows";
import type { CostReport } from "./types";

/** The report as CSV, a line per scheme and number of peers; money at the first gas price. */
export function costCsv(report: CostReport): string {
  const columns =
    "peers,scheme,basis,gas_per_day,gas_per_peer,gas_per_kwh_charged,gas_per_kwh_traded,transactions,pfl_w," +
    "charged_wh,traded_wh,money_per_day";
  const lines = orderedRuns(report).map((run) =>
    [
      run.peers,
      run.scheme,
      run.basis,
      Math.round(run.gas),
      Math.round(run.gas / run.peers),
      Math.round(perKWh(run)),
      run.tradedWh === 0 ? "" : Math.round((run.gas * 1000) / run.tradedWh),
      run.transactions,
      run.pflW === undefined ? "" : Math.round(run.pflW),
      run.chargedWh,
      run.tradedWh,
      report.pricings[0] === undefined ? "" : Number(moneyOf(run.gas, report.pricings[0]).toPrecision(6)),
    ].join(","),
  );
  return [columns, ...lines, ""].join("\n");
}
