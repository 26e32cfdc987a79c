import { Random } from "../../../../scripts/core/random";
import type { GeneticProblem } from "../../../../scripts/schemes/genetic/problem";

/** A seeded problem: EVs of 3 to 43 kW with stays and energies of all kinds that fit. */
export function randomProblem(seed: number, evs: number, changes: Partial<GeneticProblem> = {}): GeneticProblem {
  const random = new Random(seed);
  const frames = changes.baseLoadW?.length ?? random.integer(40, 60);
  const baseLoadW = Array.from({ length: frames }, () => random.integer(200 * evs, 900 * evs));
  const frameSeconds = changes.frameSeconds ?? 1800;
  const orders = Array.from({ length: evs }, () => {
    const firstFrame = random.integer(0, frames - 1);
    const lastFrame = random.integer(firstFrame, frames - 1);
    const maxFrameWh = Math.floor((random.pick([3_000, 3_680, 7_000, 22_000, 43_000]) * frameSeconds) / 3600);
    const energyWh = random.integer(1, Math.min(40_000, maxFrameWh * (lastFrame - firstFrame + 1)));
    return { firstFrame, lastFrame, energyWh, maxFrameWh };
  });
  const plain = { firstFrame: 0, frameSeconds, limitW: 2_500 * evs, beforeW: 500 * evs, baseLoadW, orders };
  return { ...plain, evs: orders.map((_, index) => index), ...changes };
}
