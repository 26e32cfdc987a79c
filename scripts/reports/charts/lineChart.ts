import { extent, max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";

import { escapeHtml } from "../../core/text";
import { at, horizontalTick, LEFT, type LegendEntry, RIGHT, svg, tip, verticalAxis } from "./chart";

/** A line of a chart, a value for each x; undefined leaves a gap. */
export interface Series extends LegendEntry {
  values: readonly (number | undefined)[];
  /** Marks at the points, for lines of few. */
  points?: boolean;
}

/** Lines over a common x. */
export interface LineChart {
  label: string;
  xs: readonly number[];
  xTicks: readonly number[];
  xText: (x: number) => string;
  xTitle: string;
  yTitle: string;
  yText: (y: number) => string;
  /** Lets the vertical axis begin near the lowest value instead of zero. */
  floating?: boolean;
  /** Keeps each value up to the next x, as a load that holds for a frame. */
  stepped?: boolean;
  series: readonly Series[];
}

const HEIGHT = 340;
const TOP = 28;
const BOTTOM = HEIGHT - 52;

/** Draws lines; hovering over an x tells all values there. */
export function drawLines(chart: LineChart): string {
  const { xs, series, xText, yText, stepped = false } = chart;
  const values = series.flatMap((one) => one.values).filter((value): value is number => value !== undefined);
  const [from = 0, to = 1] = extent(xs);
  const step = xs.length > 1 ? (to - from) / (xs.length - 1) : 1;
  const x = scaleLinear([from, stepped ? to + step : to], [LEFT, RIGHT - (stepped ? 0 : 14)]);
  const lowest = min(values) ?? 0;
  const highest = Math.max(max(values) ?? 1, 1e-9);
  const bottom = chart.floating === true ? lowest - (highest - lowest) / 10 : Math.min(0, lowest);
  const y = scaleLinear([bottom, highest], [BOTTOM, TOP]).nice(5);
  const axis = at(y(Math.max(0, y.domain()[0]!)));
  const path = line<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, index) => x(xs[index] ?? to + step))
    .y((value) => y(value ?? 0));
  if (stepped) path.curve(curveStepAfter);
  const lines = series.map(({ style, dashed, values: own, points }) => {
    const closed = stepped ? [...own, own[own.length - 1]] : own;
    const marks = own.map((value, index) =>
      points === true && value !== undefined
        ? `<circle class="full" cx="${at(x(xs[index]!))}" cy="${at(y(value))}" r="3.5"/>`
        : "",
    );
    const dash = dashed === true ? ' stroke-dasharray="6 4"' : "";
    return `<g class="${style}"><path class="line mark"${dash} d="${path(closed) ?? ""}"/>${marks.join("")}</g>`;
  });
  const bands = xs.map((value, index) => {
    // A step's own frame, or half the way to the neighbours.
    const before = index === 0 ? value - step : xs[index - 1]!;
    const after = xs[index + 1] ?? value + step;
    const left = Math.max(LEFT, x(stepped ? value : (before + value) / 2));
    const right = Math.min(RIGHT, x(stepped ? after : (value + after) / 2));
    const told = series.map(({ name, values: own }) => {
      const figure = own[index];
      return `${name}: ${figure === undefined ? "–" : yText(figure)}`;
    });
    const said = [xText(value), ...told].join("\n");
    return `<rect class="band" x="${at(left)}" width="${at(Math.max(1, right - left))}" y="${TOP}" height="${BOTTOM - TOP}" ${tip(said)}/>`;
  });
  return svg(HEIGHT, chart.label, [
    verticalAxis(y, chart.yTitle, yText),
    `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${axis}" y2="${axis}"/>`,
    ...chart.xTicks.map((value) => horizontalTick(x(value), BOTTOM, xText(value))),
    `<text class="title" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(chart.xTitle)}</text>`,
    ...lines,
    ...bands,
  ]);
}
