import { movement, type Person, type PersonOptions } from "../person";
import { meteredParameters } from "../rules";
import { Street, type OperatorBehaviour } from "../street";
import type { Strategy } from "../strategy";
import { buyersAndSellers } from "./barter";

const FRAMES = 10;

/** The operator's account is empty whenever a frame is settled, and full again after. */
function emptied(): OperatorBehaviour {
  let aside = 0n;
  return {
    beforeSettlement(street) {
      aside = street.withdrawOperator(street.model.gridBalance);
    },
    afterSettlement(street) {
      if (aside > 0n) street.depositOperator(aside);
      aside = 0n;
    },
  };
}

/** The operator withdraws before each settlement what it would have to pay for surplus, and pays it in again after. */
export const emptyAccount: Strategy = {
  name: "empty-account",
  cheating: "the operator withdraws all before each settlement, and pays it in again after",
  honest: "the operator leaves its account alone",
  rule: "surplus that is not paid is a claim, not forgone (5)",
  cheat: "operator",
  unpriced: [],
  build(random, cheats) {
    const street = new Street({
      ...{ parameters: meteredParameters(), frames: FRAMES },
      ...(cheats ? { operator: emptied() } : {}),
    });
    for (const person of buyersAndSellers(random, FRAMES, { buyers: [15, 20], sellers: [7, 13] })) {
      const own = random.stream(`${person.name} leaves`);
      street.join(
        person.side === "discharge" ? person : leavingEarly(person, (frame) => own.stream(`${frame}`).uniform()),
      );
    }
    return street;
  },
};

/** An honest buyer who may drive off with part of what was agreed, so that its seller has some left. */
function leavingEarly(person: PersonOptions, shareOf: (frame: number) => number): PersonOptions {
  const move = (frame: number, agreedWh: bigint, me: Person) => {
    const wantedWh = agreedWh < me.leftWh ? agreedWh : me.leftWh;
    return movement("charge", BigInt(Math.floor(Number(wantedWh) * (0.3 + 0.7 * shareOf(frame)))));
  };
  return { ...person, move };
}
