import type { DayResult } from "../simulation/dayResult";

const COLUMNS = [
  "frame",
  "base_load_w",
  "ev_load_w",
  "load_w",
  "uncontrolled_w",
  "capped_w",
  "traded_wh",
  "grid_wh",
  "import_price",
  "mean_price",
  "trades",
  "grid_fills",
] as const;

/** A measured day as CSV, a line per frame: powers in W, energies in Wh, prices in money units per kWh. */
export function dayCsv({ frames }: DayResult): string {
  const first = frames[0]?.frame ?? 0;
  const lines = frames.map((f) =>
    [
      f.frame - first,
      f.baseLoadW,
      f.evLoadW,
      f.loadW,
      f.uncontrolledW,
      f.cappedW,
      f.tradedWh,
      f.gridWh,
      f.importPrice,
      f.meanPrice === undefined ? "" : Math.round(f.meanPrice),
      f.trades.length,
      f.grid.length,
    ].join(","),
  );
  return [COLUMNS.join(","), ...lines, ""].join("\n");
}
