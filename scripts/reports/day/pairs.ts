import type { FrameReport } from "../../simulation/dayResult";
import type { Pair } from "../charts/pairMatrix";

/** Who sold whom how much over some frames; what the grid sells is its own. The most energy comes first. */
export function pairsOf(frames: readonly FrameReport[]): Pair[] {
  const sums = new Map<string, { seller: string; buyer: string; energyWh: number; paid: number }>();
  const add = (seller: string, buyer: string, energyWh: number, price: number) => {
    const key = `${seller}\n${buyer}`;
    const sum = sums.get(key) ?? { seller, buyer, energyWh: 0, paid: 0 };
    sum.energyWh += energyWh;
    sum.paid += energyWh * price;
    sums.set(key, sum);
  };
  for (const { trades, grid } of frames) {
    for (const { sell, buy, energyWh, price } of trades) add(sell, buy, Number(energyWh), Number(price));
    for (const { pile, side, energyWh, price } of grid) {
      const [seller, buyer] = side === "charge" ? ["grid", pile] : [pile, "grid"];
      add(seller, buyer, Number(energyWh), Number(price));
    }
  }
  return [...sums.values()]
    .map(({ seller, buyer, energyWh, paid }) => ({ seller, buyer, energyWh, price: paid / energyWh }))
    .sort((a, b) => b.energyWh - a.energyWh);
}

/** The names of one end of pairs, by energy, the most first; the grid before all. */
export function ranked(pairs: readonly Pair[], nameOf: (pair: Pair) => string): string[] {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(nameOf(pair), (sums.get(nameOf(pair)) ?? 0) + pair.energyWh);
  const weight = ([name, energyWh]: [string, number]) => (name === "grid" ? Infinity : energyWh);
  return [...sums].sort((a, b) => weight(b) - weight(a)).map(([name]) => name);
}
