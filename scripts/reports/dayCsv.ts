import type { DayResult, FrameReport } from "../simulation/dayResult";
import { type Column, csvOf } from "./columns";

/** A day of a seed. */
export interface SeedDay {
  seed: number;
  day: DayResult;
}

interface Row {
  seed: number;
  frame: FrameReport;
}

const plain = (key: keyof FrameReport, csv: string): Column<Row> => ({
  ...{ key, csv },
  value: ({ frame }) => frame[key] as number | string,
});

const COLUMNS: readonly Column<Row>[] = [
  { key: "seed", csv: "seed", value: ({ seed }) => seed },
  plain("frame", "frame"),
  plain("time", "time"),
  plain("baseLoadW", "base_load_w"),
  plain("evLoadW", "ev_load_w"),
  plain("loadW", "load_w"),
  plain("uncontrolledW", "uncontrolled_w"),
  plain("cappedW", "capped_w"),
  plain("tradedWh", "traded_wh"),
  plain("gridWh", "grid_wh"),
  plain("importPricePerKwh", "import_price"),
  {
    key: "meanPrice",
    csv: "mean_price",
    value: ({ frame: { meanPrice } }) => (meanPrice === undefined ? undefined : Math.round(meanPrice)),
  },
  plain("soldWh", "sold_wh"),
  {
    key: "sellersNet",
    csv: "sellers_net_per_kwh_sold",
    value: ({ frame: { sellersNet, soldWh } }) =>
      soldWh === 0 ? undefined : Math.round((Number(sellersNet) * 1000) / soldWh),
  },
  { key: "trades", csv: "trades", value: ({ frame }) => frame.trades.length },
  { key: "grid", csv: "grid_fills", value: ({ frame }) => frame.grid.length },
];

/**
 * Measured days as CSV, a line per seed and frame: powers in W, energies in Wh, prices in money units per kWh. Frames are
 * numbered as in JSON.
 */
export function dayCsv(days: readonly SeedDay[]): string {
  return csvOf(
    COLUMNS,
    days.flatMap(({ seed, day }) => day.frames.map((frame) => ({ seed, frame }))),
  );
}
