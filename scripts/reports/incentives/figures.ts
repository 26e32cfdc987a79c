/**
 * How a run is counted. Everybody's surplus is money and energy together: energy is valued at its owner's true limit, a
 * buyer's as worth, as far as it needs it, and a seller's as cost, so that being served has a value. The grid's energy is
 * valued at x, for which its operator can buy it. A claim on the operator's account is money; a debt that is never paid
 * is no loss to whoever stays away. Energy is what really flowed, whatever the meters say. Waiting, held money and the
 * load's unrest have no price and stand beside it.
 *
 * @module
 */
import type { Person } from "./person";
import { EXPORT_PRICE } from "./rules";
import type { Street } from "./street";

/** Figures of some people, all together. */
export interface PartyFigures {
  /** Gained or lost in the market's accounts, pence. */
  moneyP: number;
  /** Consumed or produced, kWh. */
  energyKwh: number;
  /** Money and the worth of the energy, pence. */
  surplusP: number;
  /** Needed and not had by the end of the stay, or meant for sale and not sold, kWh. */
  unservedKwh: number;
  /** From arrival to service, each kWh alike, h; what is never served waits until the stay's end. */
  waitH: number;
  /** From the end of a frame to the moment when its money is free, h. */
  heldH: number;
}

/** Figures of the grid and its operator. */
export interface GridFigures {
  /** Gained or lost by the operator's account, claims on it taken off, pence. */
  moneyP: number;
  /** Delivered to piles less taken from them, kWh. */
  energyKwh: number;
  /** Money less the worth of the energy, which the operator can buy at x, pence. */
  surplusP: number;
  /** Root of the squared steps of the load that really flowed, kW. */
  stepsKw: number;
  /** Carried beyond the transformer's capacity, kWh. */
  overloadKwh: number;
}

/** One run of a market. */
export interface Figures {
  cheat: PartyFigures;
  victims: PartyFigures;
  grid: GridFigures;
}

/** Money units in a penny. */
const UNITS_PER_PENNY = 10_000;

/** Whoever has this name shares with the cheat. */
export const ACCOMPLICE = "accomplice";

/** Figures of a run. @param cheatName Name of the cheat; nobody's where it is the operator. */
export function figuresOf(street: Street, cheatName: string): Figures {
  const cheats = ({ name }: Person) => name === cheatName || name === ACCOMPLICE;
  return {
    cheat: partyFigures(street, street.people.filter(cheats)),
    victims: partyFigures(
      street,
      street.people.filter((person) => !cheats(person)),
    ),
    grid: gridFigures(street),
  };
}

function partyFigures(street: Street, people: readonly Person[]): PartyFigures {
  const moneyP = sumOf(people, ({ money }) => Number(money)) / UNITS_PER_PENNY;
  const wantedWh = sumOf(people, ({ options }) => Number(options.energyWh));
  const frameHours = street.options.parameters.frameSeconds / 3600;
  const heldHours = people.flatMap((person) => person.heldHours);
  return {
    moneyP,
    energyKwh: sumOf(people, ({ movedWh }) => Number(movedWh)) / 1000,
    surplusP: moneyP + sumOf(people, ({ energyValue }) => Number(energyValue)) / UNITS_PER_PENNY,
    unservedKwh: sumOf(people, ({ leftWh }) => Number(leftWh)) / 1000,
    waitH: wantedWh === 0 ? 0 : (frameHours * sumOf(people, waitedWhFrames)) / wantedWh,
    heldH: heldHours.length === 0 ? 0 : sumOf(heldHours, (hours) => hours) / heldHours.length,
  };
}

/** Wh times the frames that each was waited for. */
function waitedWhFrames({ moved, leftWh, options: { firstFrame, lastFrame } }: Person): number {
  const served = sumOf(moved, ({ frame, energyWh }) => Number(energyWh) * (frame - firstFrame));
  return served + Number(leftWh) * (lastFrame + 1 - firstFrame);
}

function gridFigures({ options, operatorMoney, physical }: Street): GridFigures {
  const { frameSeconds, capacityW } = options.parameters;
  const frameHours = frameSeconds / 3600;
  const netWh = physical.map(({ consumedWh, producedWh }) => Number(consumedWh - producedWh));
  const loadsW = physical.map(({ baseLoadW }, frame) => Number(baseLoadW) + netWh[frame]! / frameHours);
  const deliveredWh = sumOf(netWh, (wh) => wh);
  const moneyP = Number(operatorMoney) / UNITS_PER_PENNY;
  const base = Number(physical[0]?.baseLoadW ?? 0n);
  const steps = loadsW.map((loadW, frame) => loadW - (loadsW[frame - 1] ?? base));
  return {
    moneyP,
    energyKwh: deliveredWh / 1000,
    surplusP: moneyP - (deliveredWh / 1000) * (Number(EXPORT_PRICE) / UNITS_PER_PENNY),
    stepsKw: Math.sqrt(sumOf(steps, (step) => step ** 2)) / 1000,
    overloadKwh: (sumOf(loadsW, (loadW) => Math.max(0, loadW - Number(capacityW))) * frameHours) / 1000,
  };
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
