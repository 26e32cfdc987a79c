import type { BookLine, PublicNeed, PublicView } from "../agent";
import { type Projection, projectClearing } from "../projection";
import { type Demand, waterLevelWh } from "../waterLevel";

/** How slices are cut. */
export interface SliceOptions {
  /** Gaps below this are left open, and no slice is smaller, Wh: what a steadier load is not worth a transaction for. */
  toleranceWh: number;
  /**
   * How far the target stays at the load of the running frame where the water level has fallen below it, 0 (follow the
   * level) to 1 (hold the load as long as somebody still needs energy). Falling now only to rise later costs twice.
   */
  hold: number;
}

/** A pile that might buy a slice in the next frame. */
interface Candidate {
  need: PublicNeed;
  /** Most it can buy in a frame as a normal order, Wh. */
  frameWh: number;
  /** Frames it could do without, buying flat out in the others. */
  slackFrames: number;
  /**
   * Energy that must be bought in the next frame as it cannot be bought later; 0 if the grid brings that
   * anyway, Wh.
   */
  mustWh: number;
}

/** How often the plan is corrected for slices that met an ask instead of the grid. */
const ROUNDS = 4;
/** Sequence numbers of orders not placed yet come after those of the book. */
const LATER_THAN_ALL = 1e15;

/**
 * Who should buy how much in the next frame, worked out from the public book alone.
 *
 * Every agent comes to the same plan and carries out its own part of it, so that they fill a valley together and do not
 * herd into it. The load is filled up to the {@link waterLevelWh} of all known needs: those that can wait least come
 * first, each with a normal order at the tariff, which the market fills in its first clearing (SPEC 3).
 *
 * @returns Wh by pile.
 */
export function planSlices(view: PublicView, options: SliceOptions): Map<string, number> {
  const next = view.frame + 1;
  const published = view.published(next);
  // Nothing is filled from the grid in an unpublished frame.
  if (published === undefined) return new Map();

  const untouched = projectClearing(view, view.book);
  const groundWh = forecastBaseWh(view, Math.max(next, ...view.needs.map(({ lastFrame }) => lastFrame)));
  const homesWh = groundWh[0]!;
  groundWh[0]! += untouched.totalGridWh;

  const candidates: Candidate[] = [];
  const demands: Demand[] = [];
  for (const need of view.needs) {
    const { pile, energyWh, lastFrame, order } = need;
    const frameWh = Math.min(view.market.icebergThresholdWh, need.pileFrameWh);
    const laterFrames = lastFrame - next;
    const dueWh = energyWh - frameWh * laterFrames;
    // Only the grid is sure to deliver: an ask may be taken by somebody else's slice.
    const mustWh = dueWh > (untouched.gridWh.get(pile) ?? 0) ? dueWh : 0;
    const leftWh = energyWh - givenWh(untouched, pile);
    const tooLittle = energyWh < view.market.minEnergyWh;
    if (tooLittle || (leftWh <= 0 && mustWh === 0)) continue;
    const tranches = automaticTranches(view, need, leftWh);
    if (tranches !== undefined && mustWh === 0) {
      for (const { frame, trancheWh } of tranches) groundWh[frame - next]! += trancheWh;
      continue;
    }
    demands.push({ energyWh: leftWh, frameWh, lastFrame });
    if (order !== undefined && !order.iceberg && order.price >= published.importPricePerKwh) continue; // buys already
    candidates.push({ need, frameWh, slackFrames: laterFrames + 1 - leftWh / frameWh, mustWh });
  }
  if (candidates.length === 0) return new Map();
  candidates.sort((a, b) => a.slackFrames - b.slackFrames || (a.need.pile < b.need.pile ? -1 : 1));

  const levelWh = waterLevelWh(groundWh, next, demands);
  const runningWh = ((view.recordedLoadW(view.frame) ?? 0) * view.market.frameSeconds) / 3600;
  const targetWh = levelWh + options.hold * Math.max(0, runningWh - levelWh);
  return fillUp(view, candidates, untouched, targetWh - homesWh, options.toleranceWh);
}

