import { AbiCoder, keccak256, ZeroAddress } from "ethers";

import { decodeMeterReading } from "../../chain/packedWords";
import type { PileAttributes } from "../../model/creditRanking";
import type { Reading } from "../../core/settlement";

/** Most that a meter counts of a frame, Wh: 24 bits. */
const MAX_METERED_WH = 2n ** 24n - 1n;

/** A pile's meter as it counts after every change so far. */
export interface RebuiltMeter {
  key: string;
  energyPerFrameWh: bigint;
  /** 1/10 000. */
  weatherBps: bigint;
  operatorTag: bigint;
  attributes: PileAttributes;
}

/** A reading, and whose it is. */
export interface StoredReading extends Reading {
  pile: number;
  frame: number;
}

/** Meters, and readings of frames that nobody settled yet, as the delivery contract's events tell them. SPEC 5, 6. */
export class MeterBook {
  readonly meters = new Map<number, RebuiltMeter>();
  /** By frame, then by pile. */
  readonly readings = new Map<number, Map<number, Reading>>();

  register(pile: number, meter: Omit<RebuiltMeter, "weatherBps" | "attributes">): void {
    const attributes = { capacity: 0, renewable: 0, position: 0, stability: 0 };
    this.meters.set(pile, { ...meter, weatherBps: 0n, attributes });
  }

  /** @returns whether the pile has a meter */
  change(pile: number, change: Partial<RebuiltMeter>): boolean {
    const meter = this.meters.get(pile);
    if (meter !== undefined) Object.assign(meter, change);
    return meter !== undefined;
  }

  store(words: readonly bigint[]): StoredReading[] {
    return words.map((word) => {
      const { pile, frame, consumedWh, producedWh } = decodeMeterReading(word);
      const ofFrame = this.readings.get(frame) ?? new Map<number, Reading>();
      this.readings.set(frame, ofFrame.set(pile, { consumedWh, producedWh }));
      return { pile, frame, consumedWh, producedWh };
    });
  }
}

/** Energy a frame that a meter is registered with for a pile's rated power. */
export function energyPerFrameWh(ratedW: bigint, frameSeconds: number): bigint {
  const energyWh = (ratedW * BigInt(frameSeconds)) / 3_600n;
  return energyWh < MAX_METERED_WH ? energyWh : MAX_METERED_WH;
}

/** Tag of an operator in a meter; `types/Meter.sol`. */
export function operatorTag(operator: string): bigint {
  if (operator === ZeroAddress) return 0n;
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["address"], [operator]))) >> 208n;
}
