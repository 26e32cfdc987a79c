import type { MarketParameters } from "./types";

/** What a deployed market fixes beside the rules of {@link MarketParameters}. */
export interface DeploymentParameters extends MarketParameters {
  /** Smallest token units in one money unit. */
  unit: bigint;
  /** Most piles that may be registered. */
  pileCap: number;
}

/**
 * The market that every command deploys unless told otherwise: thesis chapter 4's transformer and peak size, money in
 * units of a 6-decimal token, so that one penny is 10 000.
 */
export const DEFAULT_PARAMETERS: Readonly<DeploymentParameters> = {
  frameSeconds: 1800,
  auctionSeconds: 600,
  leadFrames: 2,
  alpha: 10,
  beta: 1,
  icebergThresholdWh: 4000n,
  icebergPeakWh: 2000n,
  minEnergyWh: 1n,
  maxWaitFrames: 12,
  capacityW: 250_000n,
  lossAllowanceW: 0n,
  tickSize: 1n,
  bondPrice: 0n,
  wheelingCap: 0n,
  importCap: 1_000_000n,
  cancelPrice: 150_000n,
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
  overBps: 0n,
  initialCredit: 5_000n,
  creditPriorWh: 100_000n,
  minCredit: 0n,
  ranking: "priority",
  unit: 1n,
  pileCap: 512,
};

/**
 * The default market but for what is given. Where it has meters and a defaulter pays, its bonds cover any breach unless a
 * bond is given. SPEC 2.
 */
export function withDefaults(overrides: Partial<DeploymentParameters> = {}): DeploymentParameters {
  const market = { ...DEFAULT_PARAMETERS, ...overrides };
  const needsBond = market.readingSeconds > 0 && market.breach === "defaulter";
  return needsBond && overrides.bondPrice === undefined ? { ...market, bondPrice: market.importCap } : market;
}
