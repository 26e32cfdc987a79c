import { kW, pence } from "../core/text";
import { sellersNet } from "./sellerCosts";
import type { DayResult, DayTotals, LoadReport } from "./dayResult";

/** Source of a headline figure. */
interface Source {
  loads: Readonly<Record<"market" | "uncontrolled" | "capped" | "base", LoadReport>>;
  totals: DayTotals;
}

/** A figure by which days are compared, once for the terminal and for JSON. */
interface HeadlineRow {
  /** Name in tables. */
  title: string;
  show: (value: number) => string;
  value: (day: Source) => number;
}

const power = (value: number) => kW(value);
const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
const plain2 = (value: number) => value.toFixed(2);
const plain = (value: number) => value.toFixed(1);
const perKWh = (amount: bigint, energyWh: number) => (energyWh === 0 ? 0 : (Number(amount) * 1000) / energyWh);

/**
 * The headline figures by their names in JSON, in the order of the table. Power in W, shares from 0 to 1, prices in money
 * units per kWh. A new figure is a row here.
 */
export const HEADLINE = {
  // Power fluctuation level [T 4.4] of the market and, of the same EVs and homes, without it.
  pflW: { title: "PFL, market", show: power, value: ({ loads }) => loads.market.absoluteStepsW },
  uncontrolledPflW: {
    title: "PFL, uncontrolled",
    show: power,
    value: ({ loads }) => loads.uncontrolled.absoluteStepsW,
  },
  cappedPflW: { title: "PFL, plain cap", show: power, value: ({ loads }) => loads.capped.absoluteStepsW },
  basePflW: { title: "PFL, homes alone", show: power, value: ({ loads }) => loads.base.absoluteStepsW },
  // Roots of the summed squared steps [T ch. 6 (4)].
  squaredStepsRootW: {
    title: "root of squared steps, market",
    show: power,
    value: ({ loads }) => loads.market.squaredStepsRootW,
  },
  uncontrolledSquaredStepsRootW: {
    title: "root of squared steps, uncontrolled",
    show: power,
    value: ({ loads }) => loads.uncontrolled.squaredStepsRootW,
  },
  cappedSquaredStepsRootW: {
    title: "root of squared steps, plain cap",
    show: power,
    value: ({ loads }) => loads.capped.squaredStepsRootW,
  },
  // ln((max - min) / mean) [T 3.11], by which chapters 3 and 4 compare; below 0 where the range is below the mean.
  logRange: { title: "ln range/mean, market", show: plain2, value: ({ loads }) => loads.market.logRange },
  uncontrolledLogRange: {
    title: "ln range/mean, uncontrolled",
    show: plain2,
    value: ({ loads }) => loads.uncontrolled.logRange,
  },
  peakW: { title: "peak, market", show: power, value: ({ loads }) => loads.market.peakW },
  uncontrolledPeakW: { title: "peak, uncontrolled", show: power, value: ({ loads }) => loads.uncontrolled.peakW },
  cappedPeakW: { title: "peak, plain cap", show: power, value: ({ loads }) => loads.capped.peakW },
  unservedShare: { title: "energy unserved", show: percent, value: ({ loads }) => loads.market.unservedShare },
  tradedShare: { title: "bought from other piles", show: percent, value: ({ totals }) => totals.tradedShare },
  soldShare: {
    title: "of what was offered, sold",
    show: percent,
    value: ({ totals }) => (totals.offeredWh === 0 ? 0 : totals.soldWh / totals.offeredWh),
  },
  paidPerKWh: { title: "paid per kWh", show: pence, value: ({ totals }) => perKWh(totals.paid, totals.servedWh) },
  earnedPerKWh: { title: "earned per kWh", show: pence, value: ({ totals }) => perKWh(totals.earned, totals.soldWh) },
  sellersNetPerKWh: {
    title: "sellers' net per kWh sold",
    show: pence,
    value: ({ totals }) => perKWh(sellersNet(totals), totals.soldWh),
  },
  transactionsPerEv: { title: "transactions per EV", show: plain, value: ({ totals }) => totals.transactionsPerEv },
  normalOrders: { title: "normal orders", show: plain, value: ({ totals }) => totals.orders.normal },
  icebergOrders: { title: "iceberg orders", show: plain, value: ({ totals }) => totals.orders.iceberg },
} as const satisfies Readonly<Record<string, HeadlineRow>>;

/** Values of {@link HEADLINE}. */
export type Headline = Record<keyof typeof HEADLINE, number>;

/** The headline figures of a day. */
export function headline(day: DayResult): Headline {
  const entries = Object.entries(HEADLINE).map(([name, { value }]) => [name, value(day)]);
  return Object.fromEntries(entries) as Headline;
}
