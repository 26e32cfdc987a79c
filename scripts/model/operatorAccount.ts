import { MarketRefusal } from "./refusal";

/**
 * The grid operator's account, and what others have a claim to of it. Knows nothing of time or rounds. SPEC 5.
 *
 * A claim moves no money: it keeps the operator from what is claimed until its holder takes it.
 */
export class OperatorAccount {
  /** Money units. */
  balance = 0n;
  /** Set aside for what sellers get beyond what buyers pay, money units; not part of the balance. */
  fund = 0n;
  /** By holder; never 0. */
  private readonly claims = new Map<string, bigint>();

  /** All claims together, money units. */
  get claimed(): bigint {
    return [...this.claims.values()].reduce((sum, claim) => sum + claim, 0n);
  }

  /** Unclaimed money, money units. */
  get unclaimed(): bigint {
    const { balance, claimed } = this;
    return claimed < balance ? balance - claimed : 0n;
  }

  /** Claim of a holder, money units. */
  claimOf(holder: string): bigint {
    return this.claims.get(holder) ?? 0n;
  }

  /** Gives somebody a claim to so much more. */
  addClaim(holder: string, amount: bigint): void {
    if (amount > 0n) this.claims.set(holder, this.claimOf(holder) + amount);
  }

  /** Takes a claim out of the account, as far as it lasts. @returns What was paid, money units. */
  payClaim(holder: string): bigint {
    const claim = this.claimOf(holder);
    const paid = claim < this.balance ? claim : this.balance;
    this.balance -= paid;
    if (paid === claim) this.claims.delete(holder);
    else this.claims.set(holder, claim - paid);
    return paid;
  }

  /** @throws MarketRefusal InsufficientBalance where so much is not there, or claimed. */
  requireUnclaimed(amount: bigint): void {
    if (amount > this.unclaimed) {
      throw new MarketRefusal("InsufficientBalance", { needed: amount, free: this.unclaimed });
    }
  }

  /** Moves money between the account and the fund so that the fund holds `amount`. */
  setFund(amount: bigint): void {
    if (amount < 0n) throw new RangeError(`an amount cannot be negative: ${amount}`);
    this.balance += this.fund - amount;
    this.fund = amount;
  }

  /** Takes out what nobody has a claim to. @throws MarketRefusal InsufficientBalance. */
  withdraw(amount: bigint): void {
    this.requireUnclaimed(amount);
    this.balance -= amount;
  }
}
