import { max, sum } from "d3-array";
import { scaleLinear } from "d3-scale";

import { escapeHtml } from "../../core/text";
import { at, horizontalTick, type LegendEntry, type Size, svg, thinned, tip, verticalAxis } from "./chart";

/** Columns stacked over equal steps, such as the hours of a day. */
export interface ColumnChart {
  label: string;
  names: readonly string[];
  xTitle: string;
  yTitle: string;
  stacks: readonly (LegendEntry & { values: readonly number[] })[];
}

const HEIGHT = 260;
const TOP = 28;
const BOTTOM = HEIGHT - 52;

/** Draws stacked columns of whole numbers. */
export function drawColumns(size: Size, { label, names, xTitle, yTitle, stacks }: ColumnChart): string {
  const { left, right } = size;
  const totals = names.map((_, index) => sum(stacks, ({ values }) => values[index] ?? 0));
  const y = scaleLinear([0, Math.max(1, max(totals) ?? 1)], [BOTTOM, TOP]).nice(5);
  const step = (right - left) / names.length;
  const columns = names.map((name, index) => {
    let below = 0;
    const rects = stacks.map(({ style, hatched, values }) => {
      const value = values[index] ?? 0;
      const top = y(below + value);
      const height = y(below) - top;
      below += value;
      const box = `x="${at(left + index * step + 1)}" width="${at(step - 2)}" y="${at(top)}" height="${at(height)}"`;
      const hatch = hatched === true ? `<rect class="hatch" ${box}/>` : "";
      return `<rect class="bar mark ${style}" ${box}/>${hatch}`;
    });
    const told = stacks.map((stack) => `${stack.name}: ${stack.values[index] ?? 0} ${yTitle}`);
    return `<g ${tip([name, ...told].join("\n"))}>${rects.join("")}</g>`;
  });
  const middleOf = (index: number) => left + (index + 0.5) * step;
  const ticks = thinned(
    names.map((_, index) => index),
    middleOf,
    (index) => names[index]!,
  );
  // A tick a column is a whole number only.
  const whole = Object.assign((value: number) => y(value), {
    ticks: (count: number) => y.ticks(count).filter(Number.isInteger),
  });
  return svg(size, HEIGHT, label, [
    verticalAxis(size, whole, yTitle, String),
    `<line class="axis" x1="${left}" x2="${right}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...ticks.map((index) => horizontalTick(middleOf(index), BOTTOM, names[index]!)),
    `<text class="title" x="${(left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(xTitle)}</text>`,
    ...columns,
  ]);
}
