import { max, sum } from "d3-array";
import { scaleSqrt } from "d3-scale";

import { escapeHtml, kWh, pencePerKWh } from "../../core/text";
import { tip } from "./chart";

/** Sales from one pile, or the grid, to another over a day. */
export interface Pair {
  seller: string;
  buyer: string;
  energyWh: number;
  /** Average price by energy, money units per kWh. */
  price: number;
}

/**
 * Buyers down, sellers across, a figure in each cell, kWh: the more energy, the fuller the cell. A table in a box of its
 * own, whose names stay in sight as it scrolls.
 */
export function pairMatrix(
  label: string,
  pairs: readonly Pair[],
  sellers: readonly string[],
  buyers: readonly string[],
): string {
  const share = scaleSqrt([0, max(pairs, ({ energyWh }) => energyWh) ?? 1], [10, 70]);
  const cells = new Map(pairs.map((pair) => [`${pair.seller}\n${pair.buyer}`, pair]));
  const heading = sellers.map((seller) => `<th scope="col">${escapeHtml(seller)}</th>`).join("");
  const rows = buyers.map((buyer) => {
    const figures = sellers.map((seller) => {
      const pair = cells.get(`${seller}\n${buyer}`);
      if (pair === undefined) return "<td></td>";
      const said = `${seller} → ${buyer}\n${kWh(pair.energyWh, 2)} at ${pencePerKWh(pair.price)} on average`;
      const look = `class="mark ${seller === "grid" ? "s2" : "s0"}" style="--full:${share(pair.energyWh).toFixed(0)}%"`;
      return `<td ${look} ${tip(said)}>${figure(pair.energyWh)}</td>`;
    });
    const all = sum(pairs, (pair) => (pair.buyer === buyer ? pair.energyWh : 0));
    return `<tr><th scope="row">${escapeHtml(buyer)}</th>${figures.join("")}<td class="all">${figure(all)}</td></tr>`;
  });
  return (
    `<div class="box" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table class="matrix">` +
    `<thead><tr><th scope="col">buyer \\ seller</th>${heading}<th scope="col">all, kWh</th></tr></thead>` +
    `<tbody>\n${rows.join("\n")}\n</tbody></table></div>`
  );
}

function figure(energyWh: number): string {
  return (energyWh / 1000).toFixed(1);
}
