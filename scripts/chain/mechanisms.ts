import { decodeBytes32String, type Provider } from "ethers";

import { IMechanism__factory } from "../../typechain-types/factories/contracts/interfaces/IMechanism__factory";
import { type Matching, MATCHINGS, type NamedMatching } from "../core/matching";

/** The contract of each rule, in `contracts/mechanisms`. */
export const MECHANISM_CONTRACTS: Readonly<Record<NamedMatching, string>> = {
  adbev: "AdbevMechanism",
  credit: "CreditMechanism",
  uniform: "UniformMechanism",
  payAsBid: "PayAsBidMechanism",
  mcafee: "McAfeeMechanism",
  vickrey: "VickreyMechanism",
  meritOrder: "MeritOrderMechanism",
  midMarketRate: "MidMarketRateMechanism",
  supplyDemandRatio: "SupplyDemandRatioMechanism",
  gridOnly: "GridOnlyMechanism",
  congestion: "CongestionMechanism",
};

/** The rule of a mechanism by the name that it gives; `own` where no rule of {@link MATCHINGS} has that name. */
export async function matchingOf(mechanism: string, provider: Provider): Promise<Matching> {
  const word = await IMechanism__factory.connect(mechanism, provider).name();
  return MATCHINGS.find((one) => one === textOf(word)) ?? "own";
}

/** The text in a word; undefined where it is none. */
export function textOf(word: string): string | undefined {
  try {
    return decodeBytes32String(word);
  } catch {
    return undefined;
  }
}
