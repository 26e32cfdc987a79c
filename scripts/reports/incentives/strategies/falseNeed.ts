import { drawPeople } from "../people";
import type { Person } from "../person";
import type { Strategy } from "../strategy";
import { benefitStreet, SCARCE } from "./benefitFeeder";

const FRAMES = 20;
const TRANCHE_WH = 2_000n;

/**
 * In a market that serves first who can wait least: asks for so much that it can wait for nothing.
 *
 * @param leave Gets the rest of the order out of the book once the need is met.
 */
function excessive(
  told: Pick<Strategy, "name" | "cheating" | "rule" | "bound">,
  leave: (me: Person) => void,
): Strategy {
  return {
    ...{ ...told, cheat: "cheat", honest: "orders what it needs" },
    unpriced: [{ of: "cheat", figure: "waitH", what: "the cheat waits", unit: "h" }],
    build(random, cheats) {
      const street = benefitStreet(FRAMES, SCARCE, { allotment: "laxity", icebergPeakWh: TRANCHE_WH });
      const buyers = drawPeople(random, "buyer", {
        ...{ count: 8, side: "charge", pricePence: [22, 32], energyWh: [10_000, 20_000] },
        ...{ firstFrame: [0, 4], lastFrame: FRAMES - 3 },
      });
      for (const buyer of buyers) street.join(buyer);
      // Whole tranches: of the last one nothing is left that it would have to take.
      const energyWh = Number(TRANCHE_WH) * random.stream("need").integer(3, 5);
      const [cheat] = drawPeople(random, "cheat", {
        ...{ count: 1, side: "charge", pricePence: [22, 32], energyWh: [energyWh, energyWh], lastFrame: FRAMES - 1 },
      });
      const act = (frame: number, me: Person) => {
        if (me.leftWh === 0n) leave(me);
        else if (me.order === undefined && frame < FRAMES - 1) {
          const askedWh = BigInt(FRAMES - frame) * TRANCHE_WH;
          me.place({ price: cheat!.pricePerKwh, energyWh: askedWh, expiryFrame: FRAMES - 1 });
        }
      };
      street.join({ ...cheat!, name: "cheat", ...(cheats ? { act } : {}) });
      return street;
    },
  };
}

/** With the rest cancelled. */
export const falseNeed = excessive(
  {
    name: "false-need",
    cheating: "where laxity decides, orders as much as its stay allows, and cancels the rest once it has what it needs",
    rule: "taking less than allotted costs r − x; cancelling what plans reckon with costs (2, 5)",
  },
  (me) => me.cancel(),
);

/** With the rest left to lie, and a withdrawal of all that the market lets go. */
export const lapsedMargin = excessive(
  {
    name: "lapsed-margin",
    cheating:
      "the same, but tries to withdraw its money instead of cancelling, so that its order lapses for want of margin",
    rule: "an order that plans reckon with keeps its margin (2); energy allotted to it and not taken costs r − x (5)",
  },
  (me) => me.withdrawAll(),
);
