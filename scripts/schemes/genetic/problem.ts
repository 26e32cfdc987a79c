import type { DeploymentParameters } from "../../core/parameters";
import { askedWh, type EnergyLimits, type EvStay, frameWh } from "../../piles/ev";

/** One EV's charging as the genetic algorithm sees it. Frames count from the problem's own first frame. */
export interface ChargingOrder {
  /** First frame in which it can be delivered to. */
  firstFrame: number;
  /** Last frame in which it can be delivered to. */
  lastFrame: number;
  energyWh: number;
  /** Energy that its pile can move in one frame, Wh. */
  maxFrameWh: number;
}

/** A day to be scheduled: what a market would see of it, known in advance. */
export interface GeneticProblem {
  /** The frame of the population that is frame 0 here. */
  firstFrame: number;
  frameSeconds: number;
  /** Capacity less the loss allowance, W [T 4.3b]. */
  limitW: number;
  /** P_total of the frame before the first, W. */
  beforeW: number;
  /** P_home of each frame, W; every order lies within. */
  baseLoadW: readonly number[];
  orders: readonly ChargingOrder[];
  /** For each order, which EV of the population it is of. */
  evs: readonly number[];
}

/** Parameters of a market that a schedule depends on. */
export type GeneticLimits = EnergyLimits & Pick<DeploymentParameters, "capacityW" | "lossAllowanceW">;

/**
 * The problem of a population of EVs: each charging EV that asks for energy is one order.
 *
 * @param evs Any population; discharging EVs are left out, since without a market nobody buys what they could sell.
 * @param baseLoadW P_home of a frame of the population, W
 * @returns undefined where no EV asks for energy
 */
export function geneticProblem(
  evs: readonly EvStay[],
  market: GeneticLimits,
  baseLoadW: (frame: number) => number,
): GeneticProblem | undefined {
  const wanted = evs.flatMap((ev, index) => {
    const energyWh = ev.side === "charge" ? askedWh(ev, market) : 0;
    return energyWh === 0 ? [] : [{ ev, index, energyWh }];
  });
  if (wanted.length === 0) return undefined;
  const firstFrame = wanted.reduce((least, { ev }) => Math.min(least, ev.arrivalFrame + 1), Infinity);
  const lastFrame = wanted.reduce((most, { ev }) => Math.max(most, ev.departureFrame), 0);
  return {
    firstFrame,
    frameSeconds: market.frameSeconds,
    limitW: Number(market.capacityW - market.lossAllowanceW),
    beforeW: baseLoadW(firstFrame - 1),
    baseLoadW: Array.from({ length: lastFrame - firstFrame + 1 }, (_, index) => baseLoadW(firstFrame + index)),
    orders: wanted.map(({ ev, energyWh }) => ({
      firstFrame: ev.arrivalFrame + 1 - firstFrame,
      lastFrame: ev.departureFrame - firstFrame,
      energyWh,
      maxFrameWh: frameWh(market, ev.ratedW),
    })),
    evs: wanted.map(({ index }) => index),
  };
}
