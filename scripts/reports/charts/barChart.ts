import { max } from "d3-array";
import { scaleLinear } from "d3-scale";

import { escapeHtml } from "../../core/text";
import { at, type Look, type Size, svg, tip } from "./chart";

/** One bar. */
export interface Bar extends Pick<Look, "style" | "hatched"> {
  name: string;
  value: number;
  /** Text at its end. */
  text: string;
  /** Further words on hovering. */
  more?: string;
}

const BAR = 22;
const TOP = 6;
/** About the width of a letter of a name and of a figure, SVG units. */
const LETTER = 6.6;

/** Horizontal bars from zero, each with its name and its figure; where there is little room the name stands above. */
export function drawBars(size: Size, label: string, bars: readonly Bar[]): string {
  const isNarrow = size.width < 600;
  const row = isNarrow ? 46 : 32;
  const above = isNarrow ? 18 : 0;
  const left = isNarrow ? 4 : Math.min(460, 30 + LETTER * (max(bars, ({ name }) => name.length) ?? 0));
  const room = 12 + LETTER * (max(bars, ({ text }) => text.length) ?? 0);
  const x = scaleLinear([0, Math.max(max(bars, ({ value }) => value) ?? 0, 1e-9)], [left, size.right - room]);
  const rows = bars.map(({ name, style, hatched, value, text, more }, index) => {
    const y = TOP + index * row + above;
    const middle = y + BAR / 2;
    const said = [`${name}: ${text}`, ...(more === undefined ? [] : [more])].join("\n");
    const place = isNarrow ? `x="${left}" y="${y - 6}"` : `x="${left - 8}" y="${middle}" dy="0.35em" text-anchor="end"`;
    const box = `x="${left}" y="${y}" width="${at(Math.max(0, x(value) - left))}" height="${BAR}"`;
    return (
      `<g class="${style}" ${tip(said)}><text class="name" ${place}>${escapeHtml(name)}</text>` +
      `<rect class="bar mark" ${box}/>${hatched === true ? `<rect class="hatch" ${box}/>` : ""}` +
      `<text class="name" x="${at(x(value) + 6)}" y="${middle}" dy="0.35em">${escapeHtml(text)}</text></g>`
    );
  });
  return svg(size, TOP * 2 + bars.length * row, label, rows);
}
