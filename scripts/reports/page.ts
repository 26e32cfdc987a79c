import { escapeHtml, isFigure } from "../core/text";
import { type Chart, type LegendEntry, NARROW, strokeOf, WIDE } from "./charts/chart";
import { MARK_SHAPES, markAt } from "./charts/marks";
import { CHART_SCRIPT } from "./pageScript";
import { STYLE } from "./pageStyle";

/** A page of its own: no network, light and dark, on a phone and on paper. */
export interface Page {
  title: string;
  /** The run and its version, a phrase each. */
  about: readonly string[];
  /** Under the title, HTML. */
  introduction: string;
  /** Everything else, HTML. */
  body: string;
}

/** A whole HTML document. */
export function htmlPage({ title, about, introduction, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${SHAPES}
<main>
<h1>${escapeHtml(title)}</h1>
${about.length === 0 ? "" : `<p class="about">${about.map((phrase) => `<span>${escapeHtml(phrase)}</span>`).join(" ")}</p>`}
${introduction}
${body}
</main>
<div id="tip" role="status" hidden></div>
<script>${CHART_SCRIPT}</script>
</body>
</html>
`;
}

/** A table in a box of its own, whose columns of figures go to the right. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((_, column) => rows.every((row) => isFigure(row[column] ?? "")));
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, i) => `<${tag}${right[i] ? ' class="n"' : ""}>${escapeHtml(text)}</${tag}>`).join("");
  return (
    `<div class="scroll" tabindex="0"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>\n` +
    rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n") +
    "\n</tbody></table></div>"
  );
}

/** Figures with their names, which flow into as many columns as there is room for. */
export function htmlFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const items = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(unbroken(value))}</dd></div>`,
  );
  return `<dl class="facts">${items.join("")}</dl>`;
}

/** A text whose figures stay with their units. */
function unbroken(text: string): string {
  return text.replaceAll(/(\d) (?=\D)(?!of)/g, "$1\u00a0");
}

/** A chart with its legend and the table behind it. */
export function htmlChart(chart: Chart): string {
  const { id, title, caption, legend, draw, html = "", control = "", unit, table } = chart;
  const drawings =
    draw === undefined ? html : `<div class="wide">${draw(WIDE)}</div>\n<div class="narrow">${draw(NARROW)}</div>`;
  return `<section id="${id}" class="chart"${unit === undefined ? "" : ` data-unit="${escapeHtml(unit)}"`}>
<h2>${escapeHtml(title)}</h2>
<p class="caption">${escapeHtml(caption)}</p>
${legend.length === 0 ? "" : `<ul class="legend">${legend.map((entry) => `<li>${legendLook(entry)}${escapeHtml(entry.name)}</li>`).join("")}</ul>`}
${control}
<div class="drawing">${drawings}</div>
<details><summary>The figures</summary>
${htmlTable(table.head, table.rows)}
</details>
</section>`;
}

/** A part of a page that is no chart. @param body HTML */
export function htmlSection(id: string, title: string, caption: string, body: string): string {
  return `<section id="${id}">\n<h2>${escapeHtml(title)}</h2>\n<p class="caption">${escapeHtml(caption)}</p>\n${body}\n</section>`;
}

/** How to get the page again. @param note what the command repeats and what not */
export function htmlCommand(command: string, note: string): string {
  // A line ends before a flag, not within it.
  const text = escapeHtml(command).replaceAll(/(?<= )--\S+/g, "<span>$&</span>");
  return `<h2>Make it again</h2>\n<pre>${text}</pre>\n<p>${escapeHtml(note)}</p>`;
}

/** A small drawing of a look. */
export function legendLook(entry: LegendEntry): string {
  const { style, area, hatched, mark } = entry;
  const box = '<rect class="KIND" x="1" y="0" width="26" height="12"/>';
  const parts = [
    area === true ? box.replace("KIND", "area") : "",
    hatched === true ? box.replace("KIND", "hatch") : "",
    hatched === true ? "" : `<path ${strokeOf(entry)} d="M1 6H27"/>`,
    mark === undefined ? "" : markAt(mark, 14, 6),
  ];
  return `<svg class="look ${style}" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true">${parts.join("")}</svg>`;
}

/** Hatching and marks, which tell shapes apart without their colour: every drawing refers to them. */
const SHAPES =
  '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="hatching" width="6" height="6" ' +
  'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatchline" d="M3 0V6"/></pattern>' +
  `${MARK_SHAPES}</defs></svg>`;
