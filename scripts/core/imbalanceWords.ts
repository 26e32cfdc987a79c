import type { Imbalance } from "./settlement";

/** The causes of imbalance in words, each with the price at which it is settled. SPEC 5. */
export const IMBALANCE_WORDS: Readonly<Record<keyof Imbalance, string>> = {
  overConsumption: "consumed more than agreed, at the import tariff",
  underConsumption: "consumed less, by how much the price (of the grid the import tariff) is above the export tariff",
  overProduction: "produced more than agreed, at the export tariff",
  underProduction: "produced less, by how much the import tariff is above the price (of the grid the export tariff)",
  silence: "silent meters, any of these",
};
