import { escapeHtml } from "../../core/text";
import { type LegendEntry, strokeOf } from "../charts/chart";

/** A line of a figure. */
export interface Line extends LegendEntry {
  points: readonly { x: number; y: number; /** Drawn hollow. */ scaled?: boolean }[];
}

/** A figure with two axes. */
export interface Figure {
  title: string;
  xTitle: string;
  yTitle: string;
  scale: "linear" | "log";
  xTicks: readonly number[];
  lines: readonly Line[];
  tickText: (value: number) => string;
}

interface Plot {
  width: number;
  left: number;
  right: number;
}

const HEIGHT = 470;
const TOP = 24;
const BOTTOM = 408;
/** Beside its text, with names at the ends of lines; and for the width of a phone, where a legend has them. */
const WIDE: Plot = { width: 860, left: 78, right: 690 };
const NARROW: Plot = { width: 380, left: 56, right: 370 };
/** Least distance between two ticks under the plot. */
const TICK_STEP = 27;
/** Least distance between the names at the ends of two lines. */
const LABEL_STEP = 17;

type Scale = (value: number) => number;

/**
 * Draws lines over a grid as SVG; colours come from the page's style sheet. Names stand at the ends of the lines, unless it
 * is for the width of a phone.
 */
export function drawFigure(figure: Figure, isNarrow = false): string {
  const plot = isNarrow ? NARROW : WIDE;
  const points = figure.lines.flatMap((line) => line.points);
  const { scaleX, scaleY, yTicks } = figure.scale === "log" ? logScales(points, plot) : linearScales(points, plot);
  const grid = yTicks.map((tick) => {
    const y = scaleY(tick).toFixed(1);
    return (
      `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>` +
      `<text class="tick" x="${plot.left - 8}" y="${y}" dy="0.35em" text-anchor="end">${escapeHtml(figure.tickText(tick))}</text>`
    );
  });
  let last = -Infinity;
  const ticks = figure.xTicks.filter((tick) => {
    const isApart = scaleX(tick) - last >= TICK_STEP;
    if (isApart) last = scaleX(tick);
    return isApart;
  });
  const columns = ticks.map((tick) => {
    const x = scaleX(tick).toFixed(1);
    return (
      `<line class="tickmark" x1="${x}" x2="${x}" y1="${BOTTOM}" y2="${BOTTOM + 5}"/>` +
      `<text class="tick" x="${x}" y="${BOTTOM + 20}" text-anchor="middle">${tick}</text>`
    );
  });
  const labels = spreadOut(figure.lines.map((line) => scaleY(line.points[line.points.length - 1]?.y ?? 1)));
  const lines = figure.lines.map((line, index) => drawLine(line, scaleX, scaleY, isNarrow ? undefined : labels[index]));
  return [
    `<svg viewBox="0 0 ${plot.width} ${HEIGHT}" role="img" aria-label="${escapeHtml(figure.title)}">`,
    ...grid,
    `<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...columns,
    ...lines,
    `<text class="title" x="${(plot.left + plot.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escapeHtml(figure.xTitle)}</text>`,
    `<text class="title" x="4" y="12">${escapeHtml(figure.yTitle)}</text>`,
    "</svg>",
  ].join("\n");
}

function drawLine(line: Line, scaleX: Scale, scaleY: Scale, labelY: number | undefined): string {
  const { name, style, points } = line;
  const at = points.map(({ x, y }) => `${scaleX(x).toFixed(1)},${scaleY(y).toFixed(1)}`);
  const marks = points.map(({ x, y, scaled = false }) => {
    const how = scaled ? "scaled from measured generations" : "from receipts";
    return (
      `<circle class="${scaled ? "hollow" : "full"}" cx="${scaleX(x).toFixed(1)}" cy="${scaleY(y).toFixed(1)}" r="4">` +
      `<title>${escapeHtml(name)}: ${x} peers, ${Math.round(y).toLocaleString("en-GB")} gas, ${how}</title></circle>`
    );
  });
  return `<g class="${style}"><polyline ${strokeOf(line)} points="${at.join(" ")}"/>${marks.join("")}${nameAtEnd()}</g>`;

  function nameAtEnd(): string {
    if (labelY === undefined) return "";
    const last = points[points.length - 1];
    const x = WIDE.right;
    const end = last === undefined ? "" : `${scaleX(last.x) + 6},${scaleY(last.y)} ${x + 16},${labelY}`;
    return (
      `<polyline class="leader" points="${end}"/>` +
      `<text class="label" x="${x + 20}" y="${labelY.toFixed(1)}" dy="0.35em">${escapeHtml(name)}</text>`
    );
  }
}

function logScales(points: Line["points"], plot: Plot): { scaleX: Scale; scaleY: Scale; yTicks: number[] } {
  const lowest = Math.floor(Math.log10(Math.min(...points.map(({ y }) => y))));
  const highest = Math.ceil(Math.log10(Math.max(...points.map(({ y }) => y))));
  const yTicks = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index));
  const sizes = points.map(({ x }) => Math.log(x));
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  return {
    scaleX: (x) => plot.left + 14 + ((Math.log(x) - from) / (to - from || 1)) * (plot.right - plot.left - 28),
    scaleY: (y) => BOTTOM - ((Math.log10(y) - lowest) / (highest - lowest || 1)) * (BOTTOM - TOP),
    yTicks,
  };
}

function linearScales(points: Line["points"], plot: Plot): { scaleX: Scale; scaleY: Scale; yTicks: number[] } {
  const most = Math.max(...points.map(({ y }) => y));
  const step = niceStep(most / 5);
  const top = Math.ceil(most / step) * step;
  const right = Math.max(...points.map(({ x }) => x));
  return {
    scaleX: (x) => plot.left + (x / right) * (plot.right - plot.left - 14),
    scaleY: (y) => BOTTOM - (y / top) * (BOTTOM - TOP),
    yTicks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
  };
}

/** The least of 1, 2 and 5 times a power of ten that is not below `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find((factor) => factor * power >= step) ?? 10) * power;
}

/** Moves heights apart until each is {@link LABEL_STEP} from the next, keeping their order. */
function spreadOut(heights: readonly number[]): number[] {
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  const placed = order.map(({ height }) => height);
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i]!, placed[i - 1]! + LABEL_STEP);
  const over = Math.max(0, (placed[placed.length - 1] ?? 0) - BOTTOM);
  for (let i = placed.length - 1; i >= 0; i--) {
    const below = i === placed.length - 1 ? BOTTOM : placed[i + 1]! - LABEL_STEP;
    if (over > 0) placed[i] = Math.min(placed[i]!, below);
  }
  const result = Array<number>(heights.length);
  order.forEach(({ index }, place) => (result[index] = placed[place]!));
  return result;
}
