/**
 * The packed words of benefit rounds, decoded and encoded: `contracts/types/RoundTerms.sol`, `FlexibleOrder.sol`,
 * `Plan.sol`.
 */
import { concat, toBeHex } from "ethers";

import { figuresOf, type Plan, planFrom } from "../core/rounds";
import type { MarketParameters } from "../core/types";
import { field } from "./packedWords";

/** The constants of a round. Powers in W, energies in Wh. */
export interface PackedRoundTerms {
  frame: number;
  /** Load of the frame before; undefined where the step from it does not count. */
  previousW: bigint | undefined;
  /** Drawn from the grid by the match. */
  matchedWh: bigint;
  /** Capacity less the loss allowance. */
  limitW: bigint;
  frameSeconds: number;
  /** H, frames. */
  horizon: number;
  chargeEfficiencyBps: bigint;
  dischargeEfficiencyBps: bigint;
  maxWaitFrames: number;
  /** Whether a plan's figures are levels of laxity. */
  byLaxity: boolean;
  /** B: what exports may cost, in units of tickSize money units. */
  exportBudgetTicks: bigint;
}

/** An order that plans may move. */
export interface PackedFlexibleOrder {
  pile: number;
  charge: boolean;
  remainingWh: bigint;
  /** Energy that it still displays in the round's frame. */
  leftWh: bigint;
  peakWh: bigint;
  priceTicks: bigint;
  /** Frames from the round's frame to its last. */
  lastOffset: number;
  waitedFrames: number;
}

/** Decodes `types/RoundTerms.sol`. */
export function decodeRoundTerms(word: bigint): PackedRoundTerms {
  return {
    frame: Number(field(word, 0, 32)),
    previousW: field(word, 72, 1) === 1n ? BigInt.asIntN(40, field(word, 32, 40)) : undefined,
    matchedWh: field(word, 73, 32),
    limitW: field(word, 105, 32),
    frameSeconds: Number(field(word, 137, 17)),
    horizon: Number(field(word, 154, 6)),
    chargeEfficiencyBps: field(word, 160, 15),
    dischargeEfficiencyBps: field(word, 175, 15),
    maxWaitFrames: Number(field(word, 190, 16)),
    byLaxity: field(word, 206, 1) === 1n,
    exportBudgetTicks: field(word, 207, 49),
  };
}

/** Encodes `types/RoundTerms.sol`. */
export function encodeRoundTerms(t: PackedRoundTerms): bigint {
  return (
    BigInt(t.frame) |
    (BigInt.asUintN(40, t.previousW ?? 0n) << 32n) |
    (BigInt(t.previousW !== undefined) << 72n) |
    (t.matchedWh << 73n) |
    (t.limitW << 105n) |
    (BigInt(t.frameSeconds) << 137n) |
    (BigInt(t.horizon) << 154n) |
    (t.chargeEfficiencyBps << 160n) |
    (t.dischargeEfficiencyBps << 175n) |
    (BigInt(t.maxWaitFrames) << 190n) |
    (BigInt(t.byLaxity) << 206n) |
    (t.exportBudgetTicks << 207n)
  );
}

/** Decodes `types/FlexibleOrder.sol`. */
export function decodeFlexibleOrder(word: bigint): PackedFlexibleOrder {
  return {
    pile: Number(field(word, 0, 16)),
    remainingWh: field(word, 16, 24),
    leftWh: field(word, 40, 20),
    peakWh: field(word, 60, 20),
    priceTicks: field(word, 80, 24),
    lastOffset: Number(field(word, 104, 7)),
    waitedFrames: Number(field(word, 111, 7)),
    charge: field(word, 118, 1) === 1n,
  };
}

/** Encodes `types/FlexibleOrder.sol`. */
export function encodeFlexibleOrder(o: PackedFlexibleOrder): bigint {
  return (
    BigInt(o.pile) |
    (o.remainingWh << 16n) |
    (o.leftWh << 40n) |
    (o.peakWh << 60n) |
    (o.priceTicks << 80n) |
    (BigInt(o.lastOffset) << 104n) |
    (BigInt(o.waitedFrames) << 111n) |
    (BigInt(o.charge) << 118n)
  );
}

/** A plan as the rounds take it: six bytes a frame, 24 bits for what draws, 24 bits for what discharges. */
export function encodePlan(plan: Plan): string {
  const { draw, discharge } = figuresOf(plan);
  return concat(draw.map((figure, offset) => toBeHex((figure << 24n) | (discharge[offset] ?? 0n), 6)));
}

/** Decodes what {@link encodePlan} encodes. @param allotment What the figures of the market's plans are. */
export function decodePlan(bytes: string, allotment: MarketParameters["allotment"]): Plan {
  const words = (bytes.slice(2).match(/.{12}/g) ?? []).map((word) => BigInt(`0x${word}`));
  return planFrom(allotment, {
    draw: words.map((word) => word >> 24n),
    discharge: words.map((word) => word & 0xff_ffffn),
  });
}
