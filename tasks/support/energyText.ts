import type { DayTotals } from "../../scripts/simulation/dayResult";
import type { EnergyBasis } from "../../scripts/simulation/energyBasis";
import { kWh, share } from "./output";

/** How much energy was needed and what of it could be had, as rows of a table above what was charged. */
export function energyRows({ neededWh, possibleWh, askedWh }: DayTotals): [string, string][] {
  return [
    ["needed by the EVs that charge", kWh(neededWh)],
    ["  could be had at their rated power", `${kWh(possibleWh)} (${share(possibleWh, neededWh)})`],
    ["  could be had at the market's peak size", `${kWh(askedWh)} (${share(askedWh, neededWh)})`],
  ];
}

/** Which energy a comparison of schemes is about, in a sentence. */
export function equalEnergyText({ neededWh, possibleWh, askedWh }: EnergyBasis): string {
  return (
    `Every scheme moves the same energy: ${kWh(askedWh)} of the ${kWh(neededWh)} that EVs need on the first of the days, ` +
    `which is what can be had at the market's peak size. At their rated power they could have ${kWh(possibleWh)}.`
  );
}
