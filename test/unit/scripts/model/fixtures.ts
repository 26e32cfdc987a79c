import { expect } from "chai";

import { MarketModel, MarketRefusal, type RefusalCode } from "../../../../scripts/model/model";
import type { MarketParameters, OrderRequest, Publication } from "../../../../scripts/core/types";

/** The market of the specification's examples: half-hours, windows of ten minutes. */
export const PARAMETERS: MarketParameters = {
  frameSeconds: 1800,
  auctionSeconds: 600,
  leadFrames: 2,
  priceWeight: 10,
  timeWeight: 1,
  icebergThresholdWh: 4000n,
  icebergPeakWh: 4000n,
  minEnergyWh: 1n,
  maxWaitFrames: 12,
  capacityW: 250_000n,
  lossAllowanceW: 0n,
  tickSize: 1n,
  bondPricePerKwh: 0n,
  wheelingCapPerKwh: 0n,
  importCapPerKwh: 1_000_000n,
  cancelPricePerKwh: 150_000n,
  keeperReward: 0n,
  settlement: "adbev",
  roundSeconds: 120,
  finaliseSeconds: 120,
  maxHorizon: 24,
  allotment: "expiry",
  chargeEfficiencyBps: 10_000n,
  dischargeEfficiencyBps: 10_000n,
  readingSeconds: 0,
  breach: "defaulter",
  toleranceBps: 0n,
  initialCredit: 5_000n,
  creditPriorWh: 100_000n,
  minCredit: 0n,
  matching: "adbev",
  thetaBps: 5_000n,
  congestionFromW: 55_000n,
  congestionPricePerKwhPerKw: 1_000n,
};

/** {@link PARAMETERS} but for what is given, with a bond that covers any breach where one is needed and none is given. */
export function withBond(overrides: Partial<MarketParameters>): MarketParameters {
  const given = { ...PARAMETERS, ...overrides };
  const needsBond = given.readingSeconds > 0 && given.breach === "defaulter" && overrides.bondPricePerKwh === undefined;
  return needsBond ? { ...given, bondPricePerKwh: given.importCapPerKwh } : given;
}

export const PUBLICATION: Publication = {
  baseLoadW: 33_000n,
  importPricePerKwh: 200_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};

const AMPLE = 10n ** 12n;

/** Reads like an order: `bid(140_000n, 1500n, 10)`. */
export function bid(price: bigint, energyWh: bigint, expiryFrame: number, peakWh = 0n): OrderRequest {
  return { side: "charge", price, energyWh, peakWh, expiryFrame };
}

/** Reads like an order: `ask(120_000n, 1000n, 10)`. */
export function ask(price: bigint, energyWh: bigint, expiryFrame: number, peakWh = 0n): OrderRequest {
  return { side: "discharge", price, energyWh, peakWh, expiryFrame };
}

/** When frame `frame` begins, plus `offset`, s. */
export function at(frame: number, offset = 0): number {
  return frame * PARAMETERS.frameSeconds + offset;
}

/** When frame `frame`'s window opens, plus `offset`, s. */
export function inWindow(frame: number, offset = 0): number {
  return at(frame) - PARAMETERS.auctionSeconds + offset;
}

/** A market with funded 22 kW piles and, unless told otherwise, frames 5 to 60 published. */
export function market(
  overrides: Partial<MarketParameters> = {},
  piles: readonly string[] = ["A", "B", "C", "D"],
  publication: ((frame: number) => Publication | undefined) | Publication = PUBLICATION,
): MarketModel {
  const model = new MarketModel(withBond(overrides));
  for (const id of piles) model.registerPile(id, 22_000n, { balance: AMPLE });
  for (let frame = 5; frame <= 60; frame++) {
    const published = typeof publication === "function" ? publication(frame) : publication;
    if (published !== undefined) model.publish(frame, published, 0);
  }
  return model;
}

/** The call is refused with this code. */
export function expectRefusal(code: RefusalCode, call: () => unknown): MarketRefusal {
  try {
    call();
  } catch (error) {
    if (!(error instanceof MarketRefusal)) throw error;
    expect(error.code).to.equal(code);
    return error;
  }
  throw new Error(`expected ${code}, but nothing was refused`);
}

/** Checks that no money came from nowhere or went nowhere; returns nothing. */
export function expectConserved(model: MarketModel, nowSeconds: number): void {
  let sum = model.inDelivery + model.gridBalance + model.withdrawn;
  for (const id of model.pileIds) {
    const free = model.freeBalance(id, nowSeconds);
    const locked = model.lockedBalance(id, nowSeconds);
    // Asked after every step of random sequences: an assertion for each pile would take most of their time.
    if (free < 0n || locked < 0n) expect.fail(`balances of ${id}: ${free} free, ${locked} locked`);
    sum += free + locked;
  }
  expect(model.inDelivery >= 0n && model.gridBalance >= 0n && model.claims >= 0n).to.equal(true);
  expect(sum).to.equal(model.deposited);
}
