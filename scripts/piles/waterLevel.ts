/** Energy that must be given by a frame, at no more than so much a frame. */
export interface Demand {
  energyWh: number;
  /** Most it can take in a frame, Wh. */
  frameWh: number;
  /** Last frame in which it may be given. */
  lastFrame: number;
}

/**
 * The level to which the load should be filled up in the next frame, so that all known demand is met by its last frame
 * with the flattest load: the highest of the levels that the deadlines call for.
 *
 * By the end of each coming frame k, of every demand at least what cannot be given later any more must have been given.
 * Poured into the valleys of the load from now to k, that much energy stands at a level; the highest level over all k is
 * the one to keep. (With equal limits this is the "optimal available" rule of speed scaling; demand yet to come is not
 * known and not reckoned with.)
 *
 * @param loadWh The load without that demand from the next frame on, as energy per frame, Wh.
 * @param firstFrame The next frame: that of `loadWh[0]`.
 * @returns The level, Wh a frame; -Infinity if nothing is demanded.
 */
export function waterLevelWh(loadWh: readonly number[], firstFrame: number, demands: readonly Demand[]): number {
  const lastFrame = Math.max(...demands.map((demand) => demand.lastFrame));
  const sorted: number[] = [];
  let level = -Infinity;
  for (let frame = firstFrame; frame <= lastFrame; frame++) {
    insertSorted(sorted, loadWh[frame - firstFrame] ?? loadWh[loadWh.length - 1] ?? 0);
    let dueWh = 0;
    for (const { energyWh, frameWh, lastFrame: last } of demands) {
      dueWh += Math.max(0, energyWh - frameWh * Math.max(0, last - frame));
    }
    if (dueWh > 0) level = Math.max(level, pouredLevel(sorted, dueWh));
  }
  return level;
}

/** The level at which `energyWh` stands when poured over `ascending` ground. */
export function pouredLevel(ascending: readonly number[], energyWh: number): number {
  let ground = 0;
  for (let width = 1; width <= ascending.length; width++) {
    ground += ascending[width - 1]!;
    const level = (ground + energyWh) / width;
    if (width === ascending.length || level <= ascending[width]!) return level;
  }
  return energyWh;
}

function insertSorted(ascending: number[], value: number): void {
  let index = ascending.length;
  while (index > 0 && ascending[index - 1]! > value) index--;
  ascending.splice(index, 0, value);
}
