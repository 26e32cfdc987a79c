import { lockFor } from "../../model/money";
import { creditAfter } from "../../model/credit";
import type { MarketParameters } from "../../core/types";
import type { PileState } from "../../chain/packedWords";

/** Parameters of a market that a pile's slot depends on. */
export type SlotParameters = Pick<
  MarketParameters,
  "frameSeconds" | "tickSize" | "wheelingCapPerKwh" | "bondPricePerKwh" | "initialCredit" | "creditPriorWh"
>;

/** Totals of a market that decide whether an order is still alive. */
export interface Standing {
  lastFrame: number;
  roundOpen: boolean;
}

/** Most that a slot counts, money units: 52 bits. */
export const MAX_BALANCE = 2n ** 52n - 1n;

const NO_ORDER = {
  ...{ priceTicks: 0n, remainingWh: 0n, peakWh: 0n, firstFrame: 0, expiryFrame: 0 },
  ...{ charge: false, iceberg: false, sequence: 0n },
};

/** The slot of a pile that has just been registered. */
export function newSlot({ initialCredit, creditPriorWh }: SlotParameters): PileState {
  const lasting = { balance: 0n, suspended: false, nonce: 0n, payout: false };
  return { ...NO_ORDER, ...lasting, credit: initialCredit, creditWh: creditPriorWh };
}

/** Lock of an order in a slot with `energyWh` left, money units. */
export function lockWith(market: SlotParameters, { charge, priceTicks }: PileState, energyWh: bigint): bigint {
  return lockFor(market, charge ? "charge" : "discharge", priceTicks * market.tickSize, energyWh);
}

/** The slot with its order gone and what it locked free. */
export function withoutOrder(market: SlotParameters, slot: PileState): PileState {
  return { ...slot, ...NO_ORDER, balance: slot.balance + lockWith(market, slot, slot.remainingWh) };
}

/**
 * Whether a slot holds an order that can still be filled: neither has its last frame begun nor was it cleared, its
 * benefit round included. SPEC 2.
 *
 * @param timestamp s
 */
export function isLive(market: SlotParameters, slot: PileState, standing: Standing, timestamp: number): boolean {
  const { remainingWh, expiryFrame } = slot;
  if (remainingWh === 0n || timestamp >= expiryFrame * market.frameSeconds) return false;
  return standing.lastFrame < expiryFrame || standing.roundOpen;
}

/** The slot without its order if that is dead. */
export function withoutDeadOrder(
  market: SlotParameters,
  slot: PileState,
  standing: Standing,
  timestamp: number,
): PileState {
  return slot.remainingWh === 0n || isLive(market, slot, standing, timestamp) ? slot : withoutOrder(market, slot);
}

/** The slot after fills that moved `energyWh` and took `spent` money units out of its lock. */
export function withFill(market: SlotParameters, slot: PileState, energyWh: bigint, spent: bigint): PileState {
  const remainingWh = slot.remainingWh - energyWh;
  const freed = lockWith(market, slot, slot.remainingWh) - lockWith(market, slot, remainingWh) - spent;
  return { ...slot, remainingWh, balance: slot.balance + freed };
}

/** The slot after a settled frame. SPEC 6. */
export function withDelivery(slot: PileState, agreedWh: bigint, creditedWh: bigint): PileState {
  const { hundredths, basisWh } = creditAfter(
    { hundredths: slot.credit, basisWh: slot.creditWh },
    { agreedWh, creditedWh },
  );
  return { ...slot, credit: hundredths, creditWh: basisWh };
}
