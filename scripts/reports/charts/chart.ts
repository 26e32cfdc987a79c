import { escapeHtml } from "../../core/text";
import type { Mark } from "./marks";

/** How wide a drawing is in SVG units, and where its plot begins and ends; the page scales it. */
export interface Size {
  width: number;
  left: number;
  right: number;
}

/** A drawing beside its text, and one for the width of a phone, whose letters stay as large. */
export const WIDE: Size = { width: 860, left: 64, right: 844 };
export const NARROW: Size = { width: 380, left: 46, right: 372 };

/** A chart on a page, with what it was drawn from. */
export interface Chart {
  /** Anchor on the page, and name for tests. */
  id: string;
  title: string;
  /** Subject and source of the figure. */
  caption: string;
  legend: readonly LegendEntry[];
  /** The drawing at a size, SVG. */
  draw?: (size: Size) => string;
  /** A drawing that flows by itself in place of that, HTML. */
  html?: string;
  /** Unit of values that the page's script tells. */
  unit?: string;
  /** Something to handle above the drawing, HTML. */
  control?: string;
  /** The table behind the chart. */
  table: { head: readonly string[]; rows: readonly (readonly string[])[] };
}

/** How a line, an area or a bar looks; without its colour, too, two of them can be told apart. */
export interface Look {
  /** CSS class that colours it: s0 to s6. */
  style: string;
  /** Lengths of strokes and gaps of a line. */
  dash?: string;
  /** Fills what is below the line. */
  area?: boolean;
  /** Hatches a bar. */
  hatched?: boolean;
  /** Draws a line bolder than others. */
  bold?: boolean;
  /** Mark at its points. */
  mark?: Mark;
}

/** Meaning of a look. */
export interface LegendEntry extends Look {
  name: string;
}

/** The looks of what several charts show, the same in each. */
export const LOOKS = {
  market: { style: "s0", bold: true },
  uncontrolled: { style: "s3", dash: "8 4" },
  capped: { style: "s2", dash: "2 3" },
  homes: { style: "s5", area: true },
  genetic: { style: "s4", dash: "10 3 2 3" },
  optimum: { style: "s1", dash: "16 4" },
} as const satisfies Readonly<Record<string, Look>>;

/** A drawing of a size. */
export function svg({ width }: Size, height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">\n${parts.join("\n")}\n</svg>`;
}

/** An attribute with a text that shows beside the pointer. Lines are kept. */
export function tip(text: string): string {
  return `data-tip="${escapeHtml(text)}"`;
}

/** A coordinate, short. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The attributes of a line of a look. */
export function strokeOf({ dash, bold }: Look): string {
  return `class="line mark${bold === true ? " bold" : ""}"${dash === undefined ? "" : ` stroke-dasharray="${dash}"`}`;
}

/** Lines across the plot with figures at the left, and the axis's title above them. */
export function verticalAxis(
  { left, right }: Size,
  scale: { (value: number): number; ticks(count: number): number[] },
  title: string,
  text: (value: number) => string,
): string {
  const lines = scale.ticks(5).map((value) => {
    const y = at(scale(value));
    return (
      `<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>` +
      `<text class="tick" x="${left - 6}" y="${y}" dy="0.35em" text-anchor="end">${escapeHtml(text(value))}</text>`
    );
  });
  // A long title reaches into the plot rather than over the edge.
  const [x, anchor] = title.length > 6 ? [4, "start"] : [left - 6, "end"];
  return `<text class="title" x="${x}" y="14" text-anchor="${anchor}">${escapeHtml(title)}</text>${lines.join("")}`;
}

/** A line across the plot that something must not exceed, with its name. */
export function limitLine({ left, right }: Size, y: number, name: string): string {
  return (
    `<line class="limit" x1="${left}" x2="${right}" y1="${at(y)}" y2="${at(y)}"/>` +
    `<text class="limitname" x="${right - 4}" y="${at(y - 5)}" text-anchor="end">${escapeHtml(name)}</text>`
  );
}

/** A mark and a text under the plot. */
export function horizontalTick(x: number, y: number, text: string): string {
  return (
    `<line class="tickmark" x1="${at(x)}" x2="${at(x)}" y1="${y}" y2="${y + 5}"/>` +
    `<text class="tick" x="${at(x)}" y="${y + 19}" text-anchor="middle">${escapeHtml(text)}</text>`
  );
}

/** About the width of a letter under an axis, SVG units. */
const LETTER = 7;

/** Every so many ticks that their texts do not touch, from the first on. */
export function thinned<T>(ticks: readonly T[], x: (tick: T) => number, text: (tick: T) => string): T[] {
  const room = Math.max(0, ...ticks.map((tick) => text(tick).length)) * LETTER + 6;
  const [first, second] = ticks;
  if (first === undefined || second === undefined) return [...ticks];
  const least = ticks.slice(1).reduce((gap, tick, index) => Math.min(gap, x(tick) - x(ticks[index]!)), Infinity);
  const every = Math.max(1, Math.ceil(room / Math.max(least, 1e-9)));
  return ticks.filter((_, index) => index % every === 0);
}
