import type { Publication } from "../../../core/types";
import { movement, type Person, type PersonOptions } from "../person";
import { IMPORT_CAP, meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers } from "./barter";

const FRAMES = 12;
/** The most that a tariff can be where nothing caps it: 24 bits of ticks of 1. */
const HIGHEST_TARIFF = 2n ** 24n - 1n;
/** Energy that a pile of 7 kW moves in a frame, Wh. */
const FRAME_WH = 3_500n;
/** Most energy that a car takes too much, Wh. */
const MOST_OVER_WH = 20;

/** The operator publishes an import tariff at which nobody buys, for the sake of what is consumed by accident. */
export const imbalancePrice: Strategy = {
  name: "imbalance-price",
  cheating: "the operator publishes the highest import tariff that the market takes; buyers run over by up to 20 Wh",
  honest: "the operator publishes 20 p",
  rule: "r is at most the market's importCapPerKwh, by default 100 p (1)",
  bound:
    "2 (importCapPerKwh − r) for each kWh that is consumed by accident: the operator's choice of importCapPerKwh, known to all",
  cheat: "operator",
  unpriced: [],
  build(random, cheats) {
    const importPricePerKwh = IMPORT_CAP ?? HIGHEST_TARIFF;
    const tariffs = (): Partial<Publication> => (cheats ? { importPricePerKwh } : {});
    const street = new Street({ parameters: meteredParameters(), frames: FRAMES, tariffs });
    for (const person of buyersAndSellers(random, FRAMES, { buyers: [15, 19], sellers: [6, 11] })) {
      const own = random.stream(`${person.name} over`);
      street.join(person.side === "discharge" ? person : runningOver(person, BigInt(own.integer(1, MOST_OVER_WH))));
    }
    return street;
  },
};

/** An honest buyer whose car takes a little more than was agreed, as far as its pile can. */
function runningOver(person: PersonOptions, overWh: bigint): PersonOptions {
  const move = (_: number, agreedWh: bigint, me: Person) => {
    const takenWh = (agreedWh < me.leftWh ? agreedWh : me.leftWh) + overWh;
    return movement("charge", takenWh < FRAME_WH ? takenWh : FRAME_WH);
  };
  return { ...person, move };
}
