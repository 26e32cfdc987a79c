import { max, min } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";

import { escapeHtml } from "../../core/text";
import { at, horizontalTick, type Size, svg, thinned, tip } from "./chart";
import type { Limit } from "./lineChart";
import { type Mark, markAt } from "./marks";

/** A figure with how far it is spread. */
export interface Dot {
  name: string;
  /** CSS class that colours it. */
  style: string;
  mark: Mark;
  value: number;
  /** Interval of the value, drawn thick; none where it is a single one. */
  interval?: readonly [number, number] | undefined;
  /** Least and most, drawn thin. */
  range: readonly [number, number];
  /** Text at its end. */
  text: string;
  /** Further words on hovering. */
  more: string;
}

/** Dots over a common axis. */
export interface DotChart {
  label: string;
  xTitle: string;
  xText: (value: number) => string;
  /** A logarithmic axis, for values above zero that span several powers of ten. */
  log?: boolean;
  limit?: Limit | undefined;
  dots: readonly Dot[];
}

/** About the width of a letter of a name and of a figure, SVG units. */
const LETTER = 7;
const LONGEST_NAME = 380;

/** Draws a row for each dot, in their order, with intervals; where there is little room names stand above. */
export function drawDots(size: Size, { label, xTitle, xText, log = false, limit, dots }: DotChart): string {
  const isNarrow = size.width < 600;
  const row = isNarrow ? 38 : 24;
  const top = limit === undefined ? 8 : 24;
  const left = isNarrow ? 20 : Math.min(LONGEST_NAME, 16 + 0.92 * LETTER * (max(dots, ({ name }) => name.length) ?? 0));
  const room = 14 + LETTER * (max(dots, ({ text }) => text.length) ?? 0);
  const lowest = min(dots, ({ range }) => range[0]) ?? 0;
  const highest = Math.max(max(dots, ({ range }) => range[1]) ?? 1, limit?.value ?? 0, 1e-9);
  const ends = [left, size.right - room];
  const isLog = log && lowest > 0;
  const x = isLog
    ? scaleLog([lowest, highest], ends).nice()
    : scaleLinear([Math.min(0, lowest), highest], ends).nice(6);
  const bottom = top + dots.length * row;
  const ticks = thinned(
    isLog ? x.ticks().filter((value) => Number.isInteger(Math.log10(value))) : x.ticks(6),
    (value) => x(value),
    xText,
  );
  const rows = dots.map(({ name, style, mark, value, interval, range, text, more }, index) => {
    const y = top + index * row + row / 2 + (isNarrow ? 7 : 0);
    const place = isNarrow ? `x="4" y="${y - 12}"` : `x="${left - 10}" y="${y}" dy="0.35em" text-anchor="end"`;
    const line = (from: number, to: number, kind: string) =>
      `<line class="${kind}" x1="${at(x(from))}" x2="${at(x(to))}" y1="${y}" y2="${y}"/>`;
    return (
      `<g class="${style}" ${tip(`${name}: ${text}\n${more}`)}>` +
      `<rect class="band" x="0" y="${at(y - row / 2)}" width="${size.width}" height="${row}"/>` +
      `<text class="name" ${place}>${escapeHtml(name)}</text>${line(range[0], range[1], "range")}` +
      (interval === undefined
        ? ""
        : line(Math.max(interval[0], x.domain()[0]!), Math.min(interval[1], x.domain()[1]!), "interval")) +
      `${markAt(mark, x(value), y)}` +
      `<text class="name mark" x="${size.right - room + 12}" y="${y}" dy="0.35em">${escapeHtml(text)}</text></g>`
    );
  });
  const limits =
    limit === undefined
      ? []
      : [
          `<line class="limit" x1="${at(x(limit.value))}" x2="${at(x(limit.value))}" y1="${top - 6}" y2="${bottom}"/>`,
          `<text class="limitname" x="${at(x(limit.value))}" y="${top - 10}" text-anchor="${x(limit.value) > size.width / 2 ? "end" : "start"}">${escapeHtml(limit.name)}</text>`,
        ];
  return svg(size, bottom + 48, label, [
    ...ticks.map(
      (value) => `<line class="grid" x1="${at(x(value))}" x2="${at(x(value))}" y1="${top}" y2="${bottom}"/>`,
    ),
    `<line class="axis" x1="${left}" x2="${at(ends[1]!)}" y1="${bottom}" y2="${bottom}"/>`,
    ...ticks.map((value) => horizontalTick(x(value), bottom, xText(value))),
    `<text class="title" x="${at((left + ends[1]!) / 2)}" y="${bottom + 40}" text-anchor="middle">${escapeHtml(xTitle)}</text>`,
    ...rows,
    ...limits,
  ]);
}
