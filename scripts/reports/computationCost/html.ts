import { escapeHtml, isFigure, short } from "../text";
import { drawFigure, type Figure, type Line } from "./figure";
import { COST_COLUMNS, costRow, GROWTH_COLUMNS, growthRows, moneyColumns, moneyRows, orderedRuns } from "./rows";
import { CLEARING, COMPLETE, type CostReport, type Scheme } from "./types";
import { verdictsOf } from "./verdicts";

/** One self-contained page: figures, verdicts, the tables behind them and how to make it again. */
export function costHtml(report: CostReport): string {
  const largest = report.peers[report.peers.length - 1]!;
  const figures = figuresOf(report).map(
    (figure) => `<figure><figcaption>${escapeHtml(figure.title)}</figcaption>\n${drawFigure(figure)}</figure>`,
  );
  const verdicts = verdictsOf(report).map(
    ({ claim, verdict, reason }) =>
      `<li><p class="claim">${escapeHtml(claim)} <strong class="${verdict === "holds" ? "yes" : "partly"}">${verdict}</strong></p>` +
      `<p>${escapeHtml(reason)}</p></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Computation cost: a genetic algorithm and AdBEV</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Computation cost: a genetic algorithm and AdBEV</h1>
<p>Gas of scheduling one day's charging on chain against the number of peers, after Fig. 4.6 of the thesis. Full marks are
receipts of whole runs; hollow ones are scaled from measured generations. “GA, 20 × 100” is a genetic algorithm with 20
individuals and 100 generations.</p>
${figures.join("\n")}
<h2>What the thesis claims</h2>
<ol>${verdicts.join("\n")}</ol>
<h2>Growth with the number of peers</h2>
<p>Gas ∝ peers<sup>exponent</sup>, least squares of the logarithms.</p>
${table(GROWTH_COLUMNS, growthRows(report))}
<h2>In money, ${largest} peers</h2>
<p>Examples, not quotations; the token at ${report.pricings[0]?.tokenPrice ?? 0}. What a rollup charges for data comes on top.</p>
${table(moneyColumns(report), moneyRows(report, largest))}
<h2>All figures</h2>
${table(
  COST_COLUMNS,
  orderedRuns(report).map((run) => costRow(report, run)),
)}
<h2>Make it again</h2>
<pre>${escapeHtml(report.command)}</pre>
<p>Seed ${report.seed}. The same seed gives the same EVs, orders and figures.</p>
</main>
</body>
</html>
`;
}

/** The page's figures: all schemes on logarithmic axes, and the thesis's on plain ones. */
export function figuresOf(report: CostReport): Figure[] {
  const line = (scheme: Scheme, index: number, most: number): Line => ({
    name: scheme.label,
    style: `s${index}`,
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((_, column) => rows.every((row) => isFigure(row[column] ?? "")));
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, i) => `<${tag}${right[i] ? ' class="n"' : ""}>${escapeHtml(text)}</${tag}>`).join("");
  return (
    `<div class="scroll"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>\n` +
    rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n") +
    "\n</tbody></table></div>"
  );
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5c6675; --paper: #ffffff; --rule: #dfe4ea; --band: #f5f7f9;
  --c0: #0b62c4; --c1: #0c7d70; --c2: #c2570c; --c3: #b3261e; --c4: #7b3fb5; --yes: #0c7d4b; --partly: #a35a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa5b4; --paper: #14181e; --rule: #2c333d; --band: #1a2028;
    --c0: #6cb2ff; --c1: #4cc9b5; --c2: #ffa45c; --c3: #ff857c; --c4: #c79bf2; --yes: #5fd39a; --partly: #f2b35c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
figure { margin: 1.5rem 0 2rem; }
figcaption { color: var(--soft); margin-bottom: .25rem; }
svg { width: 100%; height: auto; display: block; font-size: 12.5px; }
.grid { stroke: var(--rule); } .axis, .tickmark { stroke: var(--soft); }
.tick, .title { fill: var(--soft); }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.leader { fill: none; stroke: var(--c); stroke-width: 1; opacity: .45; }
.full { fill: var(--c); stroke: var(--paper); stroke-width: 1; } .hollow { fill: var(--paper); stroke: var(--c); stroke-width: 1.75; }
.label { fill: var(--c); font-weight: 600; font-size: 11.5px; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); }
.s1 .line { stroke-dasharray: 6 4; }
ol { padding-left: 1.25rem; } .claim { font-weight: 600; margin-bottom: 0; } li p { margin: .25rem 0 .75rem; }
.yes { color: var(--yes); } .partly { color: var(--partly); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .n { text-align: right; } tbody tr:nth-child(even) { background: var(--band); }
pre { background: var(--band); padding: .75rem 1rem; overflow-x: auto; border-radius: 6px; }
`;
