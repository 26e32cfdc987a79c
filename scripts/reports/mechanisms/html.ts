import { drawBars } from "../charts/barChart";
import type { Chart } from "../charts/chart";
import { htmlChart, htmlCommand, htmlPage, htmlTable } from "../page";
import { grouped, kW } from "../../core/text";
import { PENNY } from "./auctionBook";
import { dayTable, METHOD, randomTable } from "./columns";
import type { RuleReport } from "./report";

/** Content of the page of the rules. */
export interface MechanismsPage {
  rules: readonly RuleReport[];
  seed: number;
  books: number;
  /** The run, and its version, a phrase each. */
  about: readonly string[];
  /** Command that makes the page again, as typed. */
  command: string;
}

interface Bars {
  id: string;
  title: string;
  caption: string;
  value: (rule: RuleReport) => number | undefined;
  show: (value: number) => string;
}

const pence = (price: number): string => `${(price / PENNY).toFixed(2)} p`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const HATCHED_IS = "Hatched is the thesis's rule.";

const BARS: readonly Bars[] = [
  {
    ...{ id: "worth", title: "Worth of the trades, default day", show: percent },
    caption: `Of the most that the day's trades could be worth at the orders' own limits. ${HATCHED_IS}`,
    value: ({ day }) => day.welfareShare,
  },
  {
    ...{ id: "sellers", title: "Gain of sellers' best lies, default day", show: pence },
    caption: `Per kWh that sellers trade, each lying by itself. ${HATCHED_IS}`,
    value: ({ day }) => day.lies.discharge.gainPerKWh,
  },
  {
    ...{ id: "buyers", title: "Gain of buyers' best lies, default day", show: pence },
    caption: `Per kWh that buyers trade, each lying by itself. ${HATCHED_IS}`,
    value: ({ day }) => day.lies.charge.gainPerKWh,
  },
  {
    ...{ id: "randomWorth", title: "Worth of the trades, random books", show: percent },
    caption: `Of the most that they could be worth: orders of all sizes, limits that cross for two in three pairs. ${HATCHED_IS}`,
    value: ({ random }) => random.welfareShare,
  },
  {
    ...{ id: "randomSellers", title: "Gain of sellers' best lies, random books", show: pence },
    caption: `Per kWh that sellers trade, each lying by itself. ${HATCHED_IS}`,
    value: ({ random }) => random.lies.discharge.gainPerKWh,
  },
  {
    ...{ id: "pfl", title: "PFL, default day", show: kW },
    caption: `Sum of the absolute steps of the feeder's load (4.4). ${HATCHED_IS}`,
    value: ({ day }) => day.pflW,
  },
  {
    ...{ id: "gas", title: "Gas of clearing, per order", show: (gas) => grouped(Math.round(gas)) },
    caption: `Of one random book on the contracts, its whole transaction. ${HATCHED_IS}`,
    value: ({ clearing }) => clearing && clearing.gas / clearing.orders,
  },
];

/** One self-contained page: every rule by each measure, the tables, and how to make it again. */
export function mechanismsHtml({ rules, seed, books, about, command }: MechanismsPage): string {
  const charts = BARS.filter(({ value }) => rules.some((rule) => value(rule) !== undefined)).map((bars) =>
    chartOf(bars, rules),
  );
  const [day, random] = [dayTable(rules), randomTable(rules)];
  return htmlPage({
    title: `Rules of matching compared, seed ${seed}`,
    about,
    introduction: `<p>Each rule on a default day of its own and on the same ${books} random books.</p>`,
    body: [
      ...charts.map(htmlChart),
      `<h2>The default day</h2>\n${htmlTable(day.head, day.rows)}`,
      `<h2>The random books</h2>\n${htmlTable(random.head, random.rows)}\n<p>${METHOD}</p>`,
      htmlCommand(command, `Seed ${seed}. The same seed gives the same figures.`),
    ].join("\n"),
  });
}

function chartOf({ id, title, caption, value, show }: Bars, rules: readonly RuleReport[]): Chart {
  const shown = rules.flatMap((rule) => {
    const figure = value(rule);
    return figure === undefined ? [] : [{ name: rule.matching, figure }];
  });
  const bars = shown.map(({ name, figure }) => ({
    ...{ name, style: name === "adbev" ? "s0" : "s5", hatched: name === "adbev", value: figure, text: show(figure) },
  }));
  return {
    ...{ id, title, caption, legend: [], draw: (size) => drawBars(size, title, bars) },
    table: { head: ["rule", "figure"], rows: shown.map(({ name, figure }) => [name, show(figure)]) },
  };
}
