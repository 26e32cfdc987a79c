import type { Dues } from "./dues";

/** A pile's money while a frame is settled, money units. */
export interface Purse {
  /** Money that its fills and its margin set aside, out of which it pays. */
  setAside: bigint;
  /** Due from it, to other piles and to the grid. */
  owed: bigint;
  earned: bigint;
  /** Surplus that the operator's account did not last for. */
  claimed: bigint;
}

/** A purse with nothing in it but what was set aside. */
export function purseOf(setAside: bigint): Purse {
  return { setAside, owed: 0n, earned: 0n, claimed: 0n };
}

/** Dues of a fill, and the parties. */
export type PartyDues = Omit<Dues, "imbalance"> & { buyer: string | undefined; seller: string | undefined };

/**
 * Moves the dues of a frame's fills. Piles have the money for theirs, so the order in which they pay does
 * not matter; surplus is paid last, in the order of the fills, as far as the grid's money lasts. SPEC 5.
 *
 * @param dues In the order of the fills.
 * @param consumption Cost of what sellers consumed, by pile, money units: due to the grid.
 * @param purses Of every pile with fills; changed.
 * @param gridMoney The grid's money before its income: the available part of the operator's account, and
 * the money set aside for exports; money units.
 * @returns The rest of it.
 * @throws RangeError if a pile owes more than it set aside: the rules are such that none ever does.
 */
export function collectDues(
  dues: readonly PartyDues[],
  consumption: ReadonlyMap<string, bigint>,
  purses: ReadonlyMap<string, Purse>,
  gridMoney: bigint,
): bigint {
  let money = gridMoney;
  for (const { buyer, seller, ...due } of dues) {
    if (buyer !== undefined) {
      purses.get(buyer)!.owed += due.buyerToSeller + due.buyerToGrid;
      purses.get(buyer)!.earned += due.sellerToBuyer;
    }
    if (seller !== undefined) {
      purses.get(seller)!.owed += due.sellerToBuyer + due.sellerToGrid;
      purses.get(seller)!.earned += due.buyerToSeller + due.gridToSeller;
    }
    money += due.buyerToGrid + due.sellerToGrid - due.gridToSeller;
  }
  for (const [pile, amount] of consumption) {
    purses.get(pile)!.owed += amount;
    money += amount;
  }
  for (const [pile, { owed, setAside }] of purses) {
    if (owed > setAside) throw new RangeError(`pile ${pile} owes ${owed} money units and set only ${setAside} aside`);
  }
  for (const { seller, surplusToSeller } of dues) {
    if (seller === undefined) continue;
    const paid = surplusToSeller < money ? surplusToSeller : money;
    money -= paid;
    purses.get(seller)!.earned += paid;
    purses.get(seller)!.claimed += surplusToSeller - paid;
  }
  return money;
}
