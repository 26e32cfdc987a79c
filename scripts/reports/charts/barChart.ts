import { max } from "d3-array";
import { scaleLinear } from "d3-scale";

import { escapeHtml } from "../../core/text";
import { at, RIGHT, svg, tip } from "./chart";

/** One bar. */
export interface Bar {
  name: string;
  style: string;
  value: number;
  /** Text at its end. */
  text: string;
  /** Further words on hovering. */
  more?: string;
}

const BAR = 22;
const ROW = 32;
const TOP = 6;
/** About the width of a letter of a name and of a figure, SVG units. */
const LETTER = 6.6;

/** Horizontal bars from zero, each with its name and its figure. */
export function drawBars(label: string, bars: readonly Bar[]): string {
  const left = Math.min(460, 30 + LETTER * (max(bars, ({ name }) => name.length) ?? 0));
  const room = 12 + LETTER * (max(bars, ({ text }) => text.length) ?? 0);
  const x = scaleLinear([0, Math.max(max(bars, ({ value }) => value) ?? 0, 1e-9)], [left, RIGHT - room]);
  const rows = bars.map(({ name, style, value, text, more }, index) => {
    const y = TOP + index * ROW;
    const middle = y + BAR / 2;
    const said = [`${name}: ${text}`, ...(more === undefined ? [] : [more])].join("\n");
    return (
      `<g class="${style}" ${tip(said)}>` +
      `<text class="name" x="${left - 8}" y="${middle}" dy="0.35em" text-anchor="end">${escapeHtml(name)}</text>` +
      `<rect class="bar mark" x="${left}" y="${y}" width="${at(Math.max(0, x(value) - left))}" height="${BAR}"/>` +
      `<text class="name" x="${at(x(value) + 6)}" y="${middle}" dy="0.35em">${escapeHtml(text)}</text></g>`
    );
  });
  return svg(TOP * 2 + bars.length * ROW, label, rows);
}
