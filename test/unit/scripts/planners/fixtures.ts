import { homesBaseLoadW } from "../../../../scripts/data/elexonProfileClass1";
import type { FlexibleLoad, LoadProblem } from "../../../../scripts/planners/loadProblem";
import { signOf } from "../../../../scripts/planners/loadProblem";
import { Random } from "../../../../scripts/core/random";

/** A seeded problem on the load of 100 homes; every fifth EV or so discharges. */
export function drawProblem(seed: number, evs: number, frames: number, limitWh = Infinity): LoadProblem {
  const random = new Random(seed);
  const baseWh = homesBaseLoadW(100)
    .slice(0, frames)
    .map((watts) => watts / 2);
  const loads = Array.from({ length: evs }, (): FlexibleLoad => {
    const firstFrame = random.integer(0, frames - 4);
    const lastFrame = random.integer(firstFrame + 2, frames - 1);
    const frameWh = random.pick([1500, 3500, 21500]);
    const mostWh = Math.min(frameWh * (lastFrame - firstFrame + 1), random.integer(500, 20_000));
    const side = random.chance(0.2) ? "discharge" : "charge";
    return { side, firstFrame, lastFrame, frameWh, leastWh: side === "charge" ? mostWh : 0, mostWh };
  });
  return { baseWh, previousWh: baseWh[0]!, limitWh, loads };
}

/**
 * Conditions that a plan breaks: none, if it is allowed. `slackWh` is the most that rounding errors may amount to.
 */
export function broken(problem: LoadProblem, energyWh: readonly ArrayLike<number>[], slackWh: number): string[] {
  const totalWh = Array.from(problem.baseWh);
  const faults = problem.loads.flatMap((load, index) => {
    const energies = Array.from(energyWh[index]!);
    energies.forEach((wh, k) => (totalWh[load.firstFrame + k]! += signOf(load) * wh));
    const sum = energies.reduce((all, wh) => all + wh, 0);
    return [
      ...(energies.length === load.lastFrame - load.firstFrame + 1 ? [] : [`load ${index}: other frames`]),
      ...(energies.every((wh) => wh >= -slackWh && wh <= load.frameWh + slackWh) ? [] : [`load ${index}: rate`]),
      ...(sum >= load.leastWh - slackWh && sum <= load.mostWh + slackWh ? [] : [`load ${index}: sum ${sum}`]),
    ];
  });
  totalWh.forEach((wh, frame) => {
    if (wh > Math.max(problem.limitWh, problem.baseWh[frame]!) + slackWh) faults.push(`frame ${frame}: ${wh}`);
  });
  return faults;
}