/** Gives slices until the grid delivers `targetGridWh` in the next frame. */
function fillUp(
  view: PublicView,
  candidates: readonly Candidate[],
  untouched: Projection,
  targetGridWh: number,
  toleranceWh: number,
): Map<string, number> {
  const smallestWh = Math.max(view.market.minEnergyWh, toleranceWh);
  const plan = new Map<string, number>();
  for (const candidate of candidates) {
    const { need, mustWh } = candidate;
    if (mustWh > 0) plan.set(need.pile, sliceWh(candidate, mustWh, smallestWh));
  }
  // A slice may meet an ask instead of the grid, so the gap is measured anew after each round.
  for (let round = 0; round < ROUNDS; round++) {
    const projected = projectClearing(view, withSlices(view, plan));
    let gapWh = targetGridWh - projected.totalGridWh;
    for (const candidate of candidates) {
      if (gapWh < toleranceWh) break;
      const { pile } = candidate.need;
      const planned = plan.get(pile) ?? 0;
      const matchedWh = projected.matchedWh.get(pile) ?? 0;
      // Who is being served by a peer is asked last.
      if (round === 0 && planned === 0 && matchedWh > 0) continue;
      const already = Math.max(planned, givenWh(projected, pile));
      const energyWh = sliceWh(candidate, already + gapWh, smallestWh);
      const lastOne = energyWh === candidate.need.energyWh;
      if (energyWh - already < toleranceWh && !(lastOne && energyWh > already)) continue;
      plan.set(pile, energyWh);
      gapWh -= energyWh - already;
    }
  }
  return plan;
}

/**
 * The slice nearest to `wantedWh` that the pile can buy, neither too small itself nor leaving too small a rest for an
 * order to be worth its while, Wh.
 */
function sliceWh({ need, frameWh, mustWh }: Candidate, wantedWh: number, smallestWh: number): number {
  const mostWh = Math.min(frameWh, need.energyWh);
  const slice = Math.min(mostWh, Math.max(smallestWh, Math.ceil(wantedWh)));
  const restWh = need.energyWh - slice;
  if (restWh === 0 || restWh >= smallestWh) return slice;
  if (need.energyWh <= frameWh) return need.energyWh;
  return Math.max(Math.min(mostWh, mustWh), need.energyWh - smallestWh);
}

/** The book as it will be when the plan is carried out. */
function withSlices(view: PublicView, plan: ReadonlyMap<string, number>): BookLine[] {
  const firstFrame = view.frame + 1;
  const price = view.published(firstFrame)!.importPricePerKwh;
  const needs = new Map(view.needs.map((need) => [need.pile, need]));
  const slices = [...plan].map(([pile, energyWh], index): BookLine => {
    const { pileFrameWh, lastFrame: expiryFrame } = needs.get(pile)!;
    const size = { remainingWh: energyWh, peakWh: energyWh, iceberg: false };
    const sequence = LATER_THAN_ALL + index;
    return { pile, pileFrameWh, side: "charge", price, ...size, firstFrame, expiryFrame, sequence };
  });
  return [...view.book.filter(({ pile }) => !plan.has(pile)), ...slices];
}

/**
 * The tranches that the grid will fill of a need's live iceberg after the next frame without anybody's help, if they
 * cover what will then be left of it; undefined if they do not.
 */
function automaticTranches(
  view: PublicView,
  { order }: PublicNeed,
  leftWh: number,
): { frame: number; trancheWh: number }[] | undefined {
  const tariff = view.published(view.frame + 1)!.importPricePerKwh;
  if (order === undefined || !order.iceberg || order.price < tariff) return undefined;
  const tranches: { frame: number; trancheWh: number }[] = [];
  let restWh = leftWh;
  const start = Math.max(view.frame + 2, order.firstFrame + view.market.maxWaitFrames);
  for (let frame = start; frame <= order.expiryFrame && restWh > 0; frame++) {
    const trancheWh = Math.min(order.peakWh, restWh);
    tranches.push({ frame, trancheWh });
    restWh -= trancheWh;
  }
  return restWh > 0 ? undefined : tranches;
}

/** Base load from the next frame to `lastFrame`, Wh a frame: as published, or as a day before, or as last known. */
function forecastBaseWh(view: PublicView, lastFrame: number): number[] {
  const { frameSeconds } = view.market;
  const dayFrames = Math.round(86_400 / frameSeconds);
  let knownW = 0;
  return Array.from({ length: lastFrame - view.frame }, (_, index) => {
    const frame = view.frame + 1 + index;
    knownW = (view.published(frame) ?? view.published(frame - dayFrames))?.baseLoadW ?? knownW;
    return (knownW * frameSeconds) / 3600;
  });
}

function givenWh(projection: Projection, pile: string): number {
  return (projection.matchedWh.get(pile) ?? 0) + (projection.gridWh.get(pile) ?? 0);
}
