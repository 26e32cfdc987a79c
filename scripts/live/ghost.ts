import type { GhostStep } from "./frameFacts";

/**
 * Load of the piles if each charged its order's energy at its rated power from the first frame on that its order
 * could have been filled in, W by frame. A changed order changes the rest to be charged.
 *
 * @param ratedW Of a pile by its number.
 * @param until The last frame.
 */
export function ghostLoad(
  steps: readonly GhostStep[],
  ratedW: (pile: number) => number,
  frameSeconds: number,
  until: number,
): Map<number, number> {
  const byPile = new Map<number, GhostStep[]>();
  for (const step of steps) byPile.set(step.pile, [...(byPile.get(step.pile) ?? []), step]);
  const load = new Map<number, number>();
  for (const [pile, own] of byPile) {
    const perFrameWh = (ratedW(pile) * frameSeconds) / 3600;
    let next = 0;
    let leftWh = 0;
    for (let frame = own[0]!.firstFrame; frame <= until && (leftWh > 0 || next < own.length); frame++) {
      while (next < own.length && own[next]!.firstFrame <= frame) leftWh = Math.max(0, leftWh + own[next++]!.changeWh);
      const drawnWh = Math.min(leftWh, perFrameWh);
      leftWh -= drawnWh;
      if (drawnWh > 0) load.set(frame, (load.get(frame) ?? 0) + (drawnWh * 3600) / frameSeconds);
    }
  }
  return load;
}
