import { type LoadProblem, windowFrames } from "./loadProblem";

/**
 * The problem with each demand reduced, as little as can be, to the energy that its window, its rate and
 * the feeder's limit allow: a maximum flow from EVs through frames, EVs of earlier last frames first.
 * Servable demands stay as they are.
 */
export function servable(problem: LoadProblem): LoadProblem {
  const { baseWh, limitWh } = problem;
  const loads = problem.loads.map((load) => {
    const stayWh = load.frameWh * windowFrames(load);
    return { ...load, leastWh: Math.min(load.leastWh, stayWh), mostWh: Math.min(load.mostWh, stayWh) };
  });
  const roomWh = Float64Array.from(baseWh, (base) => Math.max(0, limitWh - base));
  const mostDrawnWh = new Float64Array(baseWh.length);
  for (const load of loads) {
    if (load.side === "discharge") continue;
    for (let frame = load.firstFrame; frame <= load.lastFrame; frame++) mostDrawnWh[frame]! += load.frameWh;
  }
  if (mostDrawnWh.every((wh, frame) => wh <= roomWh[frame]!)) return { ...problem, loads };

  const flow = new Flow(loads, roomWh);
  const byDeadline = [...loads.keys()].sort((a, b) => loads[a]!.lastFrame - loads[b]!.lastFrame);
  for (const index of byDeadline) {
    const load = loads[index]!;
    if (load.side === "discharge") continue;
    const served = flow.serve(index, load.leastWh);
    if (served < load.leastWh) loads[index] = { ...load, leastWh: served, mostWh: served };
  }
  return { ...problem, loads };
}

/** Energies that fill frames up to their room, moved about along augmenting paths. */
class Flow {
  private readonly energyWh: Float64Array[];

  constructor(
    private readonly loads: LoadProblem["loads"],
    private readonly roomWh: Float64Array,
  ) {
    this.energyWh = loads.map((load) => new Float64Array(windowFrames(load)));
  }

  /** Places as much of a demand as can be. @returns Wh placed. */
  serve(index: number, demandWh: number): number {
    let leftWh = demandWh;
    while (leftWh > 1e-9) {
      const placed = this.augment(index, leftWh);
      if (placed === 0) break;
      leftWh -= placed;
    }
    return demandWh - Math.max(0, leftWh <= 1e-9 ? 0 : leftWh);
  }

  /** Finds the shortest path from a load to a frame with room, and moves energy along it. @returns Wh placed. */
  private augment(source: number, mostWh: number): number {
    const cameFrom = new Map<number, { load: number; back: number | undefined }>();
    const queue: { load: number; back: number | undefined }[] = [{ load: source, back: undefined }];
    const seen = new Set([source]);
    for (let head = 0; head < queue.length; head++) {
      const { load, back } = queue[head]!;
      const { firstFrame, lastFrame } = this.loads[load]!;
      for (let frame = firstFrame; frame <= lastFrame; frame++) {
        if (cameFrom.has(frame) || this.spareWh(load, frame) <= 1e-9) continue;
        cameFrom.set(frame, { load, back });
        if (this.roomWh[frame]! > 1e-9) return this.move(frame, cameFrom, mostWh);
        for (const [other, energy] of this.energyWh.entries()) {
          const offset = frame - this.loads[other]!.firstFrame;
          if (seen.has(other) || !((energy[offset] ?? 0) > 1e-9)) continue;
          seen.add(other);
          queue.push({ load: other, back: frame });
        }
      }
    }
    return 0;
  }

  private spareWh(load: number, frame: number): number {
    const { frameWh, firstFrame } = this.loads[load]!;
    return frameWh - this.energyWh[load]![frame - firstFrame]!;
  }

  private move(end: number, cameFrom: Map<number, { load: number; back: number | undefined }>, mostWh: number): number {
    const path: { load: number; from: number | undefined; to: number }[] = [];
    let wh = Math.min(mostWh, this.roomWh[end]!);
    for (let to: number | undefined = end; to !== undefined;) {
      const { load, back }: { load: number; back: number | undefined } = cameFrom.get(to)!;
      wh = Math.min(wh, this.spareWh(load, to));
      if (back !== undefined) wh = Math.min(wh, this.energyWh[load]![back - this.loads[load]!.firstFrame]!);
      path.push({ load, from: back, to });
      to = back;
    }
    for (const { load, from, to } of path) {
      const { firstFrame } = this.loads[load]!;
      this.energyWh[load]![to - firstFrame]! += wh;
      if (from !== undefined) this.energyWh[load]![from - firstFrame]! -= wh;
    }
    this.roomWh[end]! -= wh;
    return wh;
  }
}
