import type { SchemeComparison } from "../simulation/compare";
import type { REPORTED_BY_THESIS } from "../simulation/reportedByThesis";
import { checkClaims } from "../simulation/thesisClaims";
import { drawBars } from "./charts/barChart";
import type { Chart } from "./charts/chart";
import { drawLines, type Series } from "./charts/lineChart";
import { COMPARE_COLUMNS, type CompareColumn, spreadText } from "./compareColumns";
import { CHART_SCRIPT, htmlChart, htmlCommand, htmlPage, htmlTable } from "./page";
import { escapeHtml, kW } from "../core/text";

/** The schemes at one number of arrivals. */
export interface ArrivalsComparison {
  /** EVs a day. */
  evs: number;
  schemes: readonly SchemeComparison[];
}

/** A comparison of schemes as a page shows it. */
export interface ComparePage {
  setting: string;
  seeds: readonly number[];
  /** Command that makes the page again, as typed. */
  command: string;
  schemes: readonly SchemeComparison[];
  /** The same at other numbers of arrivals, in rising order, for Fig. 6.6; empty without. */
  arrivals: readonly ArrivalsComparison[];
  reportedByThesis: typeof REPORTED_BY_THESIS;
}

/** One self-contained page: every scheme by each measure, the thesis's claims, and how to make it again. */
export function compareHtml(page: ComparePage): string {
  const { setting, seeds, command, schemes, arrivals, reportedByThesis } = page;
  const unserved = schemes.some(({ spread }) => spread.unservedShare.mean > 0);
  const bars = COMPARE_COLUMNS.filter(({ key, chart }) => chart && (key !== "unservedShare" || unserved)).map(
    (column) => barsOf(column, schemes),
  );
  const charts = arrivals.length < 2 ? bars : bars.toSpliced(1, 0, arrivalsChart(arrivals));
  const claims = checkClaims(schemes).map(
    ({ claim, verdict, found }) =>
      `<li><p class="claim">${escapeHtml(claim)} <strong class="${verdict === "holds" ? "yes" : "partly"}">${verdict}</strong></p>` +
      `<p>${escapeHtml(found)}</p></li>`,
  );
  const [first, last] = [seeds[0]!, seeds[seeds.length - 1]!];
  const seedText = first === last ? `Seed ${first}` : `Seeds ${first} to ${last}`;
  return htmlPage({
    title: `Schemes compared: ${setting}, ${seedText.toLowerCase()}`,
    introduction:
      '<p>The same EVs, homes and tariffs under every scheme. <span class="screen">Hover over a chart, or touch it, for its values.</span></p>',
    body: [
      ...charts.map(htmlChart),
      `<h2>The thesis's claims on this run</h2>\n<ol>${claims.join("\n")}</ol>`,
      "<h2>Reported by the thesis</h2>\n<p>On its own data, so not comparable in size.</p>",
      htmlTable(
        ["scheme", "measure", "reported", "where"],
        reportedByThesis.map(({ scheme, measure, value, source }) => [scheme, measure, value, source]),
      ),
      htmlCommand(command, `${seedText}. Times to compute vary with the machine.`),
    ].join("\n"),
    script: CHART_SCRIPT,
  });
}

/** Colour of a scheme, the same in every chart: the market's own stands out. */
function styleOf({ key, online }: SchemeComparison): string {
  if (key === "adbev") return "s0";
  return online ? "s5" : "s1";
}

function barsOf({ key: figure, chart }: CompareColumn, schemes: readonly SchemeComparison[]): Chart {
  const { id, title, caption, show } = chart!;
  const shown = schemes.filter(({ spread }) => Number.isFinite(spread[figure].mean));
  return {
    id,
    title,
    caption: `${caption} Blue is the market, green knows all arrivals beforehand.`,
    legend: [],
    svg: drawBars(
      title,
      shown.map((scheme) => {
        const { mean, min, max } = scheme.spread[figure];
        const more = `least ${show(min)}, most ${show(max)}`;
        return {
          name: scheme.title,
          style: styleOf(scheme),
          value: mean,
          text: spreadText(scheme, { key: figure, show }),
          more,
        };
      }),
    ),
    table: {
      head: ["scheme", "mean", "± sd", "least", "most"],
      rows: shown.map(({ title: name, spread }) => {
        const { mean, standardDeviation, min, max } = spread[figure];
        return [name, show(mean), show(standardDeviation), show(min), show(max)];
      }),
    },
  };
}

/** The schemes of the chart of arrivals: beyond a few, lines cannot be told apart. */
const COMPARED_BY_ARRIVALS: readonly (readonly [string, string])[] = [
  ["adbev", "s0"],
  ["uncontrolled", "s3"],
  ["capped", "s2"],
  ["timeShifted", "s6"],
  ["genetic", "s4"],
  ["rolling", "s1"],
  ["offlineOptimum", "s5"],
];

function arrivalsChart(arrivals: readonly ArrivalsComparison[]): Chart {
  const pflOf = (schemes: readonly SchemeComparison[], key: string) =>
    schemes.find((scheme) => scheme.key === key)?.spread.absoluteStepsW.mean;
  const titles = new Map(arrivals[0]!.schemes.map(({ key, title }) => [key, title]));
  const series = COMPARED_BY_ARRIVALS.flatMap(([key, style]): Series[] => {
    const name = titles.get(key);
    if (name === undefined) return [];
    const values = arrivals.map(({ schemes }) => pflOf(schemes, key));
    return [{ name, style, values, points: true, dashed: key === "offlineOptimum" }];
  });
  const evs = arrivals.map((one) => one.evs);
  const label = "PFL by scheme and arrivals";
  return {
    id: "arrivals",
    title: label,
    caption:
      "Sum of the absolute steps of the load against the number of EVs a day, mean over the seeds, after Fig. 6.6 of the thesis.",
    legend: series,
    svg: drawLines({
      label,
      xs: evs,
      xTicks: evs,
      xText: (count) => `${count}`,
      xTitle: "EVs a day",
      yTitle: "kW",
      yText: (powerW) => String(Math.round(powerW / 100) / 10),
      series,
    }),
    table: {
      head: ["EVs a day", ...series.map(({ name }) => name)],
      rows: arrivals.map((one, index) => [
        String(one.evs),
        ...series.map(({ values }) => (values[index] === undefined ? "–" : kW(values[index]))),
      ]),
    },
  };
}
