/** Units of energy by how many Wh they are, and of power by how many W. */
const ENERGY_WH: Readonly<Record<string, number>> = { Wh: 1, kWh: 1_000, MWh: 1_000_000 };
const POWER_W: Readonly<Record<string, number>> = { W: 1, kW: 1_000, MW: 1_000_000 };

export type EnergyUnit = "Wh" | "kWh" | "MWh";
export type PowerUnit = "W" | "kW" | "MW";

export const ENERGY_UNITS: readonly EnergyUnit[] = ["Wh", "kWh", "MWh"];
export const POWER_UNITS: readonly PowerUnit[] = ["W", "kW", "MW"];

/** So many Wh is one of a unit of energy, or so many W one of a unit of power. */
export function factorOf(unit: EnergyUnit | PowerUnit): number {
  return ENERGY_WH[unit] ?? POWER_W[unit]!;
}

export function isEnergy(unit: EnergyUnit | PowerUnit): unit is EnergyUnit {
  return unit in ENERGY_WH;
}

/** The unit that a column's name says its figures are in: `energy_kwh`, `Energy (Wh)`, `kWhDelivered`. */
export function unitInName<Unit extends EnergyUnit | PowerUnit>(
  column: string,
  units: readonly Unit[],
): Unit | undefined {
  const words = column
    .replaceAll(/(k[Ww]h|K[Ww]h|MWh|Wh)(?=[A-Z])/g, " $1 ")
    .split(/[^A-Za-z]+/)
    .map((word) => word.toLowerCase());
  return (
    units.find((unit) => words.includes(unit.toLowerCase())) ??
    ((units as readonly string[]).includes("W") && words.includes("watts") ? ("W" as Unit) : undefined)
  );
}

/** A unit of a list, in whatever case it is written. */
export function unitNamed<Unit extends string>(text: string, units: readonly Unit[]): Unit | undefined {
  return units.find((unit) => unit.toLowerCase() === text.toLowerCase());
}
