import { IDLE, stayAway } from "../people";
import { movement, type Person } from "../person";
import { meteredParameters } from "../rules";
import { Street } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers } from "./barter";

const FRAMES = 10;
const FRAME_WH = 3_500n;

/** Sells what it has not got, and takes its money out before the frame is settled. */
export const desertion: Strategy = {
  name: "desertion",
  cheating: "has no energy, undercuts every seller, delivers nothing, and withdraws all it can before the settlement",
  honest: "has no energy and stays away",
  rule: "what may be owed for an open frame is set aside until it is settled (2, 5)",
  cheat: "cheat",
  unpriced: [],
  build(random, cheats) {
    const street = new Street({ parameters: meteredParameters(), frames: FRAMES });
    for (const person of buyersAndSellers(random, FRAMES, { buyers: [15, 20], sellers: [7, 13] })) street.join(person);
    const act = (frame: number, me: Person) => {
      const rival = me.book(frame).asks.find(({ pile }) => pile !== me.name);
      if (rival !== undefined) me.place({ price: rival.price - 1n, energyWh: FRAME_WH, expiryFrame: frame });
    };
    const beforeSettlement = (_: number, me: Person) => {
      if (me.moved.length > 0) me.withdrawAll();
    };
    street.join({
      ...IDLE,
      side: "discharge",
      ...(cheats ? { act, beforeSettlement, move: () => movement("discharge", 0n) } : { act: stayAway }),
    });
    return street;
  },
};
