import { grouped, kW } from "../../core/text";
import { PENNY } from "./auctionBook";
import type { RuleFigures, RuleReport } from "./report";

/** A figure of a rule on some books, for terminal and page. */
export interface RuleColumn {
  title: string;
  value: (figures: RuleFigures) => number;
  show: (value: number) => string;
}

const pence = (price: number): string => (price / PENNY).toFixed(2);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Figures of a rule on books of either kind, in the order of the tables. */
export const RULE_COLUMNS: readonly RuleColumn[] = [
  { title: "traded, kWh", value: ({ tradedWh }) => tradedWh / 1000, show: (kWh) => kWh.toFixed(1) },
  { title: "worth", value: ({ welfareShare }) => welfareShare, show: percent },
  { title: "price", value: ({ meanPrice }) => meanPrice, show: pence },
  { title: "±", value: ({ priceDeviation }) => priceDeviation, show: pence },
  { title: "operator", value: ({ operatorPerKWh }) => operatorPerKWh, show: pence },
  { title: "sellers' lies", value: ({ lies }) => lies.discharge.gainPerKWh, show: pence },
  { title: "gain", value: ({ lies }) => lies.discharge.gainingShare, show: percent },
  { title: "buyers' lies", value: ({ lies }) => lies.charge.gainPerKWh, show: pence },
  { title: "gain", value: ({ lies }) => lies.charge.gainingShare, show: percent },
];

/** Meaning of the columns, in words. */
export const METHOD =
  "Worth: of the most that trades could be worth at the orders' own limits. Operator: premiums less subsidies. Lies: what " +
  "the best of 21 other limits gains an order in its frame's trades while all others name their own, over what its side " +
  "trades, and the share of orders that gain. Prices in pence per kWh. Gas per order: of the transaction that clears one " +
  "random book on the contracts, by its orders.";

/** Heading and rows of a rule by day, with its PFL and the gas of an order where that was measured. */
export function dayTable(rules: readonly RuleReport[]): { head: string[]; rows: string[][] } {
  const gas = rules.some(({ clearing }) => clearing !== undefined);
  return {
    head: ["rule", ...RULE_COLUMNS.map(({ title }) => title), "PFL, kW", ...(gas ? ["gas per order"] : [])],
    rows: rules.map(({ matching, day, clearing }) => [
      ...[matching, ...cells(day), kW(day.pflW).replace(" kW", "")],
      ...(gas ? [clearing === undefined ? "–" : grouped(Math.round(clearing.gas / clearing.orders))] : []),
    ]),
  };
}

/** Heading and rows of a rule on the random books. */
export function randomTable(rules: readonly RuleReport[]): { head: string[]; rows: string[][] } {
  return {
    head: ["rule", ...RULE_COLUMNS.map(({ title }) => title)],
    rows: rules.map(({ matching, random }) => [matching, ...cells(random)]),
  };
}

function cells(figures: RuleFigures): string[] {
  return RULE_COLUMNS.map(({ value, show }) => show(value(figures)));
}
