import { DEFAULT_PARAMETERS } from "../../core/parameters";
import type { MarketModel } from "../../model/model";
import type { MarketParameters } from "../../core/types";

/** A penny per kWh, money units per kWh; a penny, money units. */
export const PENNY = 10_000n;

/** r and x of the simulated markets, money units per kWh. */
export const IMPORT_PRICE = 20n * PENNY;
export const EXPORT_PRICE = 5n * PENNY;

/**
 * The default market's cap on r, money units per kWh, which the bonds of asks then cover; undefined where the rules know
 * no cap. SPEC 1, 2.
 */
export const IMPORT_CAP = (DEFAULT_PARAMETERS as { importCapPerKwh?: bigint }).importCapPerKwh;

/** Parts of the model that not every version of it has: the harness runs on those without them, too. */
interface VersionedModel {
  claim?(holder: string): bigint;
}

/** Claim of a pile on the operator's account, money units; nothing where the rules know no claims. */
export function claimOf(model: MarketModel, holder: string): bigint {
  return (model as VersionedModel).claim?.(holder) ?? 0n;
}

/** Whether nothing of a settled frame is left; where the rules know no parts, it never is. */
export function isComplete(settlement: object & { complete?: boolean }): boolean {
  return settlement.complete ?? true;
}

/** The default market with meters, where a defaulter pays, with the bond that its rules ask for. */
export function meteredParameters(changes: Partial<MarketParameters> = {}): MarketParameters {
  const bond = IMPORT_CAP === undefined ? {} : { bondPricePerKwh: IMPORT_CAP };
  return { ...DEFAULT_PARAMETERS, readingSeconds: 3600, ...bond, ...changes };
}
