import { extent, max, min } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, curveLinear, curveStepAfter, line } from "d3-shape";

import { escapeHtml } from "../../core/text";
import {
  at,
  horizontalTick,
  type LegendEntry,
  limitLine,
  type Size,
  strokeOf,
  svg,
  thinned,
  tip,
  verticalAxis,
} from "./chart";
import { markAt } from "./marks";

/** A line of a chart, a value for each x; undefined leaves a gap. */
export interface Series extends LegendEntry {
  values: readonly (number | undefined)[];
  /** Marks at the points, for lines of few. */
  points?: boolean;
}

/** A value that is not to be exceeded. */
export interface Limit {
  name: string;
  value: number;
}

/** The plot of lines over a common x. */
export interface LineAxes {
  label: string;
  xs: readonly number[];
  xTicks: readonly number[];
  xText: (x: number) => string;
  /** The same beside the pointer, where its unit is not plain from the text. */
  xTip?: (x: number) => string;
  xTitle: string;
  /** Unit of the values, above the axis. */
  yTitle: string;
  yText: (y: number) => string;
  /** A value beside the pointer, with its unit; that of the axis unless told otherwise. */
  yTip?: (y: number) => string;
  /** Lets the vertical axis begin near the lowest value instead of zero. */
  floating?: boolean;
  /** Keeps each value up to the next x, as a load that holds for a frame. */
  stepped?: boolean;
  limit?: Limit;
}

/** Room of a first mark beside the vertical axis, whose figures it would cover. */
const MARGIN = 8;

/** Lines over a common x. */
export interface LineChart extends LineAxes {
  series: readonly Series[];
}

/** A limit above so many times the highest value would press the lines to the ground: its name alone is drawn then. */
const LIMIT_IN_SIGHT = 3;

/** Draws lines; hovering over an x tells all values there. */
export function drawLines(size: Size, chart: LineChart): string {
  const { xs, series, xText, yText, yTitle } = chart;
  const told = chart.yTip ?? ((value: number) => `${yText(value)} ${yTitle}`);
  const plot = new LinePlot(
    size,
    chart,
    series.flatMap((one) => one.values),
  );
  const bands = xs.map((value, index) => {
    const lines = series.map(
      ({ name, values }) => `${name}: ${values[index] === undefined ? "–" : told(values[index])}`,
    );
    return plot.band(index, tip([(chart.xTip ?? xText)(value), ...lines].join("\n")));
  });
  // Areas lie under every line.
  const layers = [...series].sort((a, b) => Number(b.area ?? false) - Number(a.area ?? false));
  const lines = layers.map((one) => plot.line(one));
  return svg(size, plot.height, chart.label, [...plot.axes(), ...lines, ...plot.limit(), ...bands]);
}

/** The scales of a line chart, and what is drawn on them. */
export class LinePlot {
  readonly height: number;
  private readonly bottom: number;
  private readonly top = 28;
  private readonly x;
  private readonly y;
  private readonly step: number;
  private readonly isInSight: boolean;

  constructor(
    private readonly size: Size,
    private readonly chart: LineAxes,
    shown: readonly (number | undefined)[],
  ) {
    this.height = size.width > 600 ? 340 : 270;
    this.bottom = this.height - 52;
    const { xs, stepped = false, floating, limit } = chart;
    const values = shown.filter((value): value is number => value !== undefined);
    const [from = 0, to = 1] = extent(xs);
    this.step = xs.length > 1 ? (to - from) / (xs.length - 1) : 1;
    this.x = scaleLinear(
      [from, stepped ? to + this.step : to],
      [size.left + (stepped ? 0 : MARGIN), size.right - (stepped ? 0 : 14)],
    );
    const lowest = min(values) ?? 0;
    const highest = Math.max(max(values) ?? 1, 1e-9);
    this.isInSight = limit !== undefined && limit.value <= LIMIT_IN_SIGHT * highest;
    const bottom = floating === true ? lowest - (highest - lowest) / 10 : Math.min(0, lowest);
    const top = this.isInSight ? Math.max(highest, limit!.value * 1.04) : highest;
    this.y = scaleLinear([bottom, top], [this.bottom, this.top]).nice(5);
  }

  axes(): string[] {
    const { left, right } = this.size;
    const { xTicks, xText, xTitle, yTitle, yText } = this.chart;
    const zero = at(this.y(Math.max(0, this.y.domain()[0]!)));
    const ticks = thinned(xTicks, (value) => this.x(value), xText);
    return [
      verticalAxis(this.size, this.y, yTitle, yText),
      `<line class="axis" x1="${left}" x2="${right}" y1="${zero}" y2="${zero}"/>`,
      ...ticks.map((value) => horizontalTick(this.x(value), this.bottom, xText(value))),
      `<text class="title" x="${(left + right) / 2}" y="${this.height - 8}" text-anchor="middle">${escapeHtml(xTitle)}</text>`,
    ];
  }

  /** A line of the plot, with its marks. @param attributes Of its group, besides its colour */
  line(series: Series, attributes = ""): string {
    const { xs, stepped = false } = this.chart;
    const { style, values, points, area: filled, mark = "circle" } = series;
    const closed = stepped ? [...values, values[values.length - 1]] : values;
    const xOf = (index: number) => this.x(xs[index] ?? xs[xs.length - 1]! + this.step);
    const curve = stepped ? curveStepAfter : curveLinear;
    const isThere = (value: number | undefined) => value !== undefined;
    const path = line<number | undefined>()
      .defined(isThere)
      .x((_, index) => xOf(index))
      .y((value) => this.y(value ?? 0))
      .curve(curve)
      .digits(1);
    const below = area<number | undefined>()
      .defined(isThere)
      .x((_, index) => xOf(index))
      .y0(this.y(Math.max(0, this.y.domain()[0]!)))
      .y1((value) => this.y(value ?? 0))
      .curve(curve)
      .digits(1);
    const marks = values.map((value, index) =>
      points === true && value !== undefined ? markAt(mark, xOf(index), this.y(value)) : "",
    );
    const ground = filled === true ? `<path class="area" d="${below(closed) ?? ""}"/>` : "";
    return `<g class="${style}"${attributes}>${ground}<path ${strokeOf(series)} d="${path(closed) ?? ""}"/>${marks.join("")}</g>`;
  }

  /** Strip that reacts to the pointer over an x. */
  band(index: number, attributes: string): string {
    const { xs, stepped = false } = this.chart;
    const value = xs[index]!;
    // A step's own frame, or half the way to the neighbours.
    const before = index === 0 ? value - this.step : xs[index - 1]!;
    const after = xs[index + 1] ?? value + this.step;
    const left = Math.max(this.size.left, this.x(stepped ? value : (before + value) / 2));
    const right = Math.min(this.size.right, this.x(stepped ? after : (value + after) / 2));
    return (
      `<rect class="band" x="${at(left)}" width="${at(Math.max(1, right - left))}" y="${this.top}" ` +
      `height="${this.bottom - this.top}" ${attributes}/>`
    );
  }

  /** The value that is not to be exceeded, if there is one; drawn last, so that its name can be read over lines. */
  limit(): string[] {
    const { limit } = this.chart;
    if (limit === undefined) return [];
    const { name, value } = limit;
    if (this.isInSight) return [limitLine(this.size, this.y(value), name)];
    const { right } = this.size;
    return [
      `<text class="limitname" x="${right - 4}" y="14" text-anchor="end">${escapeHtml(name)}, above this drawing ↑</text>`,
    ];
  }
}
