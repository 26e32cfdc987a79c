import type { GridFill, MarketParameters, Order, Trade } from "../core/types";
import { type Credit, MAX_WEATHER_BPS, type WeatherFrom } from "./credit";
import { MAX_ATTRIBUTE, NO_ATTRIBUTES, type PileAttributes } from "./creditRanking";
import { type Delivery, partiesOf, type Tariffs } from "./delivery";
import { marginFor } from "./margin";
import { amountDown, lockFor, lockOf } from "./money";
import { OperatorAccount } from "./operatorAccount";
import { displayedWh } from "./ranking";
import { MarketRefusal } from "./refusal";

/** A registered pile: its money and its one order. */
export interface Pile {
  readonly id: string;
  /** Rated power, W. */
  readonly ratedW: bigint;
  suspended: boolean;
  /** Money neither locked nor in delivery. The lock of an order counts as locked for as long as it is kept here. */
  free: bigint;
  /** The pile's order, if it has one; it may have died of time since it was placed. */
  order: Order | undefined;
  /** Who runs the pile, if anybody is registered. */
  readonly operator: string | undefined;
  credit: Readonly<Credit>;
  /** Its weather factors, in order of the frames from which they hold: one, and at most one change of it. */
  weather: readonly [WeatherFrom, ...WeatherFrom[]];
  attributes: Readonly<PileAttributes>;
}

/** A pile's registration beside its rated power. */
export interface PileOptions {
  /** Who runs the pile; nobody by default. Trades between piles of one operator earn and cost no credit. */
  operator?: string;
  /** a of [D (12)], 1/10 000, 0 to 2 999; 0 by default. */
  weatherBps?: bigint;
  /** For ranking by credit; all 0 by default. */
  attributes?: Partial<PileAttributes>;
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
  /** Set aside for frames that are not settled, money units. */
  inDelivery = 0n;
  readonly operator = new OperatorAccount();

  constructor(
    private readonly market: Pick<
      MarketParameters,
      | "wheelingCapPerKwh"
      | "bondPricePerKwh"
      | "cancelPricePerKwh"
      | "initialCredit"
      | "creditPriorWh"
      | "frameSeconds"
      | "readingSeconds"
      | "breach"
      | "settlement"
    >,
  ) {}

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

  /** Credit of whoever bears an id, 1/100 point: that of the pile, the market's initial credit without one. SPEC 6. */
  creditOf(id: string): bigint {
    return this.piles.get(id)?.credit.hundredths ?? this.market.initialCredit;
  }

  /** @throws MarketRefusal AlreadyRegistered. */
  register(id: string, ratedW: bigint, { operator, weatherBps = 0n, attributes }: PileOptions = {}): Pile {
    if (this.piles.has(id)) throw new MarketRefusal("AlreadyRegistered", { pile: id });
    if (ratedW < 0n) throw new RangeError(`rated power cannot be negative: ${ratedW}`);
    const pile: Pile = {
      ...{ id, ratedW, suspended: false, free: 0n, order: undefined, operator },
      weather: [weatherFrom(0, weatherBps)],
      credit: { hundredths: this.market.initialCredit, basisWh: this.market.creditPriorWh },
      attributes: NO_ATTRIBUTES,
    };
    this.setAttributes(pile, attributes ?? {});
    this.piles.set(id, pile);
    return pile;
  }

  /**
   * Sets a pile's weather factor for the frames from `frame` on. One change is on record: another for the same frame
   * replaces it; another for a later one takes its place once every frame before it is settled. SPEC 5.
   *
   * @param bps 1/10 000, 0 to 2 999.
   * @param isSettled Whether nothing before a frame is, or can still come to be, open.
   * @throws MarketRefusal FramesUnsettled.
   */
  setWeather(pile: Pile, frame: number, bps: bigint, isSettled: (before: number) => boolean): void {
    const changed = weatherFrom(frame, bps);
    const [before, change] = pile.weather;
    if (change === undefined || change.frame === frame) pile.weather = [before, changed];
    else if (isSettled(change.frame)) pile.weather = [change, changed];
    else throw new MarketRefusal("FramesUnsettled", { pile: pile.id, firstFrame: change.frame });
  }

