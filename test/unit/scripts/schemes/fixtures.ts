import { homesBaseLoadW } from "../../../../scripts/data/elexonProfileClass1";
import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { type EvStay, frameWh } from "../../../../scripts/piles/ev";
import { chapter4Population } from "../../../../scripts/piles/populations/chapter4";
import { Random } from "../../../../scripts/core/random";
import type { ControlledSchedule } from "../../../../scripts/schemes/controlled";

export const MARKET = DEFAULT_PARAMETERS;

/** P_home of 100 homes. */
export function homesW(frame: number): number {
  return homesBaseLoadW(100)[frame % 48]!;
}

/** An EV that asks for 5 kWh. */
export function ev(changes: Partial<EvStay> = {}): EvStay {
  const stay = { pile: "A", side: "charge", arrivalFrame: 2, departureFrame: 9 } as const;
  return { ...stay, batteryWh: 10_000, initialSoc: 0.3, targetSoc: 0.8, ratedW: 7_000, ...changes };
}

/** The thesis's population over two days, in its windows. */
export function drawEvs(seed: number, evs: number): EvStay[] {
  return chapter4Population("halves")({ evs, days: 2, frameSeconds: 1800, random: new Random(seed) });
}

/**
 * Conditions that a controlled schedule of EVs breaks; none if its sums fit and nobody moves more than asked.
 */
export function brokenSums(evs: readonly EvStay[], schedule: ControlledSchedule): string[] {
  const { drawnWh, soldWh, evWh, askedWh, servedWh, movedWh } = schedule;
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const faults: string[] = [];
  if (sum(drawnWh) - sum(soldWh) !== sum(evWh)) faults.push("net is not drawn less sold");
  if (sum(drawnWh) + sum(soldWh) !== sum(movedWh)) faults.push("EVs move another sum than the frames");
  evs.forEach((one, index) => {
    const mostWh = frameWh(MARKET, one.ratedW) * (one.departureFrame - one.arrivalFrame);
    if (servedWh[index]! > askedWh[index]!) faults.push(`EV ${index} got more than it asked for`);
    if (movedWh[index]! > mostWh || movedWh[index]! < 0) faults.push(`EV ${index} moves what it cannot`);
  });
  if (![...drawnWh, ...soldWh].every((wh) => Number.isInteger(wh) && wh >= 0)) faults.push("not whole Wh");
  return faults;
}
