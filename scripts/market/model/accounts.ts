import type { GridFill, MarketParameters, Order, Trade } from "../types";
import { amountDown, lockFor, lockOf } from "./money";
import { MarketRefusal } from "./refusal";

/** A registered pile: its money and its one order. */
export interface Pile {
  readonly id: string;
  /** Rated power, W. */
  readonly ratedW: bigint;
  suspended: boolean;
  /** What is neither locked nor in delivery. The lock of an order counts as locked for as long as it is kept here. */
  free: bigint;
  /** The pile's order, if it has one; it may have died of time since it was placed. */
  order: Order | undefined;
}

/** What was decided for a cleared frame and is not settled yet. */
interface Delivery {
  trades: Trade[];
  grid: GridFill[];
  /** w(t), money units per kWh. */
  wheelingPrice: bigint;
}

/**
 * The piles and all the money of a market: the central counterparty. Knows nothing of time.
 *
 * Every movement is between two of: a pile's free balance, its order's lock, delivery, the grid, and the world outside.
 */
export class Accounts {
  /** In order of registration. */
  private readonly piles = new Map<string, Pile>();
  private readonly deliveries = new Map<number, Delivery>();
  /** All that ever came in, money units. */
  deposited = 0n;
  /** All that ever left, money units. */
  withdrawn = 0n;
  /** Taken from locks for frames that are not settled, money units. */
  inDelivery = 0n;
  /** The grid operator's account: what it paid in, wheeling and grid energy of settled frames, less exports; money units. */
  grid = 0n;

  constructor(private readonly market: Pick<MarketParameters, "wheelingCap" | "bondPrice">) {}

  /** All piles, in order of registration. */
  all(): Pile[] {
    return [...this.piles.values()];
  }

  /** @throws MarketRefusal NotRegistered. */
  pile(id: string): Pile {
    const pile = this.piles.get(id);
    if (pile === undefined) throw new MarketRefusal("NotRegistered", { pile: id });
    return pile;
  }

  /** @throws MarketRefusal AlreadyRegistered. */
  register(id: string, ratedW: bigint): Pile {
    if (this.piles.has(id)) throw new MarketRefusal("AlreadyRegistered", { pile: id });
    if (ratedW < 0n) throw new RangeError(`rated power cannot be negative: ${ratedW}`);
    const pile: Pile = { id, ratedW, suspended: false, free: 0n, order: undefined };
    this.piles.set(id, pile);
    return pile;
  }

  /** From outside into a free balance. */
  deposit(pile: Pile, amount: bigint): void {
    requireNotNegative(amount);
    pile.free += amount;
    this.deposited += amount;
  }

  /** From outside into the grid operator's account. SPEC 4. */
  depositGrid(amount: bigint): void {
    requireNotNegative(amount);
    this.grid += amount;
    this.deposited += amount;
  }

  /** From a free balance to outside. @throws MarketRefusal InsufficientBalance. */
  withdraw(pile: Pile, amount: bigint): void {
    requireNotNegative(amount);
    if (amount > pile.free) {
      throw new MarketRefusal("InsufficientBalance", { pile: pile.id, needed: amount, free: pile.free });
    }
    pile.free -= amount;
    this.withdrawn += amount;
  }

  /**
   * Locks for an order and makes it the pile's, in the place of the one it had, whose lock counts as free. SPEC 2.
   *
   * @throws MarketRefusal InsufficientBalance, having changed nothing.
   */
  enter(pile: Pile, order: Order): void {
    const needed = lockFor(this.market, order.side, order.price, order.remainingWh);
    const free = pile.free + this.lockedBy(pile);
    if (needed > free) throw new MarketRefusal("InsufficientBalance", { pile: pile.id, needed, free });
    pile.free = free - needed;
    pile.order = order;
  }

  /** Takes a pile's order out of the book, if it has one: its lock is free again. */
  drop(pile: Pile): void {
    pile.free += this.lockedBy(pile);
    pile.order = undefined;
  }

  /** What the order that a pile has, dead or alive, locks. */
  lockedBy(pile: Pile): bigint {
    return pile.order === undefined ? 0n : lockOf(this.market, pile.order);
  }

  /**
   * Takes a frame's trades and fills off the orders, and what they owe from the locks into delivery; exports out of the
   * grid operator's account. What the frame moves is added to what it moved before. SPEC 2, 3.5, 4.
   */
  deliver(frame: number, trades: readonly Trade[], grid: readonly GridFill[], wheelingPrice: bigint): void {
    for (const trade of trades) {
      const { amount, wheeling, bond } = this.partsOf(trade, wheelingPrice);
      this.fill(this.pile(trade.buy), trade.energyWh, amount + wheeling);
      this.fill(this.pile(trade.sell), trade.energyWh, bond);
    }
    for (const fill of grid) {
      const amount = amountDown(fill.price, fill.energyWh);
      if (fill.side === "charge") this.fill(this.pile(fill.pile), fill.energyWh, amount);
      else {
        if (amount > this.grid) throw new RangeError(`an export of ${amount} exceeds the operator's ${this.grid}`);
        this.fill(this.pile(fill.pile), fill.energyWh, amountDown(this.market.bondPrice, fill.energyWh));
        this.grid -= amount;
        this.inDelivery += amount;
      }
    }
    if (trades.length + grid.length === 0) return;
    const delivery = this.deliveries.get(frame) ?? { trades: [], grid: [], wheelingPrice };
    delivery.trades.push(...structuredClone([...trades]));
    delivery.grid.push(...structuredClone([...grid]));
    this.deliveries.set(frame, delivery);
  }

  /**
   * Pays out a frame as agreed: to sellers the price and their bond, to the grid wheeling and what it sold. SPEC 5.
   *
   * @throws MarketRefusal NothingToSettle.
   */
  settle(frame: number): void {
    const delivery = this.deliveries.get(frame);
    if (delivery === undefined) throw new MarketRefusal("NothingToSettle", { frame });
    for (const trade of delivery.trades) {
      const { amount, wheeling, bond } = this.partsOf(trade, delivery.wheelingPrice);
      this.pile(trade.sell).free += amount + bond;
      this.grid += wheeling;
      this.inDelivery -= amount + wheeling + bond;
    }
    for (const { pile, side, price, energyWh } of delivery.grid) {
      const amount = amountDown(price, energyWh);
      const bond = side === "charge" ? 0n : amountDown(this.market.bondPrice, energyWh);
      if (side === "charge") this.grid += amount;
      else this.pile(pile).free += amount + bond;
      this.inDelivery -= amount + bond;
    }
    this.deliveries.delete(frame);
  }

  /** The three sums a trade takes from the locks of its two parties: rounded down each, trade by trade. SPEC 1. */
  private partsOf(trade: Trade, wheelingPrice: bigint): { amount: bigint; wheeling: bigint; bond: bigint } {
    return {
      amount: amountDown(trade.price, trade.energyWh),
      wheeling: amountDown(wheelingPrice, trade.energyWh),
      bond: amountDown(this.market.bondPrice, trade.energyWh),
    };
  }

  /** Shrinks a pile's order by `energyWh`; of what its lock shrinks by, `owed` goes into delivery, the rest is free. */
  private fill(pile: Pile, energyWh: bigint, owed: bigint): void {
    const lockedBefore = this.lockedBy(pile);
    pile.order!.remainingWh -= energyWh;
    pile.free += lockedBefore - this.lockedBy(pile) - owed;
    this.inDelivery += owed;
  }
}

function requireNotNegative(amount: bigint): void {
  if (amount < 0n) throw new RangeError(`an amount cannot be negative: ${amount}`);
}
