import { task } from "hardhat/config";
import type { ConfigurableTaskDefinition } from "hardhat/types";

import { MARKET_BOUNDS } from "../../scripts/core/bounds";
import { type DeploymentParameters, type FigureName, PARAMETERS } from "../../scripts/core/parameterTable";
import type { OrderPolicy } from "../../scripts/piles/agent";
import { POLICIES } from "../../scripts/piles/policies";
import { InputError } from "../../scripts/core/errors";
import type { DaySettings } from "../../scripts/simulation/defaults";
import { BATTERY_HELP, parseBattery } from "./battery";
import { addDataFlags, type DataArguments, readDataFiles } from "./dataFiles";
import { boundedAmount, flagNamed, oneOf, pencePerKWh, refuseTogether, wholeNumber } from "./flags";
import { parameterHelp } from "./marketFlags";
import { loadAgent } from "./ownFiles";

/** The flags that every simulated day takes, as given. */
export interface SettingArguments extends DataArguments {
  setting: string;
  seed: string;
  homes?: string;
  evs?: string;
  policy?: string;
  agent?: string;
  import: string;
  export: string;
  battery?: string;
  capacity?: string;
  peak?: string;
  threshold?: string;
  wait?: string;
  priceWeight: string;
  timeWeight: string;
  csv?: string;
  html?: string;
}

/** EVs a day unless told otherwise. */
export const DEFAULT_EVS = "100";
/** Fits the 24 bits that a price has, money units per kWh. */
const HIGHEST_TARIFF = 2n ** 24n - 1n;

/** A task about simulated days, with the flags of {@link SettingArguments}. */
export function dayTask(name: string, description: string): ConfigurableTaskDefinition {
  return addDataFlags(task(name, description))
    .addOptionalParam(
      "setting",
      "chapter4, chapter5, elaadnl, windows, windows5 (stays that end before the evening), or thesis3 to thesis6 (as near to the thesis's figures as its text allows)",
      "chapter4",
    )
    .addOptionalParam("seed", "first seed, a whole number that repeats everything", "1")
    .addOptionalParam("homes", "homes on each feeder (default: the setting's, 100 or 200)")
    .addOptionalParam("evs", `EVs a day on all feeders together (default: ${DEFAULT_EVS})`)
    .addOptionalParam(
      "policy",
      `how piles place orders: ${Object.keys(POLICIES).join(", ")} (default: waterline; wholeNeed where plans compete)`,
    )
    .addOptionalParam("agent", "file of an agent of your own instead of a policy, .ts or .js (default: none)")
    .addOptionalParam("import", "import tariff, pence per kWh", "20")
    .addOptionalParam("export", "export tariff, pence per kWh", "5")
    .addOptionalParam("battery", BATTERY_HELP)
    .addOptionalParam("capacity", `${parameterHelp("capacityW")}, of each feeder (default: the setting's)`)
    .addOptionalParam(
      "peak",
      `${parameterHelp("icebergPeakWh")}; limits what short stays may ask for (default: ${usualFigure("icebergPeakWh")})`,
    )
    .addOptionalParam(
      "threshold",
      `${parameterHelp("icebergThresholdWh")} (default: ${usualFigure("icebergThresholdWh")})`,
    )
    .addOptionalParam("wait", `${parameterHelp("maxWaitFrames")} (default: the setting's)`)
    .addOptionalParam("priceWeight", parameterHelp("priceWeight"), usualFigure("priceWeight"))
    .addOptionalParam("timeWeight", parameterHelp("timeWeight"), usualFigure("timeWeight"))
    .addOptionalParam("csv", "file to write the figures to, CSV (default: none)")
    .addOptionalParam("html", "file to write a page with the charts to, HTML (default: none)")
    .addFlag("json", "print the result as JSON and nothing else");
}

/** A parameter's default as a flag takes it. */
function usualFigure(name: FigureName): string {
  return String(PARAMETERS[name].usual);
}

/** A day and its market, from the flags. */
export interface Setting {
  settings: Omit<DaySettings, "seed">;
  market: Partial<DeploymentParameters>;
  seed: number;
  /** EVs a day on all feeders together; undefined where sessions say who comes. */
  evs: number | undefined;
  /** Oddities of the files of data, a line each. */
  notes: readonly string[];
}

/**
 * Reads the flags of a day.
 *
 * @param mostEvs The most EVs that a feeder may have.
 * @param defaultPolicy Of piles unless told otherwise.
 * @throws InputError naming the flag
 */
