import type { Publication } from "../../../market/types";
import { movement, type Person, type PersonOptions } from "../person";
import { IMPORT_CAP, meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers } from "./barter";

const FRAMES = 12;
/** The most that a tariff can be where nothing caps it: 24 bits of ticks of 1. */
const HIGHEST_TARIFF = 2n ** 24n - 1n;
/** What a meter runs on by, Wh. */
const MOST_OVER_WH = 20;

/** The operator publishes an import tariff at which nobody buys, for the sake of what is consumed by accident. */
export const imbalancePrice: Strategy = {
  name: "imbalance-price",
  cheating: "the operator publishes the highest import tariff that the market takes; buyers run over by up to 20 Wh",
  honest: "the operator publishes 20 p",
  rule: "r is at most the market's importCap, by default 100 p (1)",
  bound: "importCap less the usual r, for each kWh that is consumed by accident",
  cheat: "operator",
  unpriced: [],
  build(random, cheats) {
    const importPrice = IMPORT_CAP ?? HIGHEST_TARIFF;
    const tariffs = (): Partial<Publication> => (cheats ? { importPrice } : {});
    const street = new Street({ parameters: meteredParameters(), frames: FRAMES, tariffs });
    for (const person of buyersAndSellers(random, FRAMES, { buyers: [15, 19], sellers: [6, 11] })) {
      const own = random.stream(`${person.name} over`);
      street.join(person.side === "discharge" ? person : runningOver(person, BigInt(own.integer(1, MOST_OVER_WH))));
    }
    return street;
  },
};

/** An honest buyer whose car takes a little more than was agreed. */
function runningOver(person: PersonOptions, overWh: bigint): PersonOptions {
  const move = (_: number, agreedWh: bigint, me: Person) => {
    return movement("charge", (agreedWh < me.leftWh ? agreedWh : me.leftWh) + (agreedWh < 3_400n ? overWh : 0n));
  };
  return { ...person, move };
}
