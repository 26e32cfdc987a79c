import { drawPeople } from "../people";
import { movement, type Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";

const FRAMES = 6;
const BOUGHT_WH = 10n;

/** Buys 10 Wh, takes what it needs, and withdraws before it is billed. */
export const takeAndLeave: Strategy = {
  name: "take-and-leave",
  cheating: "buys 10 Wh, takes the 3 500 that it needs, and withdraws before the settlement",
  honest: "buys what it needs",
  rule: "the margin of a pile with fills is set aside until its frame is settled (2)",
  cheat: "cheat",
  unpriced: [],
  build(random, cheats) {
    const street = new Street({ parameters: meteredParameters(), frames: FRAMES });
    const stay = { lastFrame: FRAMES - 1, firstFrame: [0, 2] } as const;
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 4, side: "charge", pricePence: [22, 32], energyWh: [2_000, 3_500], ...stay },
    });
    for (const buyer of buyers) street.join(buyer);
    const [cheat] = drawPeople(random, "cheat", {
      ...{ count: 1, side: "charge", pricePence: [22, 32], energyWh: [3_500, 3_500], lastFrame: FRAMES - 1 },
    });
    const act = (frame: number, me: Person) => {
      if (frame !== 0) return;
      me.place({ price: cheat!.pricePerKwh, energyWh: BOUGHT_WH, expiryFrame: FRAMES - 1 });
    };
    const beforeSettlement = (_: number, me: Person) => {
      if (me.moved.length > 0) me.withdrawAll();
    };
    const move = (_: number, __: bigint, me: Person) => movement("charge", me.leftWh);
    street.join({ ...cheat!, name: "cheat", ...(cheats ? { act, beforeSettlement, move } : {}) });
    return street;
  },
};
