import { drawPeople } from "../people";
import type { Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";

const FRAMES = 24;

/** An iceberg whose last frame is its first is filled at once, so that waiting for sellers is for others. */
export const impatience: Strategy = {
  name: "impatience",
  cheating: "orders the whole of its need anew in every frame, for that frame alone",
  honest: "orders it once, until the end of its stay, and waits for sellers",
  rule: "an order without patience is a normal order (2)",
  bound:
    "it has no more than normal orders of the displayed size have, one a frame: served at once, at r, and never cheaper",
  cheat: "cheat",
  unpriced: [
    { of: "cheat", figure: "waitH", what: "the cheat waits", unit: "h" },
    { of: "grid", figure: "stepsKw", what: "root of squared steps", unit: "kW" },
  ],
  build(random, cheats) {
    const street = new Street({ parameters: meteredParameters({ capacityW: 150_000n }), frames: FRAMES });
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 5, side: "charge", pricePence: [22, 32], energyWh: [5_000, 10_000] },
      ...{ firstFrame: [0, 4], lastFrame: FRAMES - 1 },
    });
    const sellers = drawPeople(random, "seller", {
      ...{ count: 2, side: "discharge", pricePence: [8, 14], energyWh: [8_000, 16_000] },
      ...{ firstFrame: [12, 16], lastFrame: FRAMES - 1 },
    });
    for (const person of [...buyers, ...sellers]) street.join(person);
    const [cheat] = drawPeople(random, "cheat", {
      ...{ count: 1, side: "charge", pricePence: [22, 32], energyWh: [6_000, 8_000], lastFrame: FRAMES - 1 },
    });
    const act = (frame: number, me: Person) => {
      if (me.leftWh > 0n) me.place({ price: cheat!.pricePerKwh, energyWh: me.leftWh, expiryFrame: frame });
    };
    street.join({ ...cheat!, name: "cheat", ...(cheats ? { act } : {}) });
    return street;
  },
};
