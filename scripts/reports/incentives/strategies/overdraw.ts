import { drawPeople } from "../people";
import { movement, type Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";

const FRAMES = 12;
const BASE_LOAD_W = 100_000n;
/** Room under the transformer, W: less than is wanted. */
const ROOM_W = 2_000n;
const BOUGHT_WH = 1n;

/** Where the transformer is full: gets 1 Wh allotted and takes what it needs, at r, and stays to pay for it. */
export const overdraw: Strategy = {
  name: "overdraw",
  cheating:
    "where room is scarce, outbids everybody for 1 Wh, takes all that it needs in that frame, and pays r for it",
  honest: "orders what it needs at its limit, and is served as far as its turn comes",
  rule: "what is taken beyond the agreed costs 2 r − x (5)",
  bound: "whoever has a limit above 2 r − x gains the difference, for what its rated power moves in a frame",
  cheat: "cheat",
  unpriced: [{ of: "grid", figure: "overloadKwh", what: "overload", unit: "kWh" }],
  build(random, cheats) {
    const street = new Street({
      ...{ parameters: meteredParameters({ capacityW: BASE_LOAD_W + ROOM_W }), frames: FRAMES },
      baseLoadW: () => BASE_LOAD_W,
    });
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 6, side: "charge", pricePence: [24, 32], energyWh: [2_000, 3_500], lastFrame: FRAMES - 1 },
    });
    for (const buyer of buyers) street.join(buyer);
    const [cheat] = drawPeople(random, "cheat", {
      ...{ count: 1, side: "charge", pricePence: [22, 24], energyWh: [3_000, 3_500], lastFrame: FRAMES - 1 },
    });
    const act = (frame: number, me: Person) => {
      const best = me.book(frame).bids[0];
      if (frame !== 1 || best === undefined) return;
      me.place({ price: best.price + 1n, energyWh: BOUGHT_WH, expiryFrame: frame });
    };
    const move = (_: number, __: bigint, me: Person) => movement("charge", me.leftWh);
    street.join({ ...cheat!, name: "cheat", ...(cheats ? { act, move } : {}) });
    return street;
  },
};
