import type { GridFill, MarketParameters, Order, Trade } from "../types";
import { type Credit, MAX_WEATHER_BPS, type WeatherFrom } from "./credit";
import { MAX_ATTRIBUTE, NO_ATTRIBUTES, type PileAttributes } from "./creditRanking";
import type { Delivery, Tariffs } from "./delivery";
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
  /** Who runs the pile, if anybody is registered. */
  readonly operator: string | undefined;
  /** What it could not pay when it was due, to the grid operator's account. SPEC 5. */
  debt: bigint;
  credit: Readonly<Credit>;
  /** Its weather factors, in order of the frames from which they hold. */
  weather: WeatherFrom[];
  attributes: Readonly<PileAttributes>;
}

/** What may be registered of a pile beside its rated power. */
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
  /** Taken from locks for frames that are not settled, money units. */
  inDelivery = 0n;
  /** The grid operator's account, money units. */
  grid = 0n;

  constructor(
    private readonly market: Pick<MarketParameters, "wheelingCap" | "bondPrice" | "initialCredit" | "creditPriorWh">,
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
      ...{ id, ratedW, suspended: false, free: 0n, order: undefined, operator, debt: 0n, weather: [] },
      credit: { hundredths: this.market.initialCredit, basisWh: this.market.creditPriorWh },
      attributes: NO_ATTRIBUTES,
    };
    this.setWeather(pile, 0, weatherBps);
    this.setAttributes(pile, attributes ?? {});
    this.piles.set(id, pile);
    return pile;
  }

  /** Sets a pile's weather factor for the frames from `frame` on. @param bps 1/10 000, 0 to 2 999. */
  setWeather(pile: Pile, frame: number, bps: bigint): void {
    if (bps < 0n || bps > MAX_WEATHER_BPS) {
      throw new RangeError(`a weather factor is 0 to ${MAX_WEATHER_BPS} / 10 000: ${bps}`);
    }
    pile.weather = [...pile.weather.filter((from) => from.frame < frame), { frame, bps }];
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

  /** From outside into a free balance, or to the grid operator where it pays a debt. */
  deposit(pile: Pile, amount: bigint): void {
    requireNotNegative(amount);
    pile.free += amount;
    this.deposited += amount;
    this.payDebt(pile);
  }

  /** Once money has come in: everything free pays the pile's debt, to the grid operator's account. SPEC 5. */
  payDebt(pile: Pile): void {
    const repaid = pile.free < pile.debt ? pile.free : pile.debt;
    pile.debt -= repaid;
    this.grid += repaid;
    pile.free -= repaid;
  }

  /** @throws MarketRefusal PileInDebt. */
  requireNoDebt(pile: Pile): void {
    if (pile.debt > 0n) throw new MarketRefusal("PileInDebt", { pile: pile.id, debt: pile.debt });
  }

  /** From outside into the grid operator's account. */
  depositGrid(amount: bigint): void {
    requireNotNegative(amount);
    this.grid += amount;
    this.deposited += amount;
  }

  /** From the grid operator's account to outside. @throws MarketRefusal InsufficientBalance. */
  withdrawGrid(amount: bigint): void {
    requireNotNegative(amount);
    if (amount > this.grid) throw new MarketRefusal("InsufficientBalance", { needed: amount, free: this.grid });
    this.grid -= amount;
    this.withdrawn += amount;
  }

  /** From a free balance to outside, all but what the pile owes. @throws MarketRefusal PileInDebt, InsufficientBalance. */
  withdraw(pile: Pile, amount: bigint): void {
    requireNotNegative(amount);
    if (pile.free < pile.debt + amount) this.requireNoDebt(pile);
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
   * Takes a frame's trades and fills off the orders, and what is set aside for them from the locks, and for export fills
   * from the grid operator's account, into delivery. What is delivered to a frame later comes after what it has. SPEC 2,
   * 3.5, 5.
   *
   * @throws RangeError if the operator's account cannot pay for the export fills.
   */
  deliver(frame: number, trades: readonly Trade[], grid: readonly GridFill[], tariffs: Tariffs): void {
    if (trades.length + grid.length === 0) return;
    const added: Delivery = { trades: structuredClone([...trades]), grid: structuredClone([...grid]), tariffs };
    const owed = new Map<string, bigint>();
    let exportAmount = 0n;
    for (const { pile, amount } of setAsideFor(this.market, added)) {
      if (pile === undefined) exportAmount += amount;
      else owed.set(pile, (owed.get(pile) ?? 0n) + amount);
    }
    if (exportAmount > this.grid) {
      throw new RangeError(
        `the grid operator's account holds ${this.grid}, not the ${exportAmount} of the export fills`,
      );
    }
    this.grid -= exportAmount;
    this.inDelivery += exportAmount;
    const filledWh = new Map<string, bigint>();
    const fills = [
      ...trades.flatMap(({ buy, sell, energyWh }) => [
        { pile: buy, energyWh },
        { pile: sell, energyWh },
      ]),
      ...grid,
    ];
    for (const { pile, energyWh } of fills) filledWh.set(pile, (filledWh.get(pile) ?? 0n) + energyWh);
    for (const [pile, energyWh] of filledWh) this.fill(this.pile(pile), energyWh, owed.get(pile) ?? 0n);
    const before = this.deliveries.get(frame);
    this.deliveries.set(frame, {
      trades: [...(before?.trades ?? []), ...added.trades],
      grid: [...(before?.grid ?? []), ...added.grid],
      tariffs,
    });
  }

  /** What a frame delivers and nobody has settled. @throws MarketRefusal NothingToSettle. */
  delivery(frame: number): Delivery {
    const delivery = this.deliveries.get(frame);
    if (delivery === undefined) throw new MarketRefusal("NothingToSettle", { frame });
    return delivery;
  }

  /** Forgets a frame that has been settled. */
  close(frame: number): void {
    this.deliveries.delete(frame);
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

/**
 * What the fills of a frame set aside, by whom, in money units: of a trade the price and wheeling from the buyer and the
 * bond from the seller, of a grid fill its price from the buyer, of an export fill its price from the grid operator
 * (undefined) and the bond from the seller; each rounded down. SPEC 5.
 */
export function setAsideFor(
  market: Pick<MarketParameters, "bondPrice">,
  { trades, grid, tariffs }: Delivery,
): { pile: string | undefined; amount: bigint }[] {
  const bond = (energyWh: bigint) => amountDown(market.bondPrice, energyWh);
  return [
    ...trades.flatMap(({ buy, sell, price, energyWh }) => [
      { pile: buy, amount: amountDown(price, energyWh) + amountDown(tariffs.wheelingPrice, energyWh) },
      { pile: sell, amount: bond(energyWh) },
    ]),
    ...grid.flatMap(({ pile, side, price, energyWh }) =>
      side === "charge"
        ? [{ pile, amount: amountDown(price, energyWh) }]
        : [
            { pile: undefined, amount: amountDown(price, energyWh) },
            { pile, amount: bond(energyWh) },
          ],
    ),
  ];
}
