import type { Look } from "../charts/chart";
import { htmlCommand, htmlPage, htmlTable, legendLook } from "../page";
import { escapeHtml, short } from "../../core/text";
import { drawFigure, type Figure, type Line } from "./figure";
import { COST_COLUMNS, costRow, GROWTH_COLUMNS, growthRows, moneyColumns, moneyRows, orderedRuns } from "./rows";
import { CLEARING, COMPLETE, type CostReport, type Scheme } from "./types";
import { verdictsOf } from "./verdicts";

/** Looks of the schemes in their order; without their colours, too, they can be told apart. */
const LOOKS: readonly Look[] = [
  { style: "s0", bold: true },
  { style: "s1", dash: "16 4" },
  { style: "s2", dash: "2 3" },
  { style: "s3", dash: "8 4" },
  { style: "s4", dash: "10 3 2 3" },
  { style: "s5" },
  { style: "s6", dash: "5 2" },
];

/** One self-contained page: figures, verdicts, the tables behind them and how to make it again. */
export function costHtml(report: CostReport, about: readonly string[] = []): string {
  const largest = report.peers[report.peers.length - 1]!;
  const figures = figuresOf(report).map(
    (figure) =>
      `<figure><figcaption>${escapeHtml(figure.title)}</figcaption>\n` +
      `<div class="wide">${drawFigure(figure)}</div>\n<div class="narrow">` +
      `<ul class="legend">${figure.lines.map((line) => `<li>${legendLook(line)}${escapeHtml(line.name)}</li>`).join("")}</ul>` +
      `${drawFigure(figure, true)}</div></figure>`,
  );
  const verdicts = verdictsOf(report).map(
    ({ claim, verdict, reason }) =>
      `<li><p class="claim">${escapeHtml(claim)} <strong class="${verdict === "holds" ? "yes" : "partly"}">${verdict}</strong></p>` +
      `<p>${escapeHtml(reason)}</p></li>`,
  );
  return htmlPage({
    title: "Computation cost: a genetic algorithm and AdBEV",
    about,
    introduction: `<p>Gas of scheduling one day's charging on chain against the number of peers, after Fig. 4.6 of the thesis. Full marks are
receipts of whole runs; hollow ones are scaled from measured generations. “GA, 20 × 100” is a genetic algorithm with 20
individuals and 100 generations.</p>`,
    body: `${figures.join("\n")}
<h2>What the thesis claims</h2>
<ol>${verdicts.join("\n")}</ol>
<h2>Growth with the number of peers</h2>
<p>Gas ∝ peers<sup>exponent</sup>, least squares of the logarithms.</p>
${htmlTable(GROWTH_COLUMNS, growthRows(report))}
<h2>In money, ${largest} peers</h2>
<p>Examples, not quotations, in the currency of the token's price, here ${report.pricings[0]?.tokenPrice ?? 0} for a token. What a rollup charges for data comes on top.</p>
${htmlTable(moneyColumns(report), moneyRows(report, largest))}
<h2>All figures</h2>
${htmlTable(
  COST_COLUMNS,
  orderedRuns(report).map((run) => costRow(report, run)),
)}
${htmlCommand(report.command, `Seed ${report.seed}. The same seed gives the same EVs, orders and figures.`)}`,
  });
}

/** The page's figures: all schemes on logarithmic axes, and the thesis's on plain ones. */
export function figuresOf(report: CostReport): Figure[] {
  const line = (scheme: Scheme, index: number, most: number): Line => ({
    name: scheme.label,
    ...LOOKS[index % LOOKS.length]!,
    points: orderedRuns(report)
      .filter((run) => run.scheme === scheme.key && run.peers <= most)
      .map(({ peers, gas, basis }) => ({ x: peers, y: gas, scaled: basis === "scaled" })),
  });
  const all = report.schemes.map((scheme, index) => line(scheme, index, Infinity)).filter((l) => l.points.length > 0);
  const upTo = report.peers.filter((peers) => peers <= 100);
  const axes = { xTitle: "peers", yTitle: "gas per day" };
  // Beyond a few, the ticks of neighbours would touch on a logarithmic axis.
  const sparse = report.peers.filter((peers) => report.peers.length < 7 || ![60, 80, 90].includes(peers));
  const figures: Figure[] = [
    {
      title: "All schemes, both axes logarithmic",
      ...axes,
      scale: "log",
      xTicks: sparse,
      lines: all,
      tickText: short,
    },
  ];
  // As the thesis draws it: plain axes, up to a hundred peers, the market beside its longest benchmark.
  const benchmark = longestGenetic(report);
  const shown = report.schemes.flatMap((scheme, index) =>
    [COMPLETE, CLEARING].includes(scheme.key) || index === benchmark ? [line(scheme, index, 100)] : [],
  );
  if (benchmark !== -1 && upTo.length > 1) {
    figures.push({
      title: "As in Fig. 4.6: plain axes, up to 100 peers",
      ...axes,
      scale: "linear",
      xTicks: upTo,
      lines: shown,
      tickText: short,
    });
  }
  return figures;
}

/** Where the genetic scheme with the most generations is, the smallest population among equals; -1 without any. */
function longestGenetic({ schemes }: CostReport): number {
  const [longest] = schemes
    .flatMap(({ size }, index) => (size === undefined ? [] : [{ ...size, index }]))
    .sort((a, b) => b.generations - a.generations || a.population - b.population);
  return longest?.index ?? -1;
}
