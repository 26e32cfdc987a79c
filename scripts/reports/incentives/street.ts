import { MarketModel, MarketRefusal } from "../../model/model";
import type { Reading } from "../../core/settlement";
import type { FrameOutcome, MarketParameters, Publication } from "../../core/types";
import type { BookPlanner } from "../../planners/book/planners";
import { accepted, Person, type PersonOptions, type Surroundings } from "./person";
import { claimOf, isComplete, EXPORT_PRICE, IMPORT_PRICE } from "./rules";

/** Who makes the calls that anybody may make. */
export const KEEPER = "keeper";

/** Frame 0 of the simulation in the model's count. */
const ORIGIN_FRAME = 1_000;
/** The operator's account at the start, money units: £100. */
const OPERATOR_BALANCE = 100_000_000n;

/** When things happen, s after the frame before the one in question began. */
const BEFORE_SETTLEMENT_SECONDS = 30;
const SETTLEMENT_SECONDS = 60;
const AFTER_SETTLEMENT_SECONDS = 90;
const ORDER_SECONDS = 120;

/** Actions of the grid operator beside publishing. */
export interface OperatorBehaviour {
  beforeSettlement?(street: Street): void;
  afterSettlement?(street: Street): void;
}

/** A street of piles under a transformer. */
export interface StreetOptions {
  parameters: MarketParameters;
  /** Frames that are cleared: 0 to this, less one. */
  frames: number;
  /** P_home, W; 100 kW. */
  baseLoadW?: (frame: number) => bigint;
  /** Asked for by the operator, where the rules let it; r = 20 p, x = 5 p, w = 0. */
  tariffs?: (frame: number) => Partial<Publication>;
  /** Who proposes plans in the rounds of a benefit market. */
  planners?: readonly BookPlanner[];
  operator?: OperatorBehaviour;
}

/** Energy that really flowed in a frame. */
export interface PhysicalFrame {
  baseLoadW: bigint;
  consumedWh: bigint;
  producedWh: bigint;
}

/** Calls that anybody may make, by kind, and how many of them a keeper made. */
export type KeptCalls = Record<"clear" | "finalise" | "settle", number>;

interface Unsettled {
  frame: number;
  readings: Map<string, Reading>;
}

/** A market on the reference model with people on it: honest ones, and whoever is told to behave otherwise. */
export class Street implements Surroundings {
  readonly model: MarketModel;
  readonly originFrame = ORIGIN_FRAME;
  readonly people: Person[] = [];
  readonly physical: PhysicalFrame[] = [];
  readonly kept: KeptCalls = { clear: 0, finalise: 0, settle: 0 };
  now: number;
  private unsettled: Unsettled[] = [];
  private operatorPaidIn = 0n;

  constructor(readonly options: StreetOptions) {
    this.model = new MarketModel(options.parameters);
    this.now = this.begins(-6);
    this.depositOperator(OPERATOR_BALANCE);
    for (let frame = -1; frame < Math.min(options.frames + 24, 86); frame++) {
      const publication = this.publication(frame);
      this.model.publish(ORIGIN_FRAME + frame, publication, this.now);
    }
  }

  join(options: PersonOptions): Person {
    const person = new Person(options, this);
    this.people.push(person);
    return person;
  }

  /** The operator's gain or loss, without its own deposits and the piles' claims on it, money units. */
  get operatorMoney(): bigint {
    const claims = this.people.reduce((sum, { name }) => sum + claimOf(this.model, name), claimOf(this.model, KEEPER));
    return this.model.gridBalance - claims - this.operatorPaidIn;
  }

  depositOperator(amount: bigint): void {
    this.model.depositGrid(amount);
    this.operatorPaidIn += amount;
  }

  /** Takes money out of the operator's account. @returns What the market let go. */
  withdrawOperator(amount: bigint): bigint {
    if (!accepted(() => this.model.withdrawGrid(amount))) return 0n;
    this.operatorPaidIn -= amount;
    return amount;
  }

  /** Lives through all frames, and settles them. */
  async run(): Promise<this> {
    const { frames, parameters } = this.options;
    for (let frame = 0; frame < frames; frame++) {
      this.settleBefore(frame);
      this.now = this.begins(frame - 1) + ORDER_SECONDS;
      for (const person of this.people) person.act(frame);
      this.deliver(frame, await this.decide(frame));
    }
    const silenceFrames = Math.ceil(parameters.readingSeconds / parameters.frameSeconds);
    for (let frame = frames; frame <= frames + silenceFrames + 1; frame++) this.settleBefore(frame);
    if (this.unsettled.length > 0) throw new RangeError(`${this.unsettled.length} frames were never settled`);
    return this;
  }

