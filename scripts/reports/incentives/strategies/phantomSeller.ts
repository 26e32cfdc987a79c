import { IDLE, stayAway } from "../people";
import { movement, type Person } from "../person";
import { IMPORT_CAP, IMPORT_PRICE, meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers, type Limits } from "./barter";

const FRAMES = 12;
const FRAME_WH = 3_500n;

/**
 * Undercuts every seller by a tick and delivers nothing.
 *
 * @param onlyDear Only where the trade's price would be at least r, so that its buyer has nothing to be compensated for.
 */
function phantom(told: Pick<Strategy, "name" | "cheating" | "rule">, limits: Limits, onlyDear: boolean): Strategy {
  return {
    ...{ ...told, honest: "has no energy and stays away", cheat: "cheat" },
    unpriced: [{ of: "victims", figure: "unservedKwh", what: "others unserved or unsold", unit: "kWh" }],
    build(random, cheats) {
      const street = new Street({ parameters: meteredParameters(), frames: FRAMES });
      for (const person of buyersAndSellers(random, FRAMES, limits)) street.join(person);
      const act = (frame: number, me: Person) => {
        const { bids, asks } = me.book(frame);
        const rival = asks.find(({ pile }) => pile !== me.name);
        const bid = bids[0];
        if (rival === undefined || bid === undefined) return;
        const price = rival.price - 1n;
        if (onlyDear && (bid.price + price) / 2n < IMPORT_PRICE) return;
        me.place({ price, energyWh: FRAME_WH, expiryFrame: frame });
      };
      street.join({
        ...IDLE,
        side: "discharge",
        // Without a bond it needs no money at all.
        ...(IMPORT_CAP === undefined ? { balance: 0n } : {}),
        ...(cheats ? { act, move: () => movement("discharge", 0n) } : { act: stayAway }),
      });
      return street;
    },
  };
}

/** Undercuts every seller and delivers nothing. */
export const phantomSeller = phantom(
  {
    name: "phantom-seller",
    cheating: "has no energy, undercuts every seller by a tick and delivers nothing",
    rule: "an ask locks a bond that covers any breach, and its pile the margin (2)",
  },
  { buyers: [15, 20], sellers: [7, 13] },
  false,
);

/** The same where prices are at least r: its buyers then lose nothing by it, the sellers whose place it takes do. */
export const dearPhantom = phantom(
  {
    name: "phantom-above-r",
    cheating: "the same, but only where the trade's price is r or more and no buyer loses by it",
    rule: "who is short of a trade owes r − x at least, to the grid what the other side did not lose (5)",
  },
  { buyers: [26, 34], sellers: [8, 18] },
  true,
);
