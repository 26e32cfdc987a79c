import type { Book, MarketModel } from "../../model/model";
import { MarketRefusal } from "../../model/model";
import type { Reading } from "../../core/settlement";
import type { Order, OrderRequest, Side } from "../../core/types";
import { claimOf } from "./rules";

/** Energy that a pile really moves in a frame, and whether its meter keeps silent about it. */
export interface Movement extends Reading {
  silent?: boolean;
}

/** How somebody behaves; honest where nothing is said. */
export interface Behaviour {
  /** Before the window of a frame opens: orders are placed, replaced and cancelled. */
  act?(frame: number, me: Person): void;
  /** Energy that the pile really moves in a frame in which it has fills. */
  move?(frame: number, agreedWh: bigint, me: Person): Movement;
  /** After a frame's end, before it is settled. */
  beforeSettlement?(frame: number, me: Person): void;
}

/** Somebody with a pile: what the market does not know of them is true, whatever they order. */
export interface PersonOptions extends Behaviour {
  name: string;
  side: Side;
  /** Rated power of the pile, W. */
  ratedW: bigint;
  /** Worth of a kWh to a buyer, or cost to a seller, money units: the limit of an honest order. */
  pricePerKwh: bigint;
  /** Energy that a buyer needs, or a seller has to sell, Wh. */
  energyWh: bigint;
  /** First and last frame of the stay. */
  firstFrame: number;
  lastFrame: number;
  /** Deposited at the beginning, money units; £100. */
  balance?: bigint;
}

const AMPLE_BALANCE = 100_000_000n;

/** Time and the market, as a person meets them. */
export interface Surroundings {
  readonly model: MarketModel;
  /** Seconds. */
  readonly now: number;
  /** Frame 0 of the simulation in the model's count. */
  readonly originFrame: number;
}

/** Somebody on the street, with what they moved and paid so far. */
export class Person {
  /** Moved in earlier frames, by frame, Wh. */
  readonly moved: { frame: number; energyWh: bigint }[] = [];
  /** Hours that each frame's money waited for its settlement, after the frame's end. */
  readonly heldHours: number[] = [];
  private deposited = 0n;
  private withdrawn = 0n;

  constructor(
    readonly options: PersonOptions,
    private readonly street: Surroundings,
  ) {
    const { name, ratedW, balance = AMPLE_BALANCE } = options;
    street.model.registerPile(name, ratedW);
    this.deposit(balance);
  }

  get name(): string {
    return this.options.name;
  }

  /** Needed, or to be sold, and not moved yet, Wh. */
  get leftWh(): bigint {
    const left = this.options.energyWh - this.movedWh;
    return left > 0n ? left : 0n;
  }

  get movedWh(): bigint {
    return this.moved.reduce((sum, { energyWh }) => sum + energyWh, 0n);
  }

  /** Worth of what was consumed, as far as it was needed, less the cost of what was produced, money units. */
  get energyValue(): bigint {
    const { side, pricePerKwh, energyWh } = this.options;
    if (side === "discharge") return -(this.movedWh * pricePerKwh) / 1000n;
    const usefulWh = this.movedWh < energyWh ? this.movedWh : energyWh;
    return (usefulWh * pricePerKwh) / 1000n;
  }

  /** Gained or lost since the beginning, claims included, money units. A debt that is never paid is no loss. */
  get money(): bigint {
    const { model } = this.street;
    return model.totalBalance(this.name) + claimOf(model, this.name) + this.withdrawn - this.deposited;
  }

  get order(): Order | undefined {
    return this.street.model.order(this.name, this.street.now);
  }

  /** The book of a frame as anybody can see it. */
  book(frame: number): Book {
    return this.street.model.book(this.street.originFrame + frame);
  }

  /** Places an order, in the place of the one there is. @returns Whether the market took it. */
  place(request: Omit<OrderRequest, "peakWh" | "side"> & Partial<OrderRequest>): boolean {
    const { model, now, originFrame } = this.street;
    const expiryFrame = originFrame + request.expiryFrame;
    const whole = { peakWh: 0n, side: this.options.side, ...request, expiryFrame };
    return accepted(() => model[this.order === undefined ? "place" : "replace"](this.name, whole, now));
  }

  /** @returns Whether there was an order to cancel, and it could be. */
  cancel(): boolean {
    return accepted(() => this.street.model.cancel(this.name, this.street.now));
  }

  deposit(amount: bigint): void {
    this.street.model.deposit(this.name, amount, this.street.now);
    this.deposited += amount;
  }

  /** Takes out whatever the market lets go. */
  withdrawAll(): void {
    const { model, now } = this.street;
    const free = model.freeBalance(this.name, now);
    if (accepted(() => model.withdraw(this.name, free, now))) this.withdrawn += free;
  }

  /** Orders as the person behaves: honestly, the whole of what is left at its true limit until the stay's end. */
  act(frame: number): void {
    if (this.options.act !== undefined) return this.options.act(frame, this);
    const { firstFrame, lastFrame, pricePerKwh } = this.options;
    if (frame < firstFrame || frame > lastFrame || this.order !== undefined || this.leftWh === 0n) return;
    this.place({ price: pricePerKwh, energyWh: this.leftWh, expiryFrame: lastFrame });
  }

  /** Energy that the pile moves: honestly the agreed, as far as it is needed or there. */
  move(frame: number, agreedWh: bigint): Movement {
    const own = this.options.move?.(frame, agreedWh, this);
    if (own !== undefined) return own;
    const energyWh = agreedWh < this.leftWh ? agreedWh : this.leftWh;
    return movement(this.options.side, energyWh);
  }
}

/** Energy in the direction of a side. */
export function movement(side: Side, energyWh: bigint): Movement {
  return side === "charge" ? { consumedWh: energyWh, producedWh: 0n } : { consumedWh: 0n, producedWh: energyWh };
}

/** Whether the market lets something happen; a refusal changes nothing. */
export function accepted(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof MarketRefusal) return false;
    throw error;
  }
}
