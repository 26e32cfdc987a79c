import { type FrameSettlement, type Imbalance, noImbalance, type PileSettlement, type Reading } from "../settlement";
import type { MarketParameters, Side } from "../types";
import { type Accounts, type Pile, setAsideFor } from "./accounts";
import { collectDues, type Purse, purseOf } from "./collection";
import { creditAfter, type CreditedEnergy, creditedEnergy, weatherIn } from "./credit";
import { attribute, type Delivery, duesOf, type Metered, partiesOf, silentReading } from "./delivery";

type Rules = Pick<MarketParameters, "frameSeconds" | "breach" | "overBps" | "bondPrice" | "readingSeconds">;

/** What a settlement asks of a pile with fills. */
export interface Standing extends Pick<Pile, "ratedW" | "operator"> {
  /** What it can pay with beside what its fills set aside, money units. */
  free: bigint;
  /** a in the frame, 1/10 000. */
  weatherBps: bigint;
}

/** What a frame means for a pile before it is booked. */
export interface WorkedOut extends Pick<PileSettlement, "side" | "agreedWh" | "reading" | "silent">, Purse {
  /** Undefined where nothing of it is judged. */
  credited: CreditedEnergy | undefined;
}

/** What a frame comes to before it is booked. */
export interface Outcome {
  /** In the order of the fills. */
  piles: Map<string, WorkedOut>;
  /** Of what was set aside, the operator's part, money units: it is back in its account. */
  exportsSetAside: bigint;
  /** The operator's account, without the debts that what came in pays. */
  gridAccount: bigint;
  imbalance: Imbalance;
}

/**
 * Works out what a frame comes to whose readings are in or overdue; moves nothing. SPEC 5, 6.
 *
 * @param standingOf The pile before the settlement; the lock of an order that has died is free.
 * @param gridAccount The operator's account before it, money units.
 * @param readings A pile without one is silent; in a market without meters they are not looked at.
 */
export function workOut(
  rules: Rules,
  delivery: Delivery,
  readings: ReadonlyMap<string, Reading>,
  standingOf: (pile: string) => Standing,
  gridAccount: bigint,
): Outcome {
  const parties = partiesOf(delivery);
  const agreedWh = agreedEnergy(delivery);
  const hasMeters = rules.readingSeconds > 0;
  const metered = new Map<string, Metered>();
  for (const [id, side] of parties) {
    const reading = hasMeters ? readings.get(id) : asAgreed(side, agreedWh.get(id)!);
    const taken = reading ?? silentReading(rules, side, standingOf(id).ratedW);
    metered.set(id, { side, silent: reading === undefined, reading: { ...taken } });
  }
  const fills = attribute(delivery, metered);
  const imbalance = noImbalance();
  const dues = fills.map((fill) => {
    const due = duesOf(rules, delivery.tariffs, fill);
    for (const cause of Object.keys(imbalance) as (keyof Imbalance)[]) imbalance[cause] += due.imbalance[cause];
    return { ...due, buyer: fill.buyer?.pile, seller: fill.seller?.pile };
  });

  // What was set aside returns to whose it was.
  const purses = new Map([...parties.keys()].map((id) => [id, purseOf(standingOf(id).free)]));
  let exportsSetAside = 0n;
  for (const { pile, amount } of setAsideFor(rules, delivery)) {
    if (pile === undefined) exportsSetAside += amount;
    else purses.get(pile)!.means += amount;
  }
  const accountAfter = collectDues(dues, purses, gridAccount + exportsSetAside);
  imbalance.debt = [...purses.values()].reduce((sum, { unpaid }) => sum + unpaid, 0n);

  const sameInterest = (one: string, other: string): boolean => {
    const { operator } = standingOf(one);
    return operator !== undefined && operator === standingOf(other).operator;
  };
  const credited = creditedEnergy(fills, sameInterest, (id) => standingOf(id).weatherBps);
  const piles = new Map(
    [...purses].map(([id, purse]): [string, WorkedOut] => [
      id,
      { ...metered.get(id)!, ...purse, agreedWh: agreedWh.get(id)!, credited: credited.get(id) },
    ]),
  );
  return { piles, exportsSetAside, gridAccount: accountAfter, imbalance };
}

/**
 * Settles a frame whose readings are in or overdue: moves the money and the credit. SPEC 5, 6.
 *
 * @param accounts The order of every pile concerned that has died must have been dropped: its lock is free.
 * @param readings A pile without one is silent; in a market without meters they are not looked at.
 */
export function settleDelivery(
  rules: Rules,
  accounts: Accounts,
  frame: number,
  delivery: Delivery,
  readings: ReadonlyMap<string, Reading>,
): FrameSettlement {
  const standingOf = (id: string): Standing => {
    const { free, ratedW, operator, weather } = accounts.pile(id);
    return { free, ratedW, operator, weatherBps: weatherIn(weather, frame) };
  };
  const outcome = workOut(rules, delivery, readings, standingOf, accounts.grid);
  for (const { amount } of setAsideFor(rules, delivery)) accounts.inDelivery -= amount;
  const gridBefore = accounts.grid + outcome.exportsSetAside;
  accounts.grid = outcome.gridAccount;
  const piles = [...outcome.piles].map(([id, worked]): PileSettlement => {
    const account = accounts.pile(id);
    const creditBefore = account.credit.hundredths;
    if (worked.credited !== undefined) account.credit = creditAfter(account.credit, worked.credited);
    account.free = worked.means;
    account.debt += worked.unpaid;
    accounts.payDebt(account);
    return pileSettlement(id, worked, creditBefore, account.credit.hundredths);
  });
  return { frame, piles, grid: accounts.grid - gridBefore, imbalance: outcome.imbalance };
}

/** What a frame was for a pile, from what was worked out and its credit before and after. */
export function pileSettlement(
  pile: string,
  { side, agreedWh, reading, silent, owed, unpaid, earned, forgone }: WorkedOut,
  creditBefore: bigint,
  creditAfterwards: bigint,
): PileSettlement {
  return {
    ...{ pile, side, agreedWh, reading, silent, owed, unpaid, earned, forgone },
    ...{ creditBefore, creditAfter: creditAfterwards },
  };
}

/** The energy of each pile's fills, Wh. */
function agreedEnergy({ trades, grid }: Pick<Delivery, "trades" | "grid">): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const fills = [
    ...trades.flatMap(({ buy, sell, energyWh }) => [buy, sell].map((pile) => ({ pile, energyWh }))),
    ...grid,
  ];
  for (const { pile, energyWh } of fills) sums.set(pile, (sums.get(pile) ?? 0n) + energyWh);
  return sums;
}

function asAgreed(side: Side, energyWh: bigint): Reading {
  return side === "charge" ? { consumedWh: energyWh, producedWh: 0n } : { consumedWh: 0n, producedWh: energyWh };
}
