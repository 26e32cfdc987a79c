import type { Random } from "../../../core/random";
import { drawPeople } from "../people";
import type { PersonOptions } from "../person";

/** Where honest buyers and sellers of a frame-by-frame market have their limits, pence per kWh. */
export interface Limits {
  buyers: readonly [number, number];
  sellers: readonly [number, number];
}

/** Four buyers and three sellers of small orders, for markets in which piles serve each other. */
export function buyersAndSellers(random: Random, frames: number, { buyers, sellers }: Limits): PersonOptions[] {
  const stay = { firstFrame: [0, frames - 4], lastFrame: frames - 1 } as const;
  return [
    ...drawPeople(random, "buyer", {
      ...{ count: 4, side: "charge", pricePence: buyers, energyWh: [2_000, 3_500], ...stay },
    }),
    ...drawPeople(random, "seller", {
      ...{ count: 3, side: "discharge", pricePence: sellers, energyWh: [2_000, 3_500], ...stay },
    }),
  ];
}
