import type { DeploymentParameters } from "../core/parameters";

/** Whoever holds a market's roles first, and the contracts that it works with. */
export interface MarketSurroundings<Address> {
  admin: Address;
  gridOperator: Address;
  registrar: Address;
  guardian: Address;
  token: Address;
  /** Runs the benefit rounds; named only where the market settles by benefit. */
  rounds: Address;
  /** Meters and settles the frames. */
  delivery: Address;
}

/** The contract's parameter struct. `none` stands for the address of a contract that the market does without. */
export function contractParameters<Address>(
  p: DeploymentParameters,
  { rounds, ...surroundings }: MarketSurroundings<Address>,
  none: Address,
) {
  return {
    ...surroundings,
    unit: p.unit,
    tickSize: p.tickSize,
    bondPrice: p.bondPrice,
    wheelingCap: p.wheelingCap,
    frameSeconds: p.frameSeconds,
    auctionSeconds: p.auctionSeconds,
    leadFrames: p.leadFrames,
    alpha: p.alpha,
    beta: p.beta,
    maxWaitFrames: p.maxWaitFrames,
    icebergThresholdWh: p.icebergThresholdWh,
    icebergPeakWh: p.icebergPeakWh,
    minEnergyWh: p.minEnergyWh,
    capacityW: p.capacityW,
    lossAllowanceW: p.lossAllowanceW,
    pileCap: p.pileCap,
    rounds: p.settlement === "benefit" ? rounds : none,
    roundSeconds: p.roundSeconds,
    finaliseSeconds: p.finaliseSeconds,
    maxHorizon: p.maxHorizon,
    allotBySlack: p.allotment === "slack",
    chargeEfficiencyBps: p.chargeEfficiencyBps,
    dischargeEfficiencyBps: p.dischargeEfficiencyBps,
    readingSeconds: p.readingSeconds,
    defaulterPays: p.breach === "defaulter",
    overBps: p.overBps,
    initialCredit: p.initialCredit,
    creditPriorWh: p.creditPriorWh,
    minCredit: p.minCredit,
    rankByCredit: p.ranking === "credit",
    importCap: p.importCap,
    cancelPrice: p.cancelPrice,
    keeperReward: p.keeperReward,
  };
}
