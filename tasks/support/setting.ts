import { task } from "hardhat/config";
import type { ConfigurableTaskDefinition } from "hardhat/types";

import type { DeploymentParameters } from "../../scripts/market/defaults";
import type { DaySettings } from "../../scripts/simulation/defaults";
import { amount, oneOf, pencePerKWh, wholeNumber } from "./flags";

/** The flags that every simulated day takes, as given. */
export interface SettingArguments {
  setting: string;
  seed: string;
  homes?: string;
  evs: string;
  import: string;
  export: string;
  capacity?: string;
  peak: string;
  csv?: string;
  html?: string;
  json: boolean;
}

/** A task about simulated days, with the flags of {@link SettingArguments}. */
export function dayTask(name: string, description: string): ConfigurableTaskDefinition {
  return task(name, description)
    .addOptionalParam("setting", "chapter4, chapter5 (the thesis's two settings) or elaadnl", "chapter4")
    .addOptionalParam("seed", "first seed, a whole number that repeats everything", "1")
    .addOptionalParam("homes", "homes on each feeder (default: the setting's, 100 or 200)")
    .addOptionalParam("evs", "EVs a day on all feeders together", "100")
    .addOptionalParam("import", "import tariff, pence per kWh", "20")
    .addOptionalParam("export", "export tariff, pence per kWh", "5")
    .addOptionalParam("capacity", "capacity of each feeder's transformer, W (default: the setting's)")
    .addOptionalParam("peak", "largest tranche of an iceberg, Wh a frame; says what short stays may ask for", "2000")
    .addOptionalParam("csv", "file to write the figures to, CSV (default: none)")
    .addOptionalParam("html", "file to write a page with the charts to, HTML (default: none)")
    .addFlag("json", "print the result as JSON and nothing else");
}

/**
 * What the flags say of the day and of its market.
 * @param mostEvs the most EVs that a feeder may have
 * @param feeders how many feeders share the EVs
 * @throws InputError naming the flag
 */
export async function readSetting(
  args: SettingArguments,
  mostEvs: number,
  feeders = 1,
): Promise<{ settings: Omit<DaySettings, "seed">; market: Partial<DeploymentParameters>; seed: number }> {
  const { PRESETS } = await import("../../scripts/simulation/presets");
  const preset = PRESETS[oneOf("setting", args.setting, Object.keys(PRESETS))]!;
  const settings: Omit<DaySettings, "seed"> = {
    ...preset.settings,
    evs: Math.round(wholeNumber("evs", args.evs, 1, mostEvs) / feeders),
    importPrice: Number(pencePerKWh("import", args.import)),
    exportPrice: Number(pencePerKWh("export", args.export)),
  };
  if (args.homes !== undefined) settings.homes = wholeNumber("homes", args.homes, 0, 1_000_000);
  const market: Partial<DeploymentParameters> = { ...preset.market, icebergPeakWh: amount("peak", args.peak, "Wh") };
  if (args.capacity !== undefined) market.capacityW = amount("capacity", args.capacity, "W");
  return { settings, market, seed: wholeNumber("seed", args.seed, 0, 2 ** 31 - 1) };
}
