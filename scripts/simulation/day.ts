import type { FrameOutcome, OrderRequest, Publication } from "../market/types";
import type { BookLine, Decision, OrderPolicy, PublicView } from "../piles/agent";
import { askedWh, type EvStay } from "../piles/ev";
import { GuidePrice, type GuidePriceOptions } from "../piles/guidePrice";
import type { Random } from "../random";
import { type DayResult, reportDay } from "./dayResult";
import { EvAccount } from "./evAccount";
import type { Action, MarketPort } from "./marketPort";
import { agentMarket, PublicRecord } from "./publicView";

/** The frames that count. */
export interface MeasuredFrames {
  first: number;
  count: number;
}

/** A day on one feeder. */
export interface DayOptions {
  /**
   * Every stay from frame 0 on, those before the measured frames (so that the day does not begin with an empty book)
   * and those after them (so that EVs that stay longer meet the usual company) included.
   */
  evs: readonly EvStay[];
  measured: MeasuredFrames;
  /** What the operator publishes for a frame, any frame from 0 on. */
  publication(frame: number): Publication;
  /**
   * How many frames the operator publishes at a time: at the first frame of each such block, the whole next block. 48 is
   * day-ahead publication; at most 48, since the market takes no more than 96 frames ahead.
   */
  publicationBlockFrames: number;
  policy: OrderPolicy;
  /** Limits drawn for each EV, uniform, money units per kWh: the most a buyer pays, the least a seller takes. */
  limits: { charge: readonly [number, number]; discharge: readonly [number, number] };
  guidePrice: Omit<GuidePriceOptions, "frameSeconds">;
  /** Source of the agents' draws and of the guide price. */
  random: Random;
}

/** Called after each clearing, the unmeasured ones included. */
export type FrameListener = (outcome: FrameOutcome) => void;

/**
 * Simulates a day of a feeder's market on a port: operator, agents, clearings and settlements, frame by frame.
 *
 * Runs from frame 0 until the last EV that came within the measured frames has left.
 */
export async function runDay(options: DayOptions, port: MarketPort, onFrame?: FrameListener): Promise<DayResult> {
  const day = new Day(options, port);
  await day.prepare();
  const outcomes = new Map<number, FrameOutcome>();
  for (let frame = 0; frame < day.lastFrame; frame++) {
    const outcome = await day.play(frame);
    outcomes.set(outcome.frame, outcome);
    onFrame?.(outcome);
  }
  return reportDay({ options, parameters: port.parameters, outcomes, accounts: day.accounts });
}

class Day {
  readonly accounts: EvAccount[];
  readonly lastFrame: number;

  private readonly record: PublicRecord;
  private readonly tickSize: bigint;
  /** The EV plugged in at each pile. */
  private readonly plugged = new Map<string, EvAccount>();
  private publishedUpTo = -1;
  /** Cleared frames that moved energy and are not settled, in order. */
  private readonly unsettled: number[] = [];

  constructor(
    private readonly options: DayOptions,
    private readonly port: MarketPort,
  ) {
    const { measured, random, limits } = options;
    const { frameSeconds } = port.parameters;
    const end = measured.first + measured.count;
    const seen = options.evs.filter(({ arrivalFrame }) => arrivalFrame < end);
    this.lastFrame = seen.reduce(
      (latest, { arrivalFrame, departureFrame }) =>
        arrivalFrame >= measured.first ? Math.max(latest, departureFrame) : latest,
      end - 1,
    );
    this.accounts = options.evs.map((stay) => {
      const own = random.stream(`agent ${stay.pile} ${stay.arrivalFrame}`);
      const limitPrice = own.stream("limit").uniform(...limits[stay.side]);
      return new EvAccount(stay, askedWh(stay, port.parameters), limitPrice, own.stream("policy"));
    });
    const guide = new GuidePrice({ ...options.guidePrice, frameSeconds }, random.stream("guide price"));
    const ratedW = new Map(options.evs.map((stay) => [stay.pile, stay.ratedW]));
    this.record = new PublicRecord(agentMarket(port.parameters), ratedW, guide);
    this.tickSize = port.parameters.tickSize;
  }

