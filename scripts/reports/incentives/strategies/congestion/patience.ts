import type { Person } from "../../person";
import { IMPORT_PRICE } from "../../rules";
import type { Strategy } from "../../strategy";
import { drawCheat, FRAMES, loadedEvening } from "./feeder";

const TOLD = {
  honest: "orders all that it needs at once, at its true limit, until the end of its stay",
  rule: "none is wanted: that waiting pays is what the rule is for (3)",
  cheat: "cheat",
  unpriced: [
    { of: "cheat", figure: "waitH", what: "the cheat waits", unit: "h" },
    { of: "grid", figure: "stepsKw", what: "root of squared steps", unit: "kW" },
  ],
} as const satisfies Partial<Strategy>;

/** In a loaded evening: acts otherwise than by an order of its whole need at its true limit. */
function waiting(
  told: Pick<Strategy, "name" | "cheating" | "bound">,
  act: (frame: number, me: Person) => void,
): Strategy {
  return {
    ...{ ...TOLD, ...told },
    build(random, cheats) {
      const street = loadedEvening(random);
      street.join({ ...drawCheat(random, "charge", [26, 36]), ...(cheats ? { act } : {}) });
      return street;
    },
  };
}

/** Orders its need in equal parts, one a frame. */
export const splitDemand = waiting(
  {
    name: "split-demand",
    cheating: "under the congestion price, orders its need in equal parts, one a frame, each at its true limit",
    bound:
      "it saves premiums alone, at most r − x per kWh, by drawing where the load is lower: the price falls in the frames that " +
      "it leaves, and rises in those that it goes to",
  },
  (frame, me) => {
    const framesLeft = BigInt(FRAMES - frame);
    if (me.leftWh === 0n) return;
    const energyWh = (me.leftWh + framesLeft - 1n) / framesLeft;
    me.place({ price: me.options.pricePerKwh, energyWh, expiryFrame: frame });
  },
);

/** Bids r, at which no premium is paid, and its true limit in its last frame. */
export const shadedLimit = waiting(
  {
    name: "shaded-limit",
    cheating: "under the congestion price, bids r until its last frame, and its true limit in that",
    bound: "the same: whoever bids less than it would pay risks to be left, and is served after those who bid more",
  },
  (frame, me) => {
    if (me.leftWh === 0n) return;
    const price = frame === FRAMES - 1 ? me.options.pricePerKwh : IMPORT_PRICE;
    me.place({ price, energyWh: me.leftWh, expiryFrame: frame });
  },
);
