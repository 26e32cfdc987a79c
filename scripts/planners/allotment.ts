import type { Side } from "../core/types";
import type { KnownEv } from "./knownEv";
import { shareByLaxity } from "./leastLaxity";
import { wholeWh } from "./rounding";

/**
 * How a frame's totals are shared out among EVs: as the plan has it, earliest last frame first, or by smoothed least
 * laxity ({@link shareByLaxity}).
 */
export type Allotment = "plan" | "earliestExpiry" | "laxity";

/** Energy to be drawn and discharged in one frame, whole Wh. */
export interface FrameTotals {
  drawWh: number;
  dischargeWh: number;
}

/**
 * Shares a frame's totals out in whole Wh, each EV at most its rated power and what it still wants.
 *
 * By the plan, each EV gets its own planned energy, rounded so that the sum stays; what the total has beyond the plan
 * goes to those that leave first, what it lacks is taken from those that leave last.
 *
 * @param frame The frame that is shared out.
 * @param plannedWh Each EV's energy in the plan.
 * @returns Each EV's energy; the totals, as far as the EVs can take them.
 */
export function allot(
  frame: number,
  evs: readonly KnownEv[],
  plannedWh: readonly number[],
  totals: FrameTotals,
  allotment: Allotment,
): number[] {
  const energyWh = new Array<number>(evs.length).fill(0);
  const share = (side: Side, totalWh: number) => {
    const own = [...evs.keys()].filter((index) => evs[index]!.side === side);
    if (allotment === "laxity") {
      shareByLaxity(
        own.map((index) => ({ ...evs[index]!, frames: evs[index]!.lastFrame - frame + 1 })),
        totalWh,
      ).forEach((wh, at) => (energyWh[own[at]!] = wh));
      return;
    }
    if (allotment === "plan") {
      wholeWh(own.map((index) => plannedWh[index]!)).forEach((wh, at) => (energyWh[own[at]!] = wh));
    }
    const byExpiry = own.sort((a, b) => evs[a]!.lastFrame - evs[b]!.lastFrame);
    let leftWh = totalWh - own.reduce((sum, index) => sum + energyWh[index]!, 0);
    for (const index of leftWh >= 0 ? byExpiry : byExpiry.toReversed()) {
      const { frameWh, remainingWh } = evs[index]!;
      const most = Math.min(frameWh, remainingWh) - energyWh[index]!;
      const wh = Math.max(-energyWh[index]!, Math.min(most, leftWh));
      energyWh[index]! += wh;
      leftWh -= wh;
    }
  };
  share("charge", totals.drawWh);
  share("discharge", totals.dischargeWh);
  return energyWh;
}
