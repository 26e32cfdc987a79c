import type { MarketParameters } from "../../../core/types";
import { drawPeople } from "../people";
import type { Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { ANY_PRICE, drawCheat } from "./congestion/feeder";

const FRAMES = 12;
const HOMES_W = 93_000n;
/** Room under the transformer, W: what one pile of 7 kW can take. */
const ROOM_W = 7_000n;

/** States a limit far above its own where room is scarce, and takes and pays what it gets. */
export function overbidding(
  told: Pick<Strategy, "name" | "cheating" | "rule" | "bound">,
  changes: Partial<MarketParameters>,
): Strategy {
  return {
    ...{ ...told, honest: "states its true limit of 25 to 26 p, as others state theirs of 26 to 34 p", cheat: "cheat" },
    unpriced: [{ of: "victims", figure: "waitH", what: "others wait", unit: "h" }],
    build(random, cheats) {
      const parameters = meteredParameters({ capacityW: HOMES_W + ROOM_W, ...changes });
      const street = new Street({ parameters, frames: FRAMES, baseLoadW: () => HOMES_W });
      const buyers = drawPeople(random, "buyer", {
        ...{ count: 18, side: "charge", pricePence: [26, 34], energyWh: [2_000, 3_500] },
        ...{ firstFrame: [0, 4], lastFrame: FRAMES - 1 },
      });
      for (const buyer of buyers) street.join(buyer);
      const act = (frame: number, me: Person) => {
        if (me.leftWh > 0n) me.place({ price: ANY_PRICE, energyWh: me.leftWh, expiryFrame: frame });
      };
      street.join({ ...drawCheat(random, "charge", [25, 26], FRAMES - 1), ...(cheats ? { act } : {}) });
      return street;
    },
  };
}

/** Under AdBEV. */
export const overbid = overbidding(
  {
    name: "overbid",
    cheating: "where room is scarce, states a limit of 60 p to be served before those to whom it is worth more",
    rule: "none: the grid's price is r, whatever the limits of those whom its room does not reach (3)",
    bound: "its limit less r for what it would not have been served in its turn, and others lose theirs less r",
  },
  {},
);

/** Under the congestion price. */
export const overbidPriced = overbidding(
  {
    name: "overbid-scarce",
    cheating: "the same under the congestion price, where the room is full while the premium is 4.5 p",
    rule: "none: where the room is full, the price is that of its last kWh, not of the first bid left (3)",
    bound:
      "its limit less the price for what it would not have been served; none for limits below 2 r − x where the " +
      "premium is r − x before the room is full: congestionPricePerKwhPerKw (capacityW − lossAllowanceW − " +
      "congestionFromW) / 1000 of r − x or more. A price that rises to the first bid left would end it elsewhere",
  },
  { matching: "congestion" },
);
