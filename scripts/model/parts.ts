import type { Delivery } from "./delivery";
import { partiesOf } from "./delivery";

type Fills = Pick<Delivery, "trades" | "grid">;

/**
 * The groups in which a frame is settled, each in the order of the fills: piles that trade with each other and those who
 * trade with them; a pile with grid fills alone is a group of its own. SPEC 5.
 */
export function groupsOf(delivery: Fills): string[][] {
  const neighbours = new Map<string, string[]>([...partiesOf(delivery).keys()].map((pile) => [pile, []]));
  for (const { buy, sell } of delivery.trades) {
    neighbours.get(buy)!.push(sell);
    neighbours.get(sell)!.push(buy);
  }
  const groupOf = new Map<string, number>();
  let groups = 0;
  for (const pile of neighbours.keys()) {
    if (groupOf.has(pile)) continue;
    const reached = [pile];
    for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
      if (groupOf.has(next)) continue;
      groupOf.set(next, groups);
      reached.push(...neighbours.get(next)!);
    }
    groups++;
  }
  return Array.from({ length: groups }, (_, group) => [...neighbours.keys()].filter((p) => groupOf.get(p) === group));
}

/** The part of a delivery that concerns some piles. @param piles Whole groups. */
export function partOf(delivery: Delivery, piles: ReadonlySet<string>): Delivery {
  return {
    trades: delivery.trades.filter(({ buy }) => piles.has(buy)),
    grid: delivery.grid.filter(({ pile }) => piles.has(pile)),
    margins: new Map([...delivery.margins].filter(([pile]) => piles.has(pile))),
    tariffs: delivery.tariffs,
  };
}