  /** Sets those attributes of a pile that are given. */
  setAttributes(pile: Pile, attributes: Partial<PileAttributes>): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (!Number.isInteger(value) || value < 0 || value > MAX_ATTRIBUTE) {
        throw new RangeError(`${name} must be a whole number from 0 to ${MAX_ATTRIBUTE}: ${value}`);
      }
    }
    pile.attributes = { ...pile.attributes, ...attributes };
  }

  /** From outside into a free balance. */
  deposit(pile: Pile, amount: bigint): void {
    requireNotNegative(amount);
    pile.free += amount;
    this.deposited += amount;
  }

  /** From outside into the grid operator's account. */
  depositGrid(amount: bigint): void {
    requireNotNegative(amount);
    this.operator.balance += amount;
    this.deposited += amount;
  }

  /** From the grid operator's account to outside, what is not claimed. @throws MarketRefusal InsufficientBalance. */
  withdrawGrid(amount: bigint): void {
    requireNotNegative(amount);
    this.operator.withdraw(amount);
    this.withdrawn += amount;
  }

  /** A claim to the grid operator's account to outside, as far as the account lasts. @returns What was paid. */
  collectClaim(holder: string): bigint {
    const paid = this.operator.payClaim(holder);
    this.withdrawn += paid;
    return paid;
  }

  /**
   * From a free balance to outside.
   *
   * @param kept Money that must stay, money units.
   * @throws MarketRefusal InsufficientBalance.
   */
  withdraw(pile: Pile, amount: bigint, kept: bigint): void {
    requireNotNegative(amount);
    const free = pile.free > kept ? pile.free - kept : 0n;
    if (amount > free) throw new MarketRefusal("InsufficientBalance", { pile: pile.id, needed: amount, free });
    pile.free -= amount;
    this.withdrawn += amount;
  }

  /**
   * Locks for an order and makes it the pile's, in the place of the one it had, whose lock counts as free. SPEC 2.
   *
   * @param fee Due to the grid operator for cancelling the one it had, money units; at most what that one locks.
   * @throws MarketRefusal InsufficientBalance, having changed nothing.
   */
  enter(pile: Pile, order: Order, fee = 0n): void {
    const needed = lockFor(this.market, order.side, order.price, order.remainingWh);
    const free = pile.free + this.lockedBy(pile) - fee;
    if (needed > free) throw new MarketRefusal("InsufficientBalance", { pile: pile.id, needed, free });
    this.drop(pile, fee);
    pile.free -= needed;
    pile.order = order;
  }

  /**
   * Takes a pile's order out of the book, if it has one: its lock is free again.
   *
   * @param fee Of the lock, what goes to the grid operator instead, money units.
   */
  drop(pile: Pile, fee = 0n): void {
    pile.free += this.lockedBy(pile) - fee;
    this.operator.balance += fee;
    pile.order = undefined;
  }

  /**
   * Fee for cancelling the order that a pile has, money units: once a frame from its first on has been
   * cleared, plans have reckoned with its next tranche. SPEC 2.
   *
   * @param lastClearedFrame Undefined before the first clearing.
   */
  cancelFee(pile: Pile, lastClearedFrame: number | undefined): bigint {
    const { order } = pile;
    if (order === undefined || !this.leavingCosts(pile, lastClearedFrame)) return 0n;
    const fee = amountDown(this.market.cancelPricePerKwh, displayedWh(order));
    const locked = lockOf(this.market, order);
    return fee < locked ? fee : locked;
  }

  /** Whether plans have reckoned with the order that a pile has, so that it pays for leaving. SPEC 2. */
  leavingCosts({ order }: Pile, lastClearedFrame: number | undefined): boolean {
    const { settlement, cancelPricePerKwh } = this.market;
    if (settlement !== "benefit" || cancelPricePerKwh === 0n || order === undefined) return false;
    if (lastClearedFrame === undefined || lastClearedFrame < order.firstFrame) return false;
    return order.side === "discharge" || order.iceberg;
  }

  /** Lock of the order that a pile has, dead or alive. */
  lockedBy(pile: Pile): bigint {
    return pile.order === undefined ? 0n : lockOf(this.market, pile.order);
  }

  /**
   * Moves a frame's trades and fills into delivery. It takes them off the orders, and their set-aside from
   * the locks, for export fills from the grid operator's account, and the margins from free balances. Fills
   * delivered to a frame later come after those that it has. SPEC 2, 3.5, 5.
   *
   * @throws RangeError if the operator's account cannot pay for the export fills, or a pile cannot for its margin.
   */
  deliver(frame: number, trades: readonly Trade[], grid: readonly GridFill[], tariffs: Tariffs): void {
    if (trades.length + grid.length === 0) return;
    const fills = { trades: structuredClone([...trades]), grid: structuredClone([...grid]) };
    const margins = new Map<string, bigint>();
    for (const id of partiesOf(fills).keys()) margins.set(id, marginFor(this.market, this.pile(id).ratedW, tariffs));
    const added: Delivery = { ...fills, margins, tariffs };
    const owed = new Map<string, bigint>();
    let exportAmount = 0n;
    for (const { pile, amount } of setAsideFor(this.market, added)) {
      if (pile === undefined) exportAmount += amount;
      else owed.set(pile, (owed.get(pile) ?? 0n) + amount);
    }
    const subsidies = trades.reduce((sum, { subsidy = 0n, energyWh }) => sum + amountDown(subsidy, energyWh), 0n);
    exportAmount -= subsidies;
    if (subsidies > this.operator.fund) {
      throw new RangeError(`the matching fund holds ${this.operator.fund}, not the ${subsidies} of the trades`);
    }
    if (exportAmount > this.operator.balance) {
      throw new RangeError(
        `the grid operator's account holds ${this.operator.balance}, not the ${exportAmount} of the export fills`,
      );
    }
    this.operator.balance -= exportAmount;
    this.operator.fund -= subsidies;
    this.inDelivery += exportAmount + subsidies;
    for (const [id, margin] of margins) {
      const pile = this.pile(id);
      if (margin > pile.free) throw new RangeError(`pile ${id} has ${pile.free} free, not its margin of ${margin}`);
      pile.free -= margin;
      this.inDelivery += margin;
    }
    const filledWh = new Map<string, bigint>();
    const sides = [
      ...trades.flatMap(({ buy, sell, energyWh }) => [
        { pile: buy, energyWh },
        { pile: sell, energyWh },
      ]),
      ...grid,
    ];
    for (const { pile, energyWh } of sides) filledWh.set(pile, (filledWh.get(pile) ?? 0n) + energyWh);
    for (const [pile, energyWh] of filledWh) this.fill(this.pile(pile), energyWh, owed.get(pile) ?? 0n);
    const before = this.deliveries.get(frame);
    this.deliveries.set(frame, {
      trades: [...(before?.trades ?? []), ...added.trades],
      grid: [...(before?.grid ?? []), ...added.grid],
      margins: sumOf(before?.margins, margins),
      tariffs,
    });
  }

  /** The unsettled delivery of a frame. @throws MarketRefusal NothingToSettle. */
  delivery(frame: number): Delivery {
    const delivery = this.deliveries.get(frame);
    if (delivery === undefined) throw new MarketRefusal("NothingToSettle", { frame });
    return delivery;
  }

  /** Keeps of a frame what is left to settle. @returns Whether that is nothing. */
  keep(frame: number, rest: Delivery): boolean {
    const complete = rest.trades.length + rest.grid.length === 0;
    if (complete) this.deliveries.delete(frame);
    else this.deliveries.set(frame, rest);
    return complete;
  }

  /** Whether nothing waits for settlement in any frame before this one. */
  isSettledBefore(frame: number): boolean {
    return [...this.deliveries.keys()].every((open) => open >= frame);
  }

  /** Shrinks a pile's order by `energyWh`; of what its lock shrinks by, `owed` goes into delivery, the rest is free. */
  private fill(pile: Pile, energyWh: bigint, owed: bigint): void {
    const lockedBefore = this.lockedBy(pile);
    pile.order!.remainingWh -= energyWh;
    pile.free += lockedBefore - this.lockedBy(pile) - owed;
    this.inDelivery += owed;
  }
}

