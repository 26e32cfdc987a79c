import { InputError } from "../../scripts/core/errors";
import { type BatteryModel, IDEAL_BATTERY, MEASURED_BATTERY } from "../../scripts/piles/battery";
import { type DaySettings, PENNY } from "../../scripts/simulation/defaults";

/** Values that the flag takes, for its help. */
export const BATTERY_HELP =
  "what batteries lose and cost, such as measured, or charge=0.95,discharge=0.95,wear=4.5,reserve=0.2: efficiencies of both " +
  "ways, pence of wear per kWh taken out, and the state of charge that sales leave; sellers then ask what it costs them at " +
  "least, unless asks=drawn; both=0.3 is the share of charging EVs that sell first and buy back (default: ideal batteries, and asks as drawn)";

/** A number that the flag names: the least and most of it, and the model's figure for one unit. */
interface Named {
  key: keyof BatteryModel;
  least: number;
  most: number;
  unit: number;
}

const NAMED: Readonly<Record<string, Named>> = {
  charge: { key: "chargeEfficiency", least: 0.5, most: 1, unit: 1 },
  discharge: { key: "dischargeEfficiency", least: 0.5, most: 1, unit: 1 },
  wear: { key: "wearPerKwh", least: 0, most: 100, unit: PENNY },
  reserve: { key: "reserveSoc", least: 0, most: 1, unit: 1 },
};

const SHARE = { least: 0, most: 1, unit: 1 } as const;

/** Settings of a day that the flag makes. */
type BatterySettings = Required<Pick<DaySettings, "battery" | "asksCoverCosts">> & Pick<DaySettings, "bothWaysShare">;

/** Batteries that have a name; figures given besides count in place of theirs. */
const MODELS: Readonly<Record<string, Readonly<BatteryModel>>> = { ideal: IDEAL_BATTERY, measured: MEASURED_BATTERY };

/**
 * Batteries as a flag gives them; what is not named is as of an ideal one.
 *
 * @throws InputError naming the flag and what it takes
 */
export function parseBattery(flag: string, text: string): BatterySettings {
  const [first = "", ...others] = text.split(",").map((part) => part.trim());
  const model = Object.hasOwn(MODELS, first) ? MODELS[first] : undefined;
  const battery: BatteryModel = { ...(model ?? IDEAL_BATTERY) };
  let asksCoverCosts = true;
  let bothWaysShare: number | undefined;
  const given = new Set<string>();
  for (const part of model === undefined ? [first, ...others] : others) {
    const [, name = "", value = ""] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
    if (given.has(name)) throw new InputError(`--${flag}`, `expected ${name} once, found it twice`);
    given.add(name);
    if (name === "asks") {
      if (value !== "drawn" && value !== "cost") {
        throw new InputError(`--${flag}`, `expected asks=drawn or asks=cost, found "${part}"`);
      }
      asksCoverCosts = value === "cost";
    } else if (name === "both") bothWaysShare = figure(flag, name, value, SHARE);
    else {
      const named = namedIn(flag, part, name);
      battery[named.key] = figure(flag, name, value, named);
    }
  }
  return { battery, asksCoverCosts, ...(bothWaysShare === undefined ? {} : { bothWaysShare }) };
}

function namedIn(flag: string, part: string, name: string): Named {
  if (Object.hasOwn(NAMED, name)) return NAMED[name]!;
  const accepted = `${Object.keys(MODELS).join(" or ")} first, then ${Object.keys(NAMED).join("=…, ")}=…, both=…, asks=…`;
  throw new InputError(`--${flag}`, `expected ${accepted} with commas between, found "${part}"`);
}

function figure(flag: string, name: string, text: string, { least, most, unit }: Omit<Named, "key">): number {
  const value = /^\d+(?:\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new InputError(
      `--${flag}`,
      `expected ${name} from ${least} to ${most}, four decimals at most, found "${text}"`,
    );
  }
  return Math.round(value * unit * 10_000) / 10_000;
}
