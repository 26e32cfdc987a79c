import type { Random } from "../../core/random";
import type { PersonOptions } from "./person";
import { PENNY } from "./rules";

/** A price drawn in whole hundredths of a penny, money units per kWh. */
export function priceBetween(random: Random, leastPence: number, mostPence: number): bigint {
  return (BigInt(random.integer(100 * leastPence, 100 * mostPence)) * PENNY) / 100n;
}

/** Ranges that an honest person is drawn from; ends included. */
export interface PeopleOptions {
  count: number;
  side: PersonOptions["side"];
  /** Pence per kWh. */
  pricePence: readonly [number, number];
  energyWh: readonly [number, number];
  /** Stays begin within these frames; the last frame of all of them. */
  firstFrame?: readonly [number, number];
  lastFrame: number;
  ratedW?: bigint;
}

/** Honest people, drawn one by one from streams of their own. */
export function drawPeople(random: Random, name: string, options: PeopleOptions): PersonOptions[] {
  const { count, side, pricePence, energyWh, firstFrame = [0, 0], lastFrame, ratedW = 7_000n } = options;
  return Array.from({ length: count }, (_, index): PersonOptions => {
    const own = random.stream(`${name} ${index + 1}`);
    return {
      ...{ name: `${name} ${index + 1}`, side, ratedW, lastFrame },
      pricePerKwh: priceBetween(own, ...pricePence),
      energyWh: BigInt(own.integer(...energyWh)),
      firstFrame: own.integer(...firstFrame),
    };
  });
}

/** Somebody who wants nothing and owns a pile of 7 kW: who honestly stays away. */
export const IDLE = {
  name: "cheat",
  ratedW: 7_000n,
  pricePerKwh: 0n,
  energyWh: 0n,
  firstFrame: 0,
  lastFrame: 0,
} as const;

/** Does nothing. */
export function stayAway(): void {}
