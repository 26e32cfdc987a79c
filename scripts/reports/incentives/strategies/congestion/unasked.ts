import { drawPeople } from "../../people";
import { movement, type Person } from "../../person";
import type { Strategy } from "../../strategy";
import { drawCheat, FRAME_WH, insisting, loadedEvening, pricedStreet } from "./feeder";

const ASKED_WH = FRAME_WH / 2n;
const RULE = "what is taken beyond the agreed costs 2 r − x, and no premium is above r − x (3, 5)";
const TAKES_ALL = () => movement("charge", FRAME_WH);

/** Asks for half of what it needs in a frame and takes all of it. */
export const unaskedEnergy: Strategy = {
  name: "unasked-energy",
  cheating: "under the congestion price, orders half of what it needs, so that the price stays lower, and takes it all",
  honest: "orders what it needs",
  rule: RULE,
  cheat: "cheat",
  unpriced: [],
  build(random, cheats) {
    const street = loadedEvening(random);
    const cheat = drawCheat(random, "charge", [36, 40]);
    const act = (frame: number, me: Person) => {
      if (me.leftWh > 0n) me.place({ price: cheat.pricePerKwh, energyWh: ASKED_WH, expiryFrame: frame });
    };
    street.join({ ...cheat, ...(cheats ? { act, move: TAKES_ALL } : {}) });
    return street;
  },
};

const HOURS = 12;
/** Homes at which the premium is half a penny below its most. */
const HIGH_W = 198_000n;

/** The same where the premium is next to its most, so that a kWh asked for costs as much as one unasked, and lifts the rest. */
export const unaskedAtCap: Strategy = {
  name: "unasked-at-cap",
  cheating: "the same in frames in which the premium is next to r − x",
  honest: "orders what it needs, in every frame",
  rule: RULE,
  bound:
    "a kWh asked for costs r + q and lifts the price of the others that its owner asks for; where that is more than " +
    "2 r − x, taking it unasked pays: with W kW and a rise of σ a kW at most σ W² / 4 an hour, and r − x for each kWh " +
    "asked for. A premium of at most r − x − σ W, W the largest pile's kW, would end it for a single pile",
  cheat: "cheat",
  unpriced: [],
  build(random, cheats) {
    const street = pricedStreet(HOURS, () => HIGH_W);
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 4, side: "charge", pricePence: [36, 45], energyWh: [2_000, 3_500] },
      ...{ firstFrame: [0, HOURS - 4], lastFrame: HOURS - 1 },
    });
    for (const buyer of buyers) street.join(buyer);
    const honest = insisting(drawCheat(random, "charge", [36, 40]), HOURS);
    const act = (frame: number, me: Person) => {
      me.place({ price: honest.pricePerKwh, energyWh: ASKED_WH, expiryFrame: frame });
    };
    street.join({ ...honest, ...(cheats ? { act, move: TAKES_ALL } : {}) });
    return street;
  },
};