export async function readSetting(args: SettingArguments, mostEvs: number, defaultPolicy: string): Promise<Setting> {
  refuseTogether(args, "sessions", "evs", "the file says who comes");
  refuseTogether(args, "agent", "policy", "an agent is a policy of your own");
  refuseTogether(args, "load", "homes", "the file says what the homes draw");
  const { DEFAULT_PARAMETERS } = await import("../../scripts/core/parameters");
  const { PRESETS } = await import("../../scripts/simulation/presets");
  const preset = PRESETS[oneOf("setting", args.setting, Object.keys(PRESETS))]!;
  const data = await readDataFiles(args, preset.settings.frameSeconds);
  const evs =
    data.settings.population === undefined ? wholeNumber("evs", args.evs ?? DEFAULT_EVS, 1, mostEvs) : undefined;
  const policy: OrderPolicy =
    args.agent === undefined
      ? POLICIES[oneOf("policy", args.policy ?? defaultPolicy, Object.keys(POLICIES))]!()
      : await loadAgent(args.agent);
  const settings: Omit<DaySettings, "seed"> = {
    ...preset.settings,
    ...(evs === undefined ? {} : { evs }),
    policy,
    importPricePerKwh: tariff("import", args.import),
    exportPricePerKwh: tariff("export", args.export),
    ...data.settings,
    ...(args.battery === undefined ? {} : parseBattery("battery", args.battery)),
  };
  if (args.homes !== undefined && preset.settings.baseLoadW !== undefined) {
    throw new InputError("--homes", `does not go with --setting ${args.setting}, which says what its homes draw`);
  }
  if (args.sessions !== undefined && settings.bothWaysShare !== undefined) {
    throw new InputError(
      "--battery",
      "both does not go with --sessions: a file does not tell how full its batteries are",
    );
  }
  checkTariffs(settings, args);
  if (args.homes !== undefined) settings.homes = wholeNumber("homes", args.homes, 0, 1_000_000);
  const { priceWeight, timeWeight, maxWaitFrames } = MARKET_BOUNDS;
  const market: Partial<DeploymentParameters> = {
    ...preset.market,
    icebergPeakWh: boundedAmount(
      "peak",
      args.peak ?? String(preset.market.icebergPeakWh ?? usualFigure("icebergPeakWh")),
      MARKET_BOUNDS.icebergPeakWh,
    ),
    icebergThresholdWh: boundedAmount(
      "threshold",
      args.threshold ?? String(preset.market.icebergThresholdWh ?? usualFigure("icebergThresholdWh")),
      MARKET_BOUNDS.icebergThresholdWh,
    ),
    priceWeight: wholeNumber("priceWeight", args.priceWeight, Number(priceWeight.least), Number(priceWeight.most)),
    timeWeight: wholeNumber("timeWeight", args.timeWeight, Number(timeWeight.least), Number(timeWeight.most)),
  };
  const importCapPerKwh = highestImport(settings.importPricePerKwh);
  // The market's own cap, where tariffs are below it.
  if (importCapPerKwh > DEFAULT_PARAMETERS.importCapPerKwh) market.importCapPerKwh = importCapPerKwh;
  if (args.capacity !== undefined) market.capacityW = boundedAmount("capacity", args.capacity, MARKET_BOUNDS.capacityW);
  if (args.wait !== undefined) {
    market.maxWaitFrames = wholeNumber("wait", args.wait, Number(maxWaitFrames.least), Number(maxWaitFrames.most));
  }
  const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
  return { settings, market, seed, evs, notes: data.notes };
}

/** The highest import tariff that a day can have, money units per kWh: of a file the highest that there is. */
function highestImport(price: DaySettings["importPricePerKwh"]): bigint {
  if (typeof price === "function" || price === undefined) return price === undefined ? 0n : HIGHEST_TARIFF;
  return BigInt(Math.max(...[price].flat()));
}

/** @throws InputError where the grid would pay more for energy than it sells it for, which a market refuses */
function checkTariffs({ importPricePerKwh, exportPricePerKwh }: Setting["settings"], args: SettingArguments): void {
  if (
    typeof importPricePerKwh !== "number" ||
    typeof exportPricePerKwh !== "number" ||
    exportPricePerKwh <= importPricePerKwh
  )
    return;
  throw new InputError("--export", `expected at most the import tariff, ${args.import} p, found "${args.export}"`);
}

/** A tariff within the 24 bits that a price has. */
function tariff(flag: string, text: string): number {
  const price = Number(pencePerKWh(flag, text));
  if (price > HIGHEST_TARIFF)
    throw new InputError(flagNamed(flag), `expected at most 1677.7215 pence per kWh, found "${text}"`);
  return price;
}
