import type { Dues } from "./delivery";

/** A pile's money while a frame is settled, money units. */
export interface Purse {
  /** What it has to pay with: what is free, what its fills set aside, and what it was paid. */
  means: bigint;
  /** Due from it, to other piles and to the grid. */
  owed: bigint;
  /** What of {@link owed} it had nothing for. */
  unpaid: bigint;
  earned: bigint;
  /** Surplus that the operator's account did not last for. */
  forgone: bigint;
}

/** A purse with nothing in it but what there is to pay with. */
export function purseOf(means: bigint): Purse {
  return { means, owed: 0n, unpaid: 0n, earned: 0n, forgone: 0n };
}

/** What a fill makes due, and between whom. */
export type PartyDues = Dues & { buyer: string | undefined; seller: string | undefined };

/**
 * Moves what the fills of a frame make due, each step in the order of the fills: agreed exports are paid out of what was
 * set aside for them; buyers pay sellers; sellers compensate buyers, out of what they were just paid, too; buyers pay the
 * grid out of what is left to them; and the grid pays for surplus while its account lasts. SPEC 5.
 *
 * @param purses Of every pile with fills; changed.
 * @param gridAccount The operator's account, what was set aside for exports included, money units.
 * @returns The account afterwards. Debts that are paid by what came in are not in it.
 */
export function collectDues(
  dues: readonly PartyDues[],
  purses: ReadonlyMap<string, Purse>,
  gridAccount: bigint,
): bigint {
  let account = gridAccount;
  for (const { seller, gridToSeller } of dues) {
    if (seller === undefined) continue;
    account -= gridToSeller;
    give(purses.get(seller)!, gridToSeller);
  }
  for (const { buyer, seller, buyerToSeller } of dues) {
    if (buyer === undefined || seller === undefined) continue;
    give(purses.get(seller)!, take(purses.get(buyer)!, buyerToSeller));
  }
  for (const { buyer, seller, sellerToBuyer } of dues) {
    if (buyer === undefined || seller === undefined) continue;
    give(purses.get(buyer)!, take(purses.get(seller)!, sellerToBuyer));
  }
  for (const { buyer, buyerToGrid } of dues) {
    if (buyer !== undefined) account += take(purses.get(buyer)!, buyerToGrid);
  }
  for (const { seller, surplusToSeller } of dues) {
    if (seller === undefined) continue;
    const paid = surplusToSeller < account ? surplusToSeller : account;
    account -= paid;
    give(purses.get(seller)!, paid);
    purses.get(seller)!.forgone += surplusToSeller - paid;
  }
  return account;
}

function give(to: Purse, amount: bigint): void {
  to.means += amount;
  to.earned += amount;
}

/** Takes what is due out of a purse as far as it goes. @returns What was there. */
function take(from: Purse, due: bigint): bigint {
  const paid = due < from.means ? due : from.means;
  from.means -= paid;
  from.owed += due;
  from.unpaid += due - paid;
  return paid;
}
