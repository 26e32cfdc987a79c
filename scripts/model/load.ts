import type { MarketParameters, Publication } from "../core/types";
import { MAX_UINT24, PUBLICATION_MEMORY_FRAMES } from "./limits";

const SECONDS_PER_HOUR = 3600n;

/** Unity of an efficiency, 1/10 000. */
const FULL_BPS = 10_000n;

/** How much of the energy that the grid moves the piles' losses add or take [T 6.1]; none where it is not given. */
type Efficiencies = Partial<Pick<MarketParameters, "chargeEfficiencyBps" | "dischargeEfficiencyBps">>;

/**
 * How much energy may still be drawn from the grid in a frame under the capacity, in whole Wh, never negative [T 4.3b],
 * SPEC 4.
 *
 * @param baseLoadW P_home(t), W; negative where the homes feed in more than they use.
 */
export function chargingRoomWh(
  market: Pick<MarketParameters, "capacityW" | "lossAllowanceW" | "frameSeconds"> & Efficiencies,
  baseLoadW: bigint,
): bigint {
  const { chargeEfficiencyBps = FULL_BPS } = market;
  const roomW = market.capacityW - market.lossAllowanceW - baseLoadW;
  if (roomW <= 0n) return 0n;
  return (roomW * BigInt(market.frameSeconds) * FULL_BPS) / (SECONDS_PER_HOUR * chargeEfficiencyBps);
}

/**
 * Energy moved in one frame as power, rounded away from zero [T 4.3a, 6.6]: the one formula of the load, SPEC 4.
 *
 * @param drawnWh Drawn from the grid, Wh; less what was fed in, where the efficiencies do not matter.
 * @param dischargedWh Fed into the grid, Wh.
 * @returns W.
 */
export function powerAwayFromZeroW(
  market: Pick<MarketParameters, "frameSeconds"> & Efficiencies,
  drawnWh: bigint,
  dischargedWh = 0n,
): bigint {
  const { chargeEfficiencyBps = FULL_BPS, dischargeEfficiencyBps = FULL_BPS } = market;
  const scaled = (chargeEfficiencyBps * drawnWh - dischargeEfficiencyBps * dischargedWh) * SECONDS_PER_HOUR;
  const divisor = BigInt(market.frameSeconds) * FULL_BPS;
  const magnitude = scaled < 0n ? -scaled : scaled;
  const powerW = (magnitude + divisor - 1n) / divisor;
  return scaled < 0n ? -powerW : powerW;
}

/**
 * Energy that a pile can move in one frame, Wh, rounded down. SPEC 2.
 *
 * @param ratedW W.
 */
export function movableWh(market: Pick<MarketParameters, "frameSeconds">, ratedW: bigint): bigint {
  return (ratedW * BigInt(market.frameSeconds)) / SECONDS_PER_HOUR;
}

/**
 * The most that a pile can be metered at in one frame, Wh: what it can move, as far as a reading can tell. SPEC 2.
 *
 * @param ratedW W.
 */
export function reachWh(market: Pick<MarketParameters, "frameSeconds">, ratedW: bigint): bigint {
  const wh = movableWh(market, ratedW);
  return wh < MAX_UINT24 ? wh : MAX_UINT24;
}

/** Base loads that are remembered; undefined where a frame was not published or is forgotten. */
interface BaseLoads {
  recall(frame: number): Pick<Publication, "baseLoadW"> | undefined;
}

/** A cleared frame and its recorded P_total, W. */
export interface RecordedLoad {
  frame: number;
  loadW: bigint;
  /** Whether the frame's base load had been published when it was cleared. */
  known: boolean;
}

/**
 * By how much power-load fluctuation grows when a frame is cleared: the absolute steps of P_total since the last
 * clearing [T 4.4], W.
 *
 * Frames between that nobody cleared count as their base load, as long as it is remembered. A step counts only where
 * the base loads of both its frames were published, and only within the 128 frames that end with the one now cleared.
 * If no frame was ever cleared, only the step into this one counts.
 *
 * @param cleared The frame now cleared and its load.
 * @param last The frame cleared before it, if any.
 */
export function fluctuationW(memory: BaseLoads, cleared: RecordedLoad, last: RecordedLoad | undefined): bigint {
  const loadW = (frame: number): bigint | undefined => {
    if (frame === cleared.frame) return cleared.known ? cleared.loadW : undefined;
    if (frame === last?.frame) return last.known ? last.loadW : undefined;
    return memory.recall(frame)?.baseLoadW;
  };
  let sumW = 0n;
  const from = last === undefined ? cleared.frame - 1 : last.frame;
  // The memory's span ends with the frame now cleared, whether or not that one was published.
  const oldest = Math.max(from, cleared.frame - PUBLICATION_MEMORY_FRAMES + 1);
  for (let frame = oldest; frame < cleared.frame; frame++) {
    const before = loadW(frame);
    const after = loadW(frame + 1);
    if (before === undefined || after === undefined) continue;
    sumW += after > before ? after - before : before - after;
  }
  return sumW;
}
