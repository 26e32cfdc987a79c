import type { EnergyBasis } from "../../scripts/simulation/energyBasis";
import { kWh } from "./output";

/** Which energy a comparison of schemes is about, in a sentence. */
export function equalEnergyText({ neededWh, possibleWh, askedWh }: EnergyBasis): string {
  return (
    `Every scheme moves the same energy: ${kWh(askedWh)} of the ${kWh(neededWh)} that EVs need on the first of the days, ` +
    `which is what can be had at the market's peak size. At their rated power they could have ${kWh(possibleWh)}.`
  );
}
