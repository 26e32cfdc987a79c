import type { MarketParameters } from "../../../core/types";
import { asapPlanner, epob } from "../../../planners/book/planners";
import type { Random } from "../../../core/random";
import { drawPeople } from "../people";
import { meteredParameters } from "../rules";
import { Street } from "../street";

/** Homes from the evening on: their load falls from one figure to another in eight hours and stays there, W. */
interface Night {
  fromW: number;
  toW: number;
  capacityW: bigint;
}

/** A transformer that could carry everybody at once. */
export const AMPLE: Night = { fromW: 100_000, toW: 40_000, capacityW: 150_000n };
/** One that cannot serve everybody by the end of their stays. */
export const SCARCE: Night = { fromW: 94_000, toW: 86_000, capacityW: 100_000n };

const FALLING_FRAMES = 16;

/** Load of the homes, W, that falls in eight hours from one figure to another and stays there. */
export function falling({ fromW, toW }: Pick<Night, "fromW" | "toW">): (frame: number) => bigint {
  return (frame) => {
    const fallen = (1 - Math.cos((Math.PI * Math.min(frame, FALLING_FRAMES)) / FALLING_FRAMES)) / 2;
    return BigInt(Math.round(fromW + (toW - fromW) * fallen));
  };
}

/** A benefit market in whose rounds an ePoB planner and one that plans everything at once compete. */
export function benefitStreet(frames: number, night: Night, changes: Partial<MarketParameters> = {}): Street {
  const { capacityW } = night;
  return new Street({
    parameters: meteredParameters({ settlement: "benefit", capacityW, ...changes }),
    ...{ frames, baseLoadW: falling(night), planners: [epob(), asapPlanner()] },
  });
}

/** Frames of {@link honestEvening}. */
export const EVENING_FRAMES = 20;

/** A benefit market under an ample transformer with eight honest buyers of several tranches each. */
export function honestEvening(random: Random, changes: Partial<MarketParameters> = {}): Street {
  const street = benefitStreet(EVENING_FRAMES, AMPLE, changes);
  const buyers = drawPeople(random, "buyer", {
    ...{ count: 8, side: "charge", pricePence: [22, 32], energyWh: [5_000, 12_000] },
    ...{ firstFrame: [0, 6], lastFrame: EVENING_FRAMES - 2 },
  });
  for (const buyer of buyers) street.join(buyer);
  return street;
}
