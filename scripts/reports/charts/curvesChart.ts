import { escapeHtml } from "../../core/text";
import { type LegendEntry, type Size, svg } from "./chart";
import { type LineAxes, LinePlot } from "./lineChart";

/** A line of one of several families that can be shown or not. */
export interface Curve extends LegendEntry {
  /** Key of its family. */
  family: string;
  /** By group, a value for each x. */
  values: readonly (readonly number[])[];
}

/** Lines of families, in groups of which one is visible, such as the days of several seeds. */
export interface CurvesChart extends LineAxes {
  /** Names of the groups. */
  groups: readonly string[];
  curves: readonly Curve[];
}

/**
 * Draws the lines of every group on one scale, so that groups can be compared. The page's script tells, over an x, the
 * values of the lines that are shown.
 */
export function drawCurves(size: Size, chart: CurvesChart): string {
  const { groups, curves, xs, xText, yText, label } = chart;
  const plot = new LinePlot(
    size,
    chart,
    curves.flatMap(({ values }) => values.flat()),
  );
  const drawn = groups.map((_, group) => {
    const lines = curves.map((curve) => {
      const values = curve.values[group] ?? [];
      const figures = values.map((value) => yText(value)).join(" ");
      const about = ` data-family="${curve.family}" data-name="${escapeHtml(curve.name)}" data-values="${figures}"`;
      return plot.line({ ...curve, values }, about);
    });
    return `<g data-frame="${group}"${group === 0 ? "" : " hidden"}>${lines.join("")}</g>`;
  });
  const bands = xs.map((x, index) => plot.band(index, `data-at="${index}" data-x="${escapeHtml(xText(x))}"`));
  return svg(size, plot.height, label, [...plot.axes(), ...drawn, ...plot.limit(), ...bands]);
}

/** A family's name, its look and how many lines it has. */
export interface Family extends LegendEntry {
  key: string;
}

/** Boxes to tick, one for each family. */
export function familyControl(families: readonly Family[], entryOf: (family: Family) => string): string {
  const boxes = families.map(
    (family) =>
      `<label><input type="checkbox" data-shows="${family.key}" checked> ${entryOf(family)}${escapeHtml(family.name)}</label>`,
  );
  return `<fieldset class="families"><legend>Show</legend>${boxes.join("")}</fieldset>`;
}

/** A slider among the groups. */
export function groupControl(groups: readonly string[]): string {
  if (groups.length < 2) return "";
  const names = groups.map((name) => escapeHtml(name)).join(",");
  return (
    `<label class="slider">The day of <output>${escapeHtml(groups[0]!)}</output>` +
    `<input type="range" min="0" max="${groups.length - 1}" value="0" step="1" data-names="${names}" aria-label="seed"></label>`
  );
}
