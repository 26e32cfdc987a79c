import type { Random } from "../../../../core/random";
import type { MarketParameters } from "../../../../core/types";
import { drawPeople } from "../../people";
import type { Person, PersonOptions } from "../../person";
import { meteredParameters, PENNY } from "../../rules";
import { Street } from "../../street";
import { falling } from "../benefitFeeder";

/** Energy that a pile of 7 kW moves in a frame, Wh: a normal order. */
export const FRAME_WH = 3_500n;
/** Limit above whatever anything costs here. */
export const ANY_PRICE = 60n * PENNY;
/** Frames of an evening. */
export const FRAMES = 20;

/** Homes from the evening on: the premium is 4.5 p before any EV charges, and none at the end. */
const EVENING = { fromW: 100_000, toW: 40_000 };
/** Homes just below the load from which the price rises. */
const CALM_W = 52_000n;

/** A metered market under the rule `congestion`: 0.1 p a kW above 55 kW, unless told otherwise. */
export function pricedStreet(
  frames: number,
  baseLoadW: (frame: number) => bigint,
  changes: Partial<MarketParameters> = {},
): Street {
  return new Street({ parameters: meteredParameters({ matching: "congestion", ...changes }), frames, baseLoadW });
}

/**
 * Twelve honest buyers and three sellers, whom a loaded evening awaits.
 *
 * @param inventedW published for the homes beyond what they draw, W
 */
export function loadedEvening(random: Random, inventedW = 0n): Street {
  const homesW = falling(EVENING);
  return peopled(
    pricedStreet(FRAMES, (frame) => homesW(frame) + inventedW),
    random,
  );
}

/** The same with three buyers more who insist on every frame, so that the grid serves in each. */
export function busyEvening(random: Random): Street {
  const street = loadedEvening(random);
  const drawn = { count: 3, side: "charge", pricePence: [45, 50], energyWh: [1, 1], lastFrame: FRAMES - 1 } as const;
  for (const person of drawPeople(random, "insisting", drawn)) street.join(insisting(person, FRAMES));
  return street;
}

/** The same people in hours of a steady load, in which the premium is small. */
export function calmHours(random: Random): Street {
  return peopled(
    pricedStreet(FRAMES, () => CALM_W),
    random,
  );
}

function peopled(street: Street, random: Random): Street {
  const stay = { firstFrame: [0, FRAMES - 8], lastFrame: FRAMES - 1, energyWh: [2_000, 3_500] } as const;
  const buyers = drawPeople(random, "buyer", { count: 12, side: "charge", pricePence: [22, 36], ...stay });
  const sellers = drawPeople(random, "seller", { count: 3, side: "discharge", pricePence: [8, 16], ...stay });
  for (const person of [...buyers, ...sellers]) street.join(person);
  return street;
}

/** The cheat of a street, drawn as others are, whole frames of energy to move. */
export function drawCheat(
  random: Random,
  side: PersonOptions["side"],
  pricePence: readonly [number, number],
  lastFrame = FRAMES - 1,
): PersonOptions {
  const energyWh = [Number(FRAME_WH), Number(FRAME_WH)] as const;
  const [cheat] = drawPeople(random, "cheat", { count: 1, side, pricePence, energyWh, lastFrame });
  return { ...cheat!, name: "cheat" };
}

/** Needs as much as its pile moves in every frame, and cannot wait: orders it frame by frame at its true limit. */
export function insisting(person: PersonOptions, frames: number): PersonOptions {
  const act = (frame: number, me: Person) => {
    me.place({ price: person.pricePerKwh, energyWh: FRAME_WH, expiryFrame: frame });
  };
  return { ...person, energyWh: FRAME_WH * BigInt(frames), firstFrame: 0, lastFrame: frames - 1, act };
}
