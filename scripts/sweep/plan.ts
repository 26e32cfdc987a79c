import { MARKET_BOUNDS } from "../core/bounds";
import type { DeploymentParameters } from "../core/parameters";
import { InputError } from "../core/errors";
import { type BatteryModel, IDEAL_BATTERY } from "../piles/battery";
import { type DaySettings, PENNY } from "../simulation/defaults";
import { PRESETS } from "../simulation/presets";

/** A parameter of a sweep: what its value changes, and what values it takes. */
interface Sweepable {
  least: number;
  most: number;
  changes(value: number): {
    settings?: Partial<DaySettings>;
    market?: Partial<DeploymentParameters>;
    /** Of every battery, which is otherwise ideal. */
    battery?: Partial<BatteryModel>;
  };
}

const inMarket = (
  bounds: { least: bigint | number; most: bigint | number },
  changes: (value: number) => Partial<DeploymentParameters>,
): Sweepable => ({
  ...{ least: Number(bounds.least), most: Number(bounds.most) },
  changes: (value) => ({ market: changes(value) }),
});
const inDay = (least: number, most: number, changes: (value: number) => Partial<DaySettings>): Sweepable => ({
  ...{ least, most },
  changes: (value) => ({ settings: changes(value) }),
});

const inBattery = (least: number, most: number, changes: (value: number) => Partial<BatteryModel>): Sweepable => ({
  ...{ least, most },
  changes: (value) => ({ battery: changes(value) }),
});

const { capacityW, icebergPeakWh, icebergThresholdWh, maxWaitFrames, priceWeight, timeWeight, maxHorizon } =
  MARKET_BOUNDS;

/** Parameters that can be swept, by name of column. */
export const SWEEPABLE: Readonly<Record<string, Sweepable>> = {
  evs: inDay(1, 1_000, (evs) => ({ evs })),
  homes: inDay(0, 1_000_000, (homes) => ({ homes })),
  import_price_units_per_kwh: inDay(0, 100 * PENNY, (importPricePerKwh) => ({ importPricePerKwh })),
  export_price_units_per_kwh: inDay(0, 100 * PENNY, (exportPricePerKwh) => ({ exportPricePerKwh })),
  charge_efficiency_percent: inBattery(50, 100, (value) => ({ chargeEfficiency: value / 100 })),
  discharge_efficiency_percent: inBattery(50, 100, (value) => ({ dischargeEfficiency: value / 100 })),
  wear_units_per_kwh: inBattery(0, 100 * PENNY, (wearPerKwh) => ({ wearPerKwh })),
  reserve_percent: inBattery(0, 100, (value) => ({ reserveSoc: value / 100 })),
  capacity_w: inMarket(capacityW, (value) => ({ capacityW: BigInt(value) })),
  iceberg_peak_wh: inMarket(icebergPeakWh, (value) => ({ icebergPeakWh: BigInt(value) })),
  iceberg_threshold_wh: inMarket(icebergThresholdWh, (value) => ({ icebergThresholdWh: BigInt(value) })),
  max_wait_frames: inMarket(maxWaitFrames, (value) => ({ maxWaitFrames: value })),
  max_horizon_frames: inMarket(maxHorizon, (value) => ({ maxHorizon: value })),
  priceWeight: inMarket(priceWeight, (value) => ({ priceWeight: value })),
  timeWeight: inMarket(timeWeight, (value) => ({ timeWeight: value })),
};

/** A parameter and its values. */
export interface Axis {
  name: string;
  values: readonly number[];
}

/** One run of a sweep: a value for each axis, and a seed. */
export interface SweepJob {
  setting: string;
  /** In the order of the axes. */
  values: readonly number[];
  seed: number;
}

/** Reads `evs=50,100;max_wait_frames=6,12`. @throws InputError naming what is wrong of it */
export function parseAxes(flag: string, text: string): Axis[] {
  const axes = text.split(";").map((part): Axis => {
    const [name = "", values] = part.split("=").map((side) => side.trim());
    const known = Object.hasOwn(SWEEPABLE, name) ? SWEEPABLE[name] : undefined;
    if (known === undefined || values === undefined) {
      const names = Object.keys(SWEEPABLE).join(", ");
      throw new InputError(
        `--${flag}`,
        `expected parameters such as evs=50,100;max_wait_frames=6,12 of ${names}, found "${part}"`,
      );
    }
    return { name, values: values.split(",").map((value) => valueOf(flag, name, value.trim(), known)) };
  });
  const twice = axes.find(({ name }, index) => axes.findIndex((axis) => axis.name === name) !== index);
  if (twice !== undefined) throw new InputError(`--${flag}`, `names ${twice.name} twice`);
  return axes;
}

function valueOf(flag: string, name: string, text: string, { least, most }: Sweepable): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new InputError(`--${flag}`, `expected whole numbers from ${least} to ${most} for ${name}, found "${text}"`);
  }
  return value;
}

/** Refuses to sweep what a setting fixes by other means. @throws InputError naming both */
export function requireSweepable(flag: string, setting: string, axes: readonly Axis[]): void {
  const fixed = PRESETS[setting]!.settings.baseLoadW !== undefined && axes.some(({ name }) => name === "homes");
  if (fixed)
    throw new InputError(`--${flag}`, `homes does not go with --setting ${setting}, which says what its homes draw`);
}

/** Every combination of the axes' values with every seed, the last axis running fastest. */
export function jobsOf(setting: string, axes: readonly Axis[], seeds: readonly number[]): SweepJob[] {
  let points: number[][] = [[]];
  for (const { values } of axes) points = points.flatMap((point) => values.map((value) => [...point, value]));
  return points.flatMap((values) => seeds.map((seed) => ({ setting, values, seed })));
}

/** The day and the market of a job. */
export function settingOf(
  { setting, values }: SweepJob,
  names: readonly string[],
): { settings: Omit<DaySettings, "seed">; market: Partial<DeploymentParameters> } {
  const preset = PRESETS[setting]!;
  const changes = names.map((name, index) => SWEEPABLE[name]!.changes(values[index]!));
  const settings = Object.assign({}, preset.settings, ...changes.map(({ settings: own }) => own)) as Omit<
    DaySettings,
    "seed"
  >;
  const batteries = changes.flatMap(({ battery }) => battery ?? []);
  if (batteries.length > 0) {
    settings.battery = Object.assign({}, IDEAL_BATTERY, ...batteries) as BatteryModel;
    settings.asksCoverCosts = true;
  }
  return {
    settings,
    market: Object.assign({}, preset.market, ...changes.map(({ market }) => market)) as Partial<DeploymentParameters>,
  };
}