  /** Clears a frame, and holds its round if it opens one. */
  private async decide(frame: number): Promise<FrameOutcome> {
    const { auctionSeconds, roundSeconds } = this.options.parameters;
    const matchedAt = this.begins(frame) - auctionSeconds;
    this.now = matchedAt;
    const outcome = this.model.clear(ORIGIN_FRAME + frame, this.now, KEEPER);
    const round = this.model.openRound();
    if (outcome.trades.length + outcome.grid.length > 0 || round !== undefined) this.kept.clear++;
    if (round?.frame !== ORIGIN_FRAME + frame) return outcome;
    this.now = matchedAt + roundSeconds;
    for (const planner of this.options.planners ?? []) {
      const plan = await planner.plan(round.book);
      accepted(() => this.model.propose(ORIGIN_FRAME + frame, planner.name, plan, this.now));
    }
    this.now = matchedAt + 2 * roundSeconds;
    this.kept.finalise++;
    const best = this.model.openRound()?.best;
    return this.model.executePlan(ORIGIN_FRAME + frame, best?.plan ?? "fallback", this.now, KEEPER);
  }

  /** Lets energy flow in a frame, and meters read it. */
  private deliver(frame: number, { trades, grid }: FrameOutcome): void {
    const agreedWh = new Map<string, bigint>();
    const add = (pile: string, energyWh: bigint) => agreedWh.set(pile, (agreedWh.get(pile) ?? 0n) + energyWh);
    for (const { buy, sell, energyWh } of trades) for (const pile of [buy, sell]) add(pile, energyWh);
    for (const { pile, energyWh } of grid) add(pile, energyWh);
    const physical = { baseLoadW: this.publication(frame).baseLoadW, consumedWh: 0n, producedWh: 0n };
    const readings = new Map<string, Reading>();
    for (const person of this.people) {
      const agreed = agreedWh.get(person.name);
      if (agreed === undefined) continue;
      const { silent = false, ...reading } = person.move(frame, agreed);
      person.moved.push({ frame, energyWh: reading.consumedWh + reading.producedWh });
      physical.consumedWh += reading.consumedWh;
      physical.producedWh += reading.producedWh;
      if (!silent) readings.set(person.name, reading);
    }
    this.physical.push(physical);
    if (agreedWh.size > 0) this.unsettled.push({ frame, readings });
  }

  /** Before the orders for a frame: whatever is over and can be settled is. */
  private settleBefore(frame: number): void {
    this.now = this.begins(frame - 1) + BEFORE_SETTLEMENT_SECONDS;
    for (const person of this.people) person.options.beforeSettlement?.(frame - 2, person);
    this.options.operator?.beforeSettlement?.(this);
    this.now = this.begins(frame - 1) + SETTLEMENT_SECONDS;
    this.unsettled = this.unsettled.filter((waiting) => waiting.frame > frame - 2 || !this.settled(waiting));
    this.now = this.begins(frame - 1) + AFTER_SETTLEMENT_SECONDS;
    this.options.operator?.afterSettlement?.(this);
  }

  /** Settles what can be of a frame. @returns Whether nothing of it is left. */
  private settled({ frame, readings }: Unsettled): boolean {
    try {
      const settlement = this.model.settle(ORIGIN_FRAME + frame, this.now, readings, KEEPER);
      const heldHours = (this.now - this.begins(frame + 1)) / 3600;
      for (const { pile } of settlement.piles) this.people.find(({ name }) => name === pile)?.heldHours.push(heldHours);
      if (!isComplete(settlement)) return false;
    } catch (error) {
      if (!(error instanceof MarketRefusal) || error.code !== "ReadingsAwaited") throw error;
      return false;
    }
    this.kept.settle++;
    return true;
  }

  /** The operator's figures of a frame. */
  publication(frame: number): Publication {
    const { baseLoadW = () => 100_000n, tariffs = () => ({}) } = this.options;
    const usual = { importPricePerKwh: IMPORT_PRICE, exportPricePerKwh: EXPORT_PRICE, wheelingPricePerKwh: 0n };
    return { baseLoadW: baseLoadW(frame), ...usual, ...tariffs(frame) };
  }

  /** When a frame begins, s. */
  private begins(frame: number): number {
    return (ORIGIN_FRAME + frame) * this.options.parameters.frameSeconds;
  }
}
