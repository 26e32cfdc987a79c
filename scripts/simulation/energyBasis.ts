import { askedWh, type EnergyLimits, neededWh, possibleWh } from "../piles/ev";
import type { DayOptions } from "./day";

/** Energy of the charging EVs that come within the measured frames, Wh. */
export interface EnergyBasis {
  /** Need of their users. */
  neededWh: number;
  /** Part of it that their piles could deliver at rated power. */
  possibleWh: number;
  /** Part of it that can be had at the market's peak size: every scheme moves that. SPEC 7. */
  askedWh: number;
}

/** Needs of the EVs of a day, and the part that every compared scheme may move. */
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
