import { type LoadPlan, type LoadProblem, planOf, signOf, totalsWh, windowFrames } from "./loadProblem";
import { projectOnBoxAndSum } from "./projection";

/**
 * The least sum of the squared *load* (not of its steps), by block water-filling: EV by EV, each pours its energy into
 * the valleys that the others leave, until nothing moves. The flattest load over the frames as a whole; a variant of
 * problem (6) that does not look at the order of the frames. Keeps no limit by itself: where a plan at all keeps to the
 * limit on each frame and no load is expected besides, the flattest comes nearest to it.
 */
export function solveSquaredLoad(problem: LoadProblem, toleranceWh = 0.5, maxRounds = 500): LoadPlan {
  const { loads } = problem;
  const energyWh = loads.map((load) => new Float64Array(windowFrames(load)));
  const ones = new Float64Array(problem.baseWh.length).fill(1);
  const total = totalsWh(problem, energyWh);
  for (let round = 0; round < maxRounds; round++) {
    let movedWh = 0;
    loads.forEach((load, index) => {
      const own = energyWh[index]!;
      const sign = signOf(load);
      const wanted = own.map((wh, k) => wh - sign * total[load.firstFrame + k]!);
      projectOnBoxAndSum(wanted, ones.subarray(0, own.length), load.frameWh, load.leastWh, load.mostWh, wanted);
      for (let k = 0; k < own.length; k++) {
        const change = wanted[k]! - own[k]!;
        movedWh = Math.max(movedWh, Math.abs(change));
        total[load.firstFrame + k]! += sign * change;
        own[k] = wanted[k]!;
      }
    });
    if (movedWh <= toleranceWh) break;
  }
  return planOf(problem, energyWh);
}
