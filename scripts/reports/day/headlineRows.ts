import type { Headline } from "../../simulation/statistics";
import { kW, pence } from "../../core/text";

/** A headline figure: its name in JSON, in tables, and how it is written. */
export interface HeadlineRow {
  key: keyof Headline;
  title: string;
  show: (value: number) => string;
}

const power = (value: number) => kW(value);
const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
const plain = (value: number) => value.toFixed(1);

/** The headline figures, in the order of the table. */
export const HEADLINE_ROWS: readonly HeadlineRow[] = [
  { key: "pflW", title: "PFL, market", show: power },
  { key: "uncontrolledPflW", title: "PFL, uncontrolled", show: power },
  { key: "cappedPflW", title: "PFL, plain cap", show: power },
  { key: "basePflW", title: "PFL, homes alone", show: power },
  { key: "squaredStepsRootW", title: "root of squared steps, market", show: power },
  { key: "uncontrolledSquaredStepsRootW", title: "root of squared steps, uncontrolled", show: power },
  { key: "cappedSquaredStepsRootW", title: "root of squared steps, plain cap", show: power },
  { key: "peakW", title: "peak, market", show: power },
  { key: "uncontrolledPeakW", title: "peak, uncontrolled", show: power },
  { key: "cappedPeakW", title: "peak, plain cap", show: power },
  { key: "unservedShare", title: "energy unserved", show: percent },
  { key: "tradedShare", title: "bought from other piles", show: percent },
  { key: "soldShare", title: "of what was offered, sold", show: percent },
  { key: "paidPerKWh", title: "paid per kWh", show: pence },
  { key: "earnedPerKWh", title: "earned per kWh", show: pence },
  { key: "transactionsPerEv", title: "transactions per EV", show: plain },
  { key: "normalOrders", title: "normal orders", show: plain },
  { key: "icebergOrders", title: "iceberg orders", show: plain },
];
