/** An EV's need, and until when, as of the frame to be shared out. */
export interface Waiting {
  /** Energy that it still wants, Wh. */
  remainingWh: number;
  /** Most that it moves in a frame, Wh. */
  frameWh: number;
  /** Frames left to it, the one to be shared out included; 0 where it has left. */
  frames: number;
}

/** Halvings of the interval in which the laxity level lies: to far below a Wh. */
const HALVINGS = 60;

/** Frames that an EV could do without and still be served at its full rate; negative where it cannot be any more. */
export function laxityFrames({ remainingWh, frameWh, frames }: Waiting): number {
  return frameWh === 0 ? Infinity : frames - remainingWh / frameWh;
}

/**
 * Shares a frame's total out by smoothed least laxity (Nakahira, Chen, Chen and Low 2017): each EV gets
 * `clamp(frameWh · (L - laxity))` for the one level `L` at which the sum is the total, at least what it could not be
 * given later any more, at most its rate and what it still wants. So laxities move towards each other, and the EVs that
 * could draw much in a later frame stay many.
 *
 * @param totalWh Whole Wh, never exceeded; what the EVs cannot take of it is left over. Where it is less than what cannot
 * wait, the least lax come first.
 * @returns Whole Wh by EV.
 */
export function shareByLaxity(evs: readonly Waiting[], totalWh: number): number[] {
  const most = evs.map(({ remainingWh, frameWh, frames }) => (frames > 0 ? Math.min(frameWh, remainingWh) : 0));
  const least = evs.map(({ remainingWh, frameWh, frames }, index) =>
    Math.min(most[index]!, Math.max(0, remainingWh - frameWh * (frames - 1))),
  );
  const laxities = evs.map(laxityFrames);
  const at = (level: number, index: number) =>
    Math.max(least[index]!, Math.min(most[index]!, evs[index]!.frameWh * (level - laxities[index]!)));
  const able = evs.map((_, index) => index).filter((index) => most[index]! > 0);
  if (able.length === 0) return evs.map(() => 0);
  const byLaxity = [...able].sort((a, b) => laxities[a]! - laxities[b]!);
  if (least.reduce((sum, wh) => sum + wh, 0) >= totalWh) return inOrder(byLaxity, least, totalWh);
  let low = Math.min(...able.map((index) => laxities[index]!));
  // One frame above the laxest, everybody draws at full rate.
  let high = Math.max(...able.map((index) => laxities[index]!)) + 1;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const level = (low + high) / 2;
    const sum = able.reduce((total, index) => total + at(level, index), 0);
    if (sum < totalWh) low = level;
    else high = level;
  }
  const energyWh = evs.map((_, index) => (most[index]! > 0 ? Math.max(least[index]!, Math.floor(at(high, index))) : 0));
  // The rest from rounding down goes to the least lax, a Wh each.
  let leftWh = totalWh - energyWh.reduce((sum, wh) => sum + wh, 0);
  for (const index of byLaxity) {
    if (leftWh <= 0) break;
    if (energyWh[index]! + 1 > most[index]!) continue;
    energyWh[index]!++;
    leftWh--;
  }
  return energyWh;
}

/** Gives each what it is due until nothing is left. */
function inOrder(order: readonly number[], dueWh: readonly number[], totalWh: number): number[] {
  const energyWh = dueWh.map(() => 0);
  let leftWh = totalWh;
  for (const index of order) {
    energyWh[index] = Math.min(Math.floor(dueWh[index]!), leftWh);
    leftWh -= energyWh[index];
  }
  return energyWh;
}
