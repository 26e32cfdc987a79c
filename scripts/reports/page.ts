import type { Chart, LegendEntry } from "./charts/chart";
import { escapeHtml, isFigure } from "../core/text";

/** A page of its own: no network, light and dark, and on paper. */
export interface Page {
  title: string;
  /** Under the title, HTML. */
  introduction: string;
  /** Everything else, HTML. */
  body: string;
  /** Script of the page, where it has one. */
  script?: string;
}

/** A whole HTML document. */
export function htmlPage({ title, introduction, body, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${introduction}
${body}
</main>
${script === undefined ? "" : `<div id="tip" role="status" hidden></div>\n<script>${script}</script>\n`}</body>
</html>
`;
}

/** A table whose columns of figures go to the right. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((_, column) => rows.every((row) => isFigure(row[column] ?? "")));
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, i) => `<${tag}${right[i] ? ' class="n"' : ""}>${escapeHtml(text)}</${tag}>`).join("");
  return (
    `<div class="scroll"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>\n` +
    rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n") +
    "\n</tbody></table></div>"
  );
}

/** A chart with its legend and the table behind it. */
export function htmlChart({ id, title, caption, legend, svg, control = "", table }: Chart): string {
  return `<section id="${id}" class="chart">
<h2>${escapeHtml(title)}</h2>
<p class="caption">${escapeHtml(caption)}</p>
${legend.length === 0 ? "" : `<ul class="legend">${legend.map(legendEntry).join("")}</ul>`}
${control}
<div class="scroll">${svg}</div>
<details><summary>The figures</summary>
${htmlTable(table.head, table.rows)}
</details>
</section>`;
}

/** How to get the page again. */
export function htmlCommand(command: string, seeds: string): string {
  return `<h2>Make it again</h2>\n<pre>${escapeHtml(command)}</pre>\n<p>${escapeHtml(seeds)} The same seed gives the same figures.</p>`;
}

function legendEntry({ name, style, dashed }: LegendEntry): string {
  const dash = dashed === true ? ' stroke-dasharray="6 4"' : "";
  return (
    `<li class="${style}"><svg width="28" height="10" viewBox="0 0 28 10" aria-hidden="true">` +
    `<path class="line" d="M1 5H27"${dash}/></svg>${escapeHtml(name)}</li>`
  );
}

/** Tips beside the pointer, and sliders that choose which of a chart's groups is visible. */
export const CHART_SCRIPT = `
const tip = document.getElementById("tip");
const tell = (event) => {
  const of = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
  tip.hidden = of === null;
  if (of === null) return;
  tip.textContent = of.getAttribute("data-tip");
  const { width, height } = tip.getBoundingClientRect();
  const x = event.clientX + 14 + width > innerWidth ? event.clientX - 14 - width : event.clientX + 14;
  tip.style.left = Math.max(4, x) + "px";
  tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4)) + "px";
};
document.addEventListener("pointermove", tell);
document.addEventListener("pointerdown", tell);
document.addEventListener("pointerleave", () => { tip.hidden = true; });
for (const slider of document.querySelectorAll("input[type=range][data-names]")) {
  const names = slider.dataset.names.split(",");
  const groups = slider.closest(".chart").querySelectorAll("[data-frame]");
  const choose = () => {
    groups.forEach((group) => group.toggleAttribute("hidden", group.dataset.frame !== slider.value));
    slider.parentElement.querySelector("output").textContent = names[Number(slider.value)];
  };
  slider.addEventListener("input", choose);
  choose();
}
`;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566070; --paper: #ffffff; --rule: #dfe4ea; --band: #f5f7f9;
  --c0: #0b62c4; --c1: #0c7d70; --c2: #c2570c; --c3: #b3261e; --c4: #7b3fb5; --c5: #5c6675; --c6: #8a6d00;
  --yes: #0c7d4b; --partly: #a35a00; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a3adbb; --paper: #14181e; --rule: #2c333d; --band: #1a2028;
    --c0: #6cb2ff; --c1: #4cc9b5; --c2: #ffa45c; --c3: #ff857c; --c4: #c79bf2; --c5: #a3adbb; --c6: #e3c34c;
    --yes: #5fd39a; --partly: #f2b35c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
figure { margin: 1.5rem 0 2rem; }
figcaption, .caption { color: var(--soft); margin: 0 0 .5rem; }
.scroll > svg, figure > svg { width: 100%; height: auto; display: block; font-size: 12.5px; }
.chart .scroll > svg { min-width: 34rem; }
.grid { stroke: var(--rule); } .axis, .tickmark { stroke: var(--soft); }
.tick, .title { fill: var(--soft); } .name { fill: var(--ink); }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.leader { fill: none; stroke: var(--c); stroke-width: 1; opacity: .45; }
figure .s1 .line { stroke-dasharray: 6 4; }
.bar { fill: var(--c); } .band { fill: transparent; } .band:hover { fill: var(--soft); fill-opacity: .14; }
.full { fill: var(--c); stroke: var(--paper); stroke-width: 1; } .hollow { fill: var(--paper); stroke: var(--c); stroke-width: 1.75; }
.label { fill: var(--c); font-weight: 600; font-size: 11.5px; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); }
.s5 { --c: var(--c5); } .s6 { --c: var(--c6); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; padding: 0; font-size: .875rem; }
.legend svg { vertical-align: middle; margin-right: .4rem; }
.slider { display: block; font-size: .875rem; margin: 0 0 .5rem; } .slider output { font-weight: 600; }
.slider input { display: block; width: 100%; margin: .4rem 0 0; accent-color: var(--c0); }
details { margin: .5rem 0 0; } summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
#tip { position: fixed; pointer-events: none; white-space: pre-line; background: var(--ink); color: var(--paper);
  font-size: .8125rem; line-height: 1.4; padding: .35rem .6rem; border-radius: 6px; max-width: 22rem; z-index: 1; }
#tip[hidden], [data-frame][hidden] { display: none; }
ol { padding-left: 1.25rem; } .claim { font-weight: 600; margin-bottom: 0; } li p { margin: .25rem 0 .75rem; }
.warning { border-left: 3px solid var(--partly); padding-left: .75rem; }
.yes { color: var(--yes); } .partly { color: var(--partly); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .n { text-align: right; } tbody tr:nth-child(even) { background: var(--band); }
pre { background: var(--band); padding: .75rem 1rem; overflow-x: auto; border-radius: 6px; white-space: pre-wrap; }
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; } body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .chart, figure { break-inside: avoid; } h2 { break-after: avoid; }
  details, .slider input, .screen { display: none; } .chart .scroll > svg { min-width: 0; } .scroll { overflow: visible; }
}
`;
