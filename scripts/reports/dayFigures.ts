import { kW, kWh, pence, share } from "../core/text";
import type { DayResult, DayTotals } from "../simulation/dayResult";
import { sellersNet } from "../simulation/sellerCosts";

/** A figure of a whole day: its title and its text with units. */
export interface DayFigure {
  title: string;
  /** Whether it is a part of the figure above it: the terminal sets it in. */
  partOf?: true;
  text: (totals: DayTotals) => string;
}

const perKWh = (sum: bigint, energyWh: number): string =>
  energyWh === 0 ? "–" : pence((Number(sum) * 1000) / energyWh);

/** Energy and money of a day, defined once for the terminal and the page. A row here is a row in both. */
export const ENERGY_AND_MONEY: readonly DayFigure[] = [
  { title: "needed by the EVs that charge", text: ({ neededWh }) => kWh(neededWh) },
  {
    ...{ title: "could be had at their rated power", partOf: true },
    text: ({ possibleWh, neededWh }) => `${kWh(possibleWh)} (${share(possibleWh, neededWh)})`,
  },
  {
    ...{ title: "could be had at the market's peak size", partOf: true },
    text: ({ askedWh, neededWh }) => `${kWh(askedWh)} (${share(askedWh, neededWh)})`,
  },
  { title: "charged", text: ({ servedWh }) => kWh(servedWh) },
  {
    ...{ title: "bought from other piles", partOf: true },
    text: ({ tradedWh, servedWh }) => `${kWh(tradedWh)} (${share(tradedWh, servedWh)})`,
  },
  {
    ...{ title: "bought from the grid", partOf: true },
    text: ({ gridWh, servedWh }) => `${kWh(gridWh)} (${share(gridWh, servedWh)})`,
  },
  { title: "sold by discharging EVs", text: ({ soldWh, offeredWh }) => `${kWh(soldWh)} of ${kWh(offeredWh)} offered` },
  { title: "paid per kWh charged", text: ({ paid, servedWh }) => perKWh(paid, servedWh) },
  { title: "earned per kWh sold", text: ({ earned, soldWh }) => perKWh(earned, soldWh) },
  {
    ...{ title: "net of refilling, losses and wear", partOf: true },
    text: (totals) => perKWh(sellersNet(totals), totals.soldWh),
  },
  { title: "orders", text: ({ orders }) => `${orders.normal} normal, ${orders.iceberg} iceberg` },
  { title: "transactions per EV", text: ({ transactionsPerEv }) => transactionsPerEv.toFixed(2) },
];

/** Peaks and what was unserved, for a page that has no table of the schemes. */
export function loadFacts({ loads, capacityW }: DayResult): [title: string, text: string][] {
  return [
    ["peak, of the capacity", `${kW(loads.market.peakW)} of ${kW(capacityW, 0)}`],
    ["peak without control", kW(loads.uncontrolled.peakW)],
    ["energy unserved", `${(100 * loads.market.unservedShare).toFixed(2)} %`],
  ];
}
