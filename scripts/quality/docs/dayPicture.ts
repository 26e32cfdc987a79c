import type { Chart } from "../../reports/charts/chart";
import { strokeOf, WIDE } from "../../reports/charts/chart";
import { dayCharts } from "../../reports/day/charts";
import { DEFAULT_PARAMETERS } from "../../core/parameters";
import { escapeHtml } from "../../core/text";
import { runDay } from "../../simulation/day";
import { defaultDay } from "../../simulation/defaults";
import { ModelPort } from "../../simulation/modelPort";

/** Height of the legend above the drawing, SVG units. */
const LEGEND_HEIGHT = 30;
const COLOURS: Readonly<Record<string, string>> = { s0: "#0b4fa8", s2: "#c2570c", s3: "#d0483e", s5: "#5c6675" };

const STYLE = [
  "text { font: 12.5px system-ui, 'Segoe UI', sans-serif; fill: #566070 }",
  ".grid { stroke: #dfe4ea } .axis, .tickmark { stroke: #566070 }",
  ".line { fill: none; stroke-width: 1.75; stroke-linejoin: round } .bold { stroke-width: 3 }",
  ".limit { stroke: #1c2430; stroke-width: 1.5; stroke-dasharray: 1 3; stroke-linecap: round }",
  "text.limitname { fill: #1c2430; font-weight: 600 }",
  ".area { fill-opacity: 0.16 }",
  ...Object.entries(COLOURS).map(
    ([style, colour]) => `.${style} .line { stroke: ${colour} } .${style} .area { fill: ${colour} }`,
  ),
].join("\n");

/** The load of the default day with and without the market, as a drawing of its own, SVG. */
export async function dayPicture(seed: number): Promise<string> {
  const day = await runDay(defaultDay({ seed }), new ModelPort({ ...DEFAULT_PARAMETERS }));
  const { frameSeconds } = DEFAULT_PARAMETERS;
  const charts = dayCharts({
    ...{ setting: "chapter4", seed, about: [], command: "", frameSeconds, day, others: [], books: new Map() },
  });
  return standaloneSvg(charts.find(({ id }) => id === "load")!);
}

/** A chart with its legend and its colours, without what only a page can show. */
function standaloneSvg({ title, legend, draw }: Chart): string {
  const svg = draw!(WIDE);
  const [, drawingHeight] = /viewBox="0 0 \d+ (\d+)"/.exec(svg)!;
  const inner = svg
    .replace(/^<svg[^>]*>\n/, "")
    .replace(/\n<\/svg>$/, "")
    .replaceAll(/<rect class="band"[^>]*\/>\n?/g, "");
  const height = Number(drawingHeight) + LEGEND_HEIGHT;
  const step = WIDE.width / (legend.length + 1);
  const entries = legend.map((entry, index) => {
    const x = Math.round((index + 0.6) * step);
    const ground = entry.area === true ? `<rect class="area" x="${x}" y="10" width="28" height="12"/>` : "";
    return (
      `<g class="${entry.style}">${ground}<path ${strokeOf(entry)} d="M${x} 16h28"/></g>` +
      `<text x="${x + 36}" y="20">${escapeHtml(entry.name)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDE.width} ${height}" role="img" aria-label="${escapeHtml(title)}">
<style>
${STYLE}
</style>
<rect width="${WIDE.width}" height="${height}" fill="#ffffff"/>
${entries.join("\n")}
<g transform="translate(0 ${LEGEND_HEIGHT})">
${inner.trimEnd()}
</g>
</svg>
`;
}
