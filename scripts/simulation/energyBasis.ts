import { askedWh, type EnergyLimits, neededWh, possibleWh } from "../piles/ev";
import type { DayOptions } from "./day";

/** Energy of the charging EVs that come within the measured frames, Wh. */
export interface EnergyBasis {
  /** What their users need. */
  neededWh: number;
  /** What of it their piles could deliver at rated power. */
  possibleWh: number;
  /** What of it can be had at the market's peak size: what every scheme moves. SPEC 7. */
  askedWh: number;
}

/** What the EVs of a day need, and what every compared scheme may move of it. */
export function energyBasis({ evs, measured: { first, count } }: DayOptions, market: EnergyLimits): EnergyBasis {
  const charging = evs.filter(
    ({ side, arrivalFrame }) => side === "charge" && arrivalFrame >= first && arrivalFrame < first + count,
  );
  const sum = (energyWh: (ev: (typeof charging)[number]) => number) =>
    charging.reduce((total, ev) => total + energyWh(ev), 0);
  return {
    neededWh: sum(neededWh),
    possibleWh: sum((ev) => possibleWh(ev, market)),
    askedWh: sum((ev) => askedWh(ev, market)),
  };
}