/** @param bps 1/10 000, 0 to 2 999. */
function weatherFrom(frame: number, bps: bigint): WeatherFrom {
  if (bps < 0n || bps > MAX_WEATHER_BPS) {
    throw new RangeError(`a weather factor is 0 to ${MAX_WEATHER_BPS} / 10 000: ${bps}`);
  }
  return { frame, bps };
}

function sumOf(
  before: ReadonlyMap<string, bigint> | undefined,
  added: ReadonlyMap<string, bigint>,
): Map<string, bigint> {
  const sum = new Map(before);
  for (const [pile, amount] of added) sum.set(pile, (sum.get(pile) ?? 0n) + amount);
  return sum;
}

function requireNotNegative(amount: bigint): void {
  if (amount < 0n) throw new RangeError(`an amount cannot be negative: ${amount}`);
}

/**
 * Money that the fills of a frame set aside, by whom, in money units, each amount rounded down. Of a trade:
 * price, premium and wheeling from the buyer, the bond from the seller, the subsidy from the grid operator
 * (undefined). Of a grid fill: its price and premium from the buyer. Of an export fill: its price from the grid
 * operator (undefined) and the bond from the seller. SPEC 5.
 */
export function setAsideFor(
  market: Pick<MarketParameters, "bondPricePerKwh">,
  { trades, grid, tariffs }: Pick<Delivery, "trades" | "grid" | "tariffs">,
): { pile: string | undefined; amount: bigint }[] {
  const bond = (energyWh: bigint) => amountDown(market.bondPricePerKwh, energyWh);
  return [
    ...trades.flatMap(({ buy, sell, price, energyWh, premium = 0n, subsidy = 0n }) => [
      ...[price, premium, tariffs.wheelingPricePerKwh].map((part) => ({
        pile: buy,
        amount: amountDown(part, energyWh),
      })),
      { pile: sell, amount: bond(energyWh) },
      { pile: undefined, amount: amountDown(subsidy, energyWh) },
    ]),
    ...grid.flatMap(({ pile, side, price, energyWh, premium = 0n }) =>
      side === "charge"
        ? [price, premium].map((part) => ({ pile, amount: amountDown(part, energyWh) }))
        : [
            { pile: undefined, amount: amountDown(price, energyWh) },
            { pile, amount: bond(energyWh) },
          ],
    ),
  ];
}