  /** Registers the piles and publishes the first block. */
  async prepare(): Promise<void> {
    const ratedW = new Map<string, number>();
    for (const { pile, ratedW: power } of this.options.evs) ratedW.set(pile, Math.max(power, ratedW.get(pile) ?? 0));
    await this.port.register([...ratedW].map(([pile, power]) => ({ pile, ratedW: BigInt(power) })));
    const { leadFrames } = this.port.parameters;
    await this.publishBlock(-leadFrames - 1);
  }

  /** Plays frame `frame` up to the clearing of the next one. */
  async play(frame: number): Promise<FrameOutcome> {
    while (this.unsettled.length > 0 && this.unsettled[0]! < frame) await this.port.settle(this.unsettled.shift()!);
    if (this.publishedUpTo < frame + this.options.publicationBlockFrames) await this.publishBlock(frame);
    for (const account of this.accounts) {
      if (account.stay.arrivalFrame === frame) this.plugged.set(account.stay.pile, account);
      else if (account.stay.departureFrame === frame && this.plugged.get(account.stay.pile) === account) {
        this.plugged.delete(account.stay.pile);
      }
    }

    const opened = this.record.view(frame, "open", await this.port.book(frame));
    const placed = await this.decide(opened);
    const orders = placed ? await this.port.book(frame) : undefined;
    await this.decide(orders === undefined ? { ...opened, moment: "close" } : this.record.view(frame, "close", orders));

    const outcome = await this.port.clear(frame + 1);
    this.record.onCleared(outcome);
    for (const trade of outcome.trades) {
      this.plugged.get(trade.buy)?.bought(trade, this.wheelingPrice(outcome.frame));
      this.plugged.get(trade.sell)?.sold(trade);
    }
    for (const fill of outcome.grid) this.plugged.get(fill.pile)?.filledFromGrid(fill);
    if (outcome.trades.length + outcome.grid.length > 0) this.unsettled.push(outcome.frame);
    return outcome;
  }

  private wheelingPrice(frame: number): bigint {
    return this.options.publication(frame).wheelingPrice;
  }

  private async publishBlock(now: number): Promise<void> {
    const first = this.publishedUpTo + 1;
    const publications = Array.from({ length: this.options.publicationBlockFrames }, (_, index) =>
      this.options.publication(first + index),
    );
    await this.port.publish(now, first, publications);
    this.record.onPublished(first, publications);
    this.publishedUpTo = first + publications.length - 1;
  }

  /** Lets every plugged-in agent decide on one view, and submits. @returns Whether anything was submitted. */
  private async decide(view: PublicView): Promise<boolean> {
    const lines = new Map(view.book.map((line) => [line.pile, line]));
    const actions = [...this.plugged.values()].flatMap((account): Action[] => {
      if (account.remainingWh === 0) return [];
      const order = lines.get(account.stay.pile);
      const { stay, remainingWh, limitPrice } = account;
      const decision = this.options.policy.decide({ stay, remainingWh, order, limitPrice }, view, account.random());
      return this.asAction(account, order, decision);
    });
    if (actions.length === 0) return false;
    const results = await this.port.submit(view.frame, actions);
    this.record.onSubmitted(view.frame, actions, results);
    actions.forEach((action, index) => this.plugged.get(action.pile)!.submitted(action, results[index]!, view.market));
    return true;
  }

  private asAction({ stay }: EvAccount, order: BookLine | undefined, decision: Decision): Action[] {
    if (decision === undefined) return [];
    if (decision === "cancel") return order === undefined ? [] : [{ pile: stay.pile, kind: "cancel" }];
    const request: OrderRequest = {
      side: stay.side,
      price: this.onTick(decision.price, stay.side === "charge"),
      energyWh: BigInt(Math.round(decision.energyWh)),
      peakWh: BigInt(Math.round(decision.peakWh ?? 0)),
      expiryFrame: Math.min(decision.expiryFrame ?? stay.departureFrame, stay.departureFrame),
    };
    return [{ pile: stay.pile, kind: order === undefined ? "place" : "replace", order: request }];
  }

  /** The nearest tick that does not go against the one who names the price. */
  private onTick(price: number, buyer: boolean): bigint {
    const ticks = price / Number(this.tickSize);
    return BigInt(buyer ? Math.floor(ticks) : Math.ceil(ticks)) * this.tickSize;
  }
}
