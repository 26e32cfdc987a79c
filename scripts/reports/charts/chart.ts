import { escapeHtml } from "../../core/text";

/** Size of every chart in SVG units; the page scales it. */
export const WIDTH = 860;
/** Room for the texts of the vertical axis, and at the right edge. */
export const LEFT = 64;
export const RIGHT = WIDTH - 16;

/** A chart on a page, with what it was drawn from. */
export interface Chart {
  /** Anchor on the page, and name for tests. */
  id: string;
  title: string;
  /** Subject and source of the figure. */
  caption: string;
  legend: readonly LegendEntry[];
  svg: string;
  /** Something to handle above the drawing, HTML. */
  control?: string;
  /** The table behind the chart. */
  table: { head: readonly string[]; rows: readonly (readonly string[])[] };
}

/** Meaning of a colour and a dash. */
export interface LegendEntry {
  name: string;
  /** CSS class that colours it: s0 to s6. */
  style: string;
  dashed?: boolean;
}

/** A drawing of the charts' common width. */
export function svg(height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">\n${parts.join("\n")}\n</svg>`;
}

/** An attribute with a text that shows beside the pointer. Lines are kept. */
export function tip(text: string): string {
  return `data-tip="${escapeHtml(text)}"`;
}

/** A coordinate, short. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Lines across the plot with figures at the left, and the axis's title above them. */
export function verticalAxis(
  scale: { (value: number): number; ticks(count: number): number[] },
  title: string,
  text: (value: number) => string,
  right = RIGHT,
): string {
  const lines = scale.ticks(5).map((value) => {
    const y = at(scale(value));
    return (
      `<line class="grid" x1="${LEFT}" x2="${right}" y1="${y}" y2="${y}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${y}" dy="0.35em" text-anchor="end">${escapeHtml(text(value))}</text>`
    );
  });
  return `<text class="title" x="${LEFT - 8}" y="14" text-anchor="end">${escapeHtml(title)}</text>${lines.join("")}`;
}

/** A mark and a text under the plot. */
export function horizontalTick(x: number, y: number, text: string): string {
  return (
    `<line class="tickmark" x1="${at(x)}" x2="${at(x)}" y1="${y}" y2="${y + 5}"/>` +
    `<text class="tick" x="${at(x)}" y="${y + 19}" text-anchor="middle">${escapeHtml(text)}</text>`
  );
}
