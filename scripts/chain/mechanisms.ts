import { decodeBytes32String, type Provider } from "ethers";

import { IMechanism__factory } from "../../typechain-types/factories/contracts/interfaces/IMechanism__factory";
import { type Matching, MATCHINGS } from "../core/matching";

/** The contract of each rule, in `contracts/mechanisms`. */
export const MECHANISM_CONTRACTS: Readonly<Record<Matching, string>> = {
  adbev: "AdbevMechanism",
  credit: "CreditMechanism",
  uniform: "UniformMechanism",
  payAsBid: "PayAsBidMechanism",
  mcafee: "McAfeeMechanism",
  vickrey: "VickreyMechanism",
  meritOrder: "MeritOrderMechanism",
  midMarketRate: "MidMarketRateMechanism",
  supplyDemandRatio: "SupplyDemandRatioMechanism",
};

/** The rule of a mechanism by the name that it gives. @throws Error where no rule has that name. */
export async function matchingOf(mechanism: string, provider: Provider): Promise<Matching> {
  const name = decodeBytes32String(await IMechanism__factory.connect(mechanism, provider).name());
  const matching = MATCHINGS.find((one) => one === name);
  if (matching === undefined) throw new Error(`mechanism ${mechanism} calls itself "${name}", which no rule is called`);
  return matching;
}
