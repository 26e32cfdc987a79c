import { drawPeople, IDLE, stayAway } from "../people";
import { movement, type Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";

const FRAMES = 12;
const BASE_LOAD_W = 100_000n;
/** Room under the transformer, W: what one pile of 7 kW can take. */
const ROOM_W = 7_000n;
const FRAME_WH = 3_500n;

/** Outbids everybody by a tick for all the room under the transformer, frame after frame, and takes nothing. */
export const squat: Strategy = {
  name: "squat",
  cheating: "outbids everybody by a tick for all the room under the transformer, and takes nothing, in every frame",
  honest: "needs nothing and stays away",
  rule: "who takes less of a grid fill pays the grid r − x (5)",
  bound: "a victim loses its limit less r: more than the cheat pays only where the limit is above 2 r − x",
  cheat: "cheat",
  unpriced: [{ of: "victims", figure: "waitH", what: "others wait", unit: "h" }],
  build(random, cheats) {
    const street = new Street({
      parameters: meteredParameters({ capacityW: BASE_LOAD_W + ROOM_W }),
      frames: FRAMES,
      baseLoadW: () => BASE_LOAD_W,
    });
    const buyers = drawPeople(random, "buyer", {
      ...{ count: 6, side: "charge", pricePence: [22, 32], energyWh: [2_000, 3_500] },
      ...{ firstFrame: [0, 6], lastFrame: FRAMES - 1 },
    });
    for (const buyer of buyers) street.join(buyer);
    const act = (frame: number, me: Person) => {
      const best = me.book(frame).bids.find(({ pile }) => pile !== me.name);
      if (best === undefined) return;
      me.place({ price: best.price + 1n, energyWh: FRAME_WH, expiryFrame: frame });
    };
    street.join({
      ...IDLE,
      side: "charge",
      ...(cheats ? { act, move: () => movement("charge", 0n) } : { act: stayAway }),
    });
    return street;
  },
};
