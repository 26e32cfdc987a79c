import { movement, type Person, type PersonOptions } from "../person";
import { EXPORT_PRICE, meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers } from "./barter";

const FRAMES = 10;
const A_DAY_SECONDS = 86_400;
const SOLD_WH = 1n;

/** Sells 1 Wh in each frame and says nothing of it, so that the frame's money waits for a day. */
export const silentSeller: Strategy = {
  name: "silent-seller",
  cheating: "sells 1 Wh in every frame, delivers it, and keeps its meter silent",
  honest: "sells 1 Wh in every frame, delivers it, and hands its readings in",
  rule: "a frame is settled in parts; a silent seller counts as consuming at full power (5)",
  bound:
    "a frame's trades are mostly one group, each sharing a pile with the next, so their money still waits: the cheat " +
    "pays for all that its rated power moves, in every frame",
  cheat: "cheat",
  unpriced: [{ of: "victims", figure: "heldH", what: "others' money waits", unit: "h" }],
  build(random, cheats) {
    const street = new Street({ parameters: meteredParameters({ readingSeconds: A_DAY_SECONDS }), frames: FRAMES });
    for (const person of buyersAndSellers(random, FRAMES, { buyers: [15, 26], sellers: [7, 13] })) street.join(person);
    const act = (frame: number, me: Person) => {
      me.place({ price: EXPORT_PRICE, energyWh: SOLD_WH, expiryFrame: frame });
    };
    const cheat: PersonOptions = {
      ...{ name: "cheat", side: "discharge", ratedW: 7_000n, pricePerKwh: EXPORT_PRICE, energyWh: BigInt(FRAMES) },
      ...{ firstFrame: 0, lastFrame: FRAMES - 1, act },
      move: (_, agreedWh) => ({ ...movement("discharge", agreedWh), silent: cheats }),
    };
    street.join(cheat);
    return street;
  },
};
