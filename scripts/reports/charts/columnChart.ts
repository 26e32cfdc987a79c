import { max, sum } from "d3-array";
import { scaleLinear } from "d3-scale";

import { escapeHtml } from "../../core/text";
import { at, horizontalTick, LEFT, type LegendEntry, RIGHT, svg, tip, verticalAxis } from "./chart";

/** Columns stacked over equal steps, such as the hours of a day. */
export interface ColumnChart {
  label: string;
  names: readonly string[];
  /** Every how many columns one has its name under it. */
  every: number;
  xTitle: string;
  yTitle: string;
  stacks: readonly (LegendEntry & { values: readonly number[] })[];
}

const HEIGHT = 260;
const TOP = 28;
const BOTTOM = HEIGHT - 52;

/** Draws stacked columns of whole numbers. */
export function drawColumns({ label, names, every, xTitle, yTitle, stacks }: ColumnChart): string {
  const totals = names.map((_, index) => sum(stacks, ({ values }) => values[index] ?? 0));
  const y = scaleLinear([0, Math.max(1, max(totals) ?? 1)], [BOTTOM, TOP]).nice(5);
  const step = (RIGHT - LEFT) / names.length;
  const columns = names.map((name, index) => {
    let below = 0;
    const rects = stacks.map(({ style, values }) => {
      const value = values[index] ?? 0;
      const top = y(below + value);
      const height = y(below) - top;
      below += value;
      return `<rect class="bar mark ${style}" x="${at(LEFT + index * step + 1)}" width="${at(step - 2)}" y="${at(top)}" height="${at(height)}"/>`;
    });
    const told = stacks.map((stack) => `${stack.name}: ${stack.values[index] ?? 0}`);
    return `<g ${tip([name, ...told].join("\n"))}>${rects.join("")}</g>`;
  });
  return svg(HEIGHT, label, [
    verticalAxis(y, yTitle, String),
    `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...names.flatMap((name, index) =>
      index % every === 0 ? [horizontalTick(LEFT + (index + 0.5) * step, BOTTOM, name)] : [],
    ),
    `<text class="title" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(xTitle)}</text>`,
    ...columns,
  ]);
}
