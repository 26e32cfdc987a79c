import { type FrameSettlement, noImbalance, type PileSettlement, type Reading } from "../settlement";
import type { MarketParameters, Side } from "../types";
import { type Accounts, setAsideFor, type Pile } from "./accounts";
import { creditAfter, creditedEnergy, weatherIn } from "./credit";
import { attribute, type Delivery, type Dues, duesOf, type Metered, silentReading } from "./delivery";

/** A pile's money while a frame is settled. */
interface Purse {
  account: Pile;
  /** What its fills set aside and what is free: all that it can pay with before it earns. */
  purse: bigint;
  owed: bigint;
  unpaid: bigint;
  earned: bigint;
  forgone: bigint;
}

type Rules = Pick<MarketParameters, "frameSeconds" | "breach" | "overBps" | "bondPrice" | "readingSeconds">;

/**
 * Settles a frame whose readings are in or overdue: moves the money and the credit. SPEC 5, 6.
 *
 * Money moves in five steps, so that nothing depends on who is paid when: what the fills set aside returns to those who
 * set it aside; every pile pays other piles, in the order of the fills, out of what it has; then the grid; who is owed
 * gets what was collected, surplus in the order of the fills while the operator's account lasts; and what a pile earned
 * pays its debt first.
 *
 * @param accounts The order of every pile concerned that has died must have been dropped: its lock is free.
 * @param parties The piles with fills in the frame, in the order of the fills.
 * @param readings A pile without one is silent; in a market without meters they are not looked at.
 */
export function settleDelivery(
  rules: Rules,
  accounts: Accounts,
  frame: number,
  delivery: Delivery,
  parties: ReadonlyMap<string, Side>,
  readings: ReadonlyMap<string, Reading>,
): FrameSettlement {
  const metered = new Map<string, Metered>();
  for (const [id, side] of parties) {
    const reading = readings.get(id);
    const taken = reading ?? silentReading(rules, side, accounts.pile(id).ratedW);
    metered.set(id, { side, silent: reading === undefined, reading: { ...taken } });
  }
  const hasMeters = rules.readingSeconds > 0;
  const fills = attribute(delivery, hasMeters ? metered : undefined);
  const imbalance = noImbalance();
  const dues = fills.map((fill) => {
    const due = duesOf(rules, delivery.tariffs, fill);
    for (const cause of Object.keys(imbalance) as (keyof typeof imbalance)[]) imbalance[cause] += due.imbalance[cause];
    return { ...due, buyer: fill.buyer?.pile, seller: fill.seller?.pile };
  });

  const agreedWh = new Map<string, bigint>();
  for (const fill of fills) {
    for (const party of [fill.buyer, fill.seller]) {
      if (party !== undefined) agreedWh.set(party.pile, (agreedWh.get(party.pile) ?? 0n) + fill.agreedWh);
    }
  }
  const before = new Map([...parties.keys()].map((id) => [id, accounts.pile(id).credit]));
  // Without meters nothing was seen to be kept or broken.
  if (hasMeters) moveCredit(accounts, frame, fills);
  const { purses, grid } = moveMoney(rules, accounts, delivery, [...parties.keys()], dues);
  imbalance.debt = [...purses.values()].reduce((sum, { unpaid }) => sum + unpaid, 0n);

  const piles = [...parties].map(([id, side]): PileSettlement => {
    const { owed, unpaid, earned, forgone, account } = purses.get(id)!;
    const { silent, reading } = metered.get(id)!;
    const asAgreed = {
      consumedWh: side === "charge" ? agreedWh.get(id)! : 0n,
      producedWh: side === "charge" ? 0n : agreedWh.get(id)!,
    };
    return {
      ...{ pile: id, side, agreedWh: agreedWh.get(id)! },
      ...(hasMeters ? { reading, silent } : { reading: asAgreed, silent: false }),
      ...{ owed, unpaid, earned, forgone },
      creditBefore: before.get(id)!.hundredths,
      creditAfter: account.credit.hundredths,
    };
  });
  return { frame, piles, grid, imbalance };
}

function moveCredit(accounts: Accounts, frame: number, fills: ReturnType<typeof attribute>): void {
  const sameInterest = (one: string, other: string): boolean => {
    const { operator } = accounts.pile(one);
    return operator !== undefined && operator === accounts.pile(other).operator;
  };
  const energy = creditedEnergy(fills, sameInterest, (id) => weatherIn(accounts.pile(id).weather, frame));
  for (const [id, credited] of energy) {
    const pile = accounts.pile(id);
    pile.credit = creditAfter(pile.credit, credited);
  }
}

type PartyDues = Dues & { buyer: string | undefined; seller: string | undefined };

function moveMoney(
  rules: Rules,
  accounts: Accounts,
  delivery: Delivery,
  ids: readonly string[],
  dues: readonly PartyDues[],
): { purses: Map<string, Purse>; grid: bigint } {
  const purses = new Map<string, Purse>();
  for (const id of ids) {
    const account = accounts.pile(id);
    purses.set(id, { account, purse: account.free, owed: 0n, unpaid: 0n, earned: 0n, forgone: 0n });
    account.free = 0n;
  }
  // What was set aside returns to its owner, out of delivery.
  let gridBefore = accounts.grid;
  for (const { pile, amount } of setAsideFor(rules, delivery)) {
    accounts.inDelivery -= amount;
    if (pile !== undefined) purses.get(pile)!.purse += amount;
    else {
      accounts.grid += amount;
      gridBefore += amount;
    }
  }
  // Other piles first, in the order of the fills; then the grid.
  const paidTo: { seller: string; buyer: string; toSeller: bigint; toBuyer: bigint }[] = [];
  for (const { buyer, seller, buyerToSeller, sellerToBuyer } of dues) {
    if (buyer === undefined || seller === undefined) continue;
    const toSeller = collect(purses.get(buyer)!, buyerToSeller);
    const toBuyer = collect(purses.get(seller)!, sellerToBuyer);
    paidTo.push({ seller, buyer, toSeller, toBuyer });
  }
  for (const { buyer, buyerToGrid } of dues) {
    if (buyer !== undefined) accounts.grid += collect(purses.get(buyer)!, buyerToGrid);
  }
  // Who is owed gets what was collected; an export fill what the operator set aside for it.
  for (const { seller, buyer, toSeller, toBuyer } of paidTo) {
    purses.get(seller)!.earned += toSeller;
    purses.get(buyer)!.earned += toBuyer;
  }
  for (const { seller, gridToSeller } of dues) {
    if (seller === undefined) continue;
    purses.get(seller)!.earned += gridToSeller;
    accounts.grid -= gridToSeller;
  }
  for (const { seller, surplusToSeller } of dues) {
    if (seller === undefined) continue;
    const paid = surplusToSeller < accounts.grid ? surplusToSeller : accounts.grid;
    purses.get(seller)!.earned += paid;
    purses.get(seller)!.forgone += surplusToSeller - paid;
    accounts.grid -= paid;
  }
  for (const { account, purse, unpaid, earned } of purses.values()) {
    account.free += purse;
    account.debt += unpaid;
    accounts.earn(account, earned);
  }
  return { purses, grid: accounts.grid - gridBefore };
}

/** Takes what is due out of a purse as far as it goes. @returns What was there. */
function collect(from: Purse, due: bigint): bigint {
  const paid = due < from.purse ? due : from.purse;
  from.purse -= paid;
  from.owed += due;
  from.unpaid += due - paid;
  return paid;
}
