import { drawPeople } from "../people";
import type { Person } from "../person";
import type { Strategy } from "../strategy";
import { benefitStreet, SCARCE } from "./benefitFeeder";

const FRAMES = 20;
const TRANCHE_WH = 2_000n;

/**
 * Names a last frame long before it leaves, to be served first.
 *
 * @param spareTranches Asked for beyond the need; the rest is cancelled once the need is met.
 */
function early(told: Pick<Strategy, "name" | "cheating" | "rule" | "bound">, spareTranches: bigint): Strategy {
  return {
    ...{ ...told, cheat: "cheat", honest: "names the last frame of its stay and what it needs" },
    unpriced: [{ of: "cheat", figure: "waitH", what: "the cheat waits", unit: "h" }],
    build(random, cheats) {
      const street = benefitStreet(FRAMES, SCARCE, { icebergPeakWh: TRANCHE_WH });
      const buyers = drawPeople(random, "buyer", {
        ...{ count: 8, side: "charge", pricePence: [22, 32], energyWh: [10_000, 20_000] },
        ...{ firstFrame: [0, 4], lastFrame: FRAMES - 3 },
      });
      for (const buyer of buyers) street.join(buyer);
      const [cheat] = drawPeople(random, "cheat", {
        ...{ count: 1, side: "charge", pricePence: [22, 32], energyWh: [6_000, 9_000], lastFrame: FRAMES - 1 },
      });
      const act = (frame: number, me: Person) => {
        if (me.leftWh === 0n) me.cancel();
        else if (me.order === undefined) {
          const tranches = (me.leftWh + TRANCHE_WH - 1n) / TRANCHE_WH + spareTranches;
          const expiryFrame = Math.min(frame + Number(tranches) - 1, FRAMES - 1);
          const energyWh = spareTranches === 0n ? me.leftWh : tranches * TRANCHE_WH;
          me.place({ price: cheat!.pricePerKwh, energyWh, expiryFrame });
        }
      };
      street.join({ ...cheat!, name: "cheat", ...(cheats ? { act } : {}) });
      return street;
    },
  };
}

/** With the rest of a larger order cancelled. */
export const falseDeadline = early(
  {
    name: "false-deadline",
    cheating: "names a last frame as early as it can be served in full, a tranche too much, and cancels the rest",
    rule: "taking less than allotted costs r − x; cancelling what plans reckon with costs (2, 5)",
  },
  1n,
);

/** With what it needs and no more: all of it is taken and paid for. */
export const earlyDeadline = early(
  {
    name: "early-deadline",
    cheating: "names a last frame as early as it can be served in full, and takes all that it ordered",
    rule: "none: a deadline is taken at its word, since nobody can tell a false one that is kept to",
    bound: "it gains where room is scarce alone: its limit less r, for what it would not have been served in its turn",
  },
  0n,
);
