import { max } from "d3-array";
import { scaleSqrt } from "d3-scale";

import { escapeHtml, kWh, pence } from "../../core/text";
import { at, RIGHT, svg, tip } from "./chart";

/** Sales from one pile, or the grid, to another over a day. */
export interface Pair {
  seller: string;
  buyer: string;
  energyWh: number;
  /** Average price by energy, money units per kWh. */
  price: number;
}

const ROW = 18;
const TOP = 8;
const LETTER = 6.4;
/** Names under the columns are readable down to this width of a column. */
const NAMED_COLUMN = 15;

/** Sellers down, buyers across; the more energy, the fuller the cell. */
export function drawPairs(
  label: string,
  pairs: readonly Pair[],
  sellers: readonly string[],
  buyers: readonly string[],
): string {
  const left = 16 + LETTER * Math.max(6, ...sellers.map((name) => name.length));
  const step = Math.min(40, (RIGHT - left) / Math.max(1, buyers.length));
  const opacity = scaleSqrt([0, max(pairs, ({ energyWh }) => energyWh) ?? 1], [0.25, 1]);
  const bottom = TOP + sellers.length * ROW;
  const named = step >= NAMED_COLUMN;
  const rows = sellers.map((name, index) => {
    const y = TOP + index * ROW;
    return (
      `<line class="grid" x1="${at(left)}" x2="${at(left + buyers.length * step)}" y1="${y + ROW}" y2="${y + ROW}"/>` +
      `<text class="name" x="${at(left - 8)}" y="${y + ROW / 2}" dy="0.35em" text-anchor="end">${escapeHtml(name)}</text>`
    );
  });
  const columns = buyers.map((name, index) => {
    const x = at(left + (index + 0.5) * step);
    return named
      ? `<text class="tick" x="${x}" y="${bottom + 8}" text-anchor="end" transform="rotate(-60 ${x} ${bottom + 8})">${escapeHtml(name)}</text>`
      : "";
  });
  const row = new Map(sellers.map((name, index) => [name, index]));
  const column = new Map(buyers.map((name, index) => [name, index]));
  const cells = pairs.flatMap(({ seller, buyer, energyWh, price }) => {
    const r = row.get(seller);
    const c = column.get(buyer);
    if (r === undefined || c === undefined) return [];
    const said = `${seller} → ${buyer}\n${kWh(energyWh, 2)} at ${pence(price)} on average`;
    return [
      `<rect class="bar mark ${seller === "grid" ? "s2" : "s0"}" x="${at(left + c * step + 0.5)}" y="${TOP + r * ROW + 1}" ` +
        `width="${at(Math.max(1, step - 1))}" height="${ROW - 2}" opacity="${opacity(energyWh).toFixed(2)}" ${tip(said)}/>`,
    ];
  });
  const height = bottom + (named ? 74 : 30);
  const title = `<text class="title" x="${(left + RIGHT) / 2}" y="${height - 6}" text-anchor="middle">buyers${named ? "" : ", in order of energy"}</text>`;
  return svg(height, label, [...rows, ...columns, ...cells, title]);
}
