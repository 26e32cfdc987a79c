import { drawPeople } from "../people";
import type { Person } from "../person";
import type { Strategy } from "../strategy";
import { EVENING_FRAMES as FRAMES, honestEvening } from "./benefitFeeder";

const ASKED_WH = 4_000_000n;
/** Lock of such an order, money units: £2 000. */
const RICH = 2_000_000_000n;

/** Asks for 4 MWh, which nobody can serve: the plan that leaves least unserved is then everything at once. */
export const overAsk: Strategy = {
  name: "over-ask",
  cheating: "orders 4 MWh where it needs 6 to 8 kWh, and cancels the rest once it has them",
  honest: "orders what it needs",
  rule: "unserved counts what a pile can still be served; cancelling what plans reckon with costs (2, 4)",
  bound:
    "all that a pile can be served until its end is still planned for, as for a true need: plans hurry, and the cheat " +
    "pays cancelPricePerKwh for a tranche and r − x for what it leaves of its last one",
  cheat: "cheat",
  unpriced: [
    { of: "cheat", figure: "waitH", what: "the cheat waits", unit: "h" },
    { of: "grid", figure: "stepsKw", what: "root of squared steps", unit: "kW" },
  ],
  build(random, cheats) {
    const street = honestEvening(random);
    const [cheat] = drawPeople(random, "cheat", {
      ...{ count: 1, side: "charge", pricePence: [22, 32], energyWh: [6_000, 8_000], lastFrame: FRAMES - 1 },
    });
    const act = (frame: number, me: Person) => {
      if (me.leftWh === 0n) me.cancel();
      else if (me.order === undefined && frame <= FRAMES - 1) {
        me.place({ price: cheat!.pricePerKwh, energyWh: ASKED_WH, expiryFrame: FRAMES - 1 });
      }
    };
    street.join({ ...cheat!, name: "cheat", balance: RICH, ...(cheats ? { act } : {}) });
    return street;
  },
};
