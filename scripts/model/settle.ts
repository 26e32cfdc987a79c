import {
  type FrameSettlement,
  type Imbalance,
  noImbalance,
  type PileSettlement,
  type Reading,
} from "../core/settlement";
import type { MarketParameters, Side } from "../core/types";
import { type Accounts, type Pile, setAsideFor } from "./accounts";
import { collectDues, type Purse, purseOf } from "./collection";
import { creditAfter, type CreditedEnergy, creditedEnergy, weatherIn } from "./credit";
import { attribute, type Delivery, type Metered, partiesOf, silentReading } from "./delivery";
import { duesOf, unaskedCost } from "./dues";
import { hasMeters } from "./parameters";

type Rules = Pick<MarketParameters, "frameSeconds" | "breach" | "toleranceBps" | "bondPricePerKwh" | "readingSeconds">;

/** A pile with fills as a settlement needs it. */
export interface Standing extends Pick<Pile, "ratedW" | "operator"> {
  /** a in the frame, 1/10 000. */
  weatherBps: bigint;
}

/** A frame's effect on a pile before it is booked. */
export interface WorkedOut extends Pick<PileSettlement, "side" | "agreedWh" | "reading" | "silent">, Purse {
  /** Undefined where nothing of it is judged. */
  credited: CreditedEnergy | undefined;
}

/** Outcome of a frame, or a part of it, before it is booked. */
export interface Outcome {
  /** In the order of the fills. */
  piles: Map<string, WorkedOut>;
  /** Of what was set aside, the operator's part, money units: it is back in its account. */
  exportsSetAside: bigint;
  /** By how much the operator's account changes, what was set aside for exports included, money units. */
  gridChange: bigint;
  imbalance: Imbalance;
}

/**
 * Works out the outcome of fills whose readings are in or overdue; moves nothing. SPEC 5, 6.
 *
 * @param delivery A frame's, or that of some of its groups.
 * @param readings A pile without one is silent; in a market without meters they are not looked at.
 * @param standingOf The pile before the settlement.
 * @param available Money of the operator's account that can pay for surplus before it, money units.
 */
export function workOut(
  rules: Rules,
  delivery: Delivery,
  readings: ReadonlyMap<string, Reading>,
  standingOf: (pile: string) => Standing,
  available: bigint,
): Outcome {
  const parties = partiesOf(delivery);
  const agreedWh = agreedEnergy(delivery);
  const metered = new Map<string, Metered>();
  for (const [id, side] of parties) {
    const reading = hasMeters(rules) ? readings.get(id) : asAgreed(side, agreedWh.get(id)!);
    const taken = reading ?? silentReading(rules, standingOf(id).ratedW);
    metered.set(id, { side, silent: reading === undefined, reading: { ...taken } });
  }
  const fills = attribute(delivery, metered);
  const imbalance = noImbalance();
  const dues = fills.map((fill) => {
    const { imbalance: caused, ...due } = duesOf(rules, delivery.tariffs, fill);
    for (const cause of Object.keys(imbalance) as (keyof Imbalance)[]) imbalance[cause] += caused[cause];
    return { ...due, buyer: fill.buyer?.pile, seller: fill.seller?.pile };
  });
  // A seller buys its consumption from the grid, and nobody agreed to it.
  const consumption = new Map<string, bigint>();
  for (const [id, { side, silent, reading }] of metered) {
    if (side === "charge") continue;
    const amount = unaskedCost(rules, delivery.tariffs, reading.consumedWh);
    consumption.set(id, amount);
    imbalance[silent ? "silence" : "overConsumption"] += amount;
  }

  const purses = new Map([...parties.keys()].map((id) => [id, purseOf(delivery.margins.get(id) ?? 0n)]));
  let exportsSetAside = 0n;
  for (const { pile, amount } of setAsideFor(rules, delivery)) {
    if (pile === undefined) exportsSetAside += amount;
    else purses.get(pile)!.setAside += amount;
  }
  const gridChange = collectDues(dues, consumption, purses, available + exportsSetAside) - available;

  const sameInterest = (one: string, other: string): boolean => {
    const { operator } = standingOf(one);
    return operator !== undefined && operator === standingOf(other).operator;
  };
  // Where nothing is measured there is nothing to judge.
  const credited = hasMeters(rules)
    ? creditedEnergy(fills, sameInterest, (id) => standingOf(id).weatherBps)
    : new Map<string, CreditedEnergy>();
  const piles = new Map(
    [...purses].map(([id, purse]): [string, WorkedOut] => [
      id,
      { ...metered.get(id)!, ...purse, agreedWh: agreedWh.get(id)!, credited: credited.get(id) },
    ]),
  );
  return { piles, exportsSetAside, gridChange, imbalance };
}

/**
 * Settles fills whose readings are in or overdue: moves the money and the credit, and books the claims. SPEC 5, 6.
 *
 * @param delivery A frame's, or that of some of its groups.
 * @param readings A pile without one is silent; in a market without meters they are not looked at.
 * @param available Money of the operator's account that can pay for surplus, money units.
 */
export function settleDelivery(
  rules: Rules,
  accounts: Accounts,
  frame: number,
  delivery: Delivery,
  readings: ReadonlyMap<string, Reading>,
  available: bigint,
): Omit<FrameSettlement, "complete"> {
  const standingOf = (id: string): Standing => {
    const { ratedW, operator, weather } = accounts.pile(id);
    return { ratedW, operator, weatherBps: weatherIn(weather, frame) };
  };
  const outcome = workOut(rules, delivery, readings, standingOf, available);
  const { operator } = accounts;
  accounts.inDelivery -= outcome.exportsSetAside;
  operator.balance += outcome.gridChange;
  const piles = [...outcome.piles].map(([id, worked]): PileSettlement => {
    const account = accounts.pile(id);
    const creditBefore = account.credit.hundredths;
    if (worked.credited !== undefined) account.credit = creditAfter(account.credit, worked.credited);
    accounts.inDelivery -= worked.setAside;
    account.free += worked.setAside - worked.owed + worked.earned;
    operator.addClaim(id, worked.claimed);
    return pileSettlement(id, worked, creditBefore, account.credit.hundredths);
  });
  return { frame, piles, grid: outcome.gridChange - outcome.exportsSetAside, imbalance: outcome.imbalance };
}

/** A frame's effect on a pile, from the outcome and its credit before and after. */
export function pileSettlement(
  pile: string,
  { side, agreedWh, reading, silent, owed, earned, claimed }: WorkedOut,
  creditBefore: bigint,
  creditAfterwards: bigint,
): PileSettlement {
  return {
    ...{ pile, side, agreedWh, reading, silent, owed, earned, claimed },
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
