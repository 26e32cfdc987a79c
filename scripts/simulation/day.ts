import { askAgent, askPlanner, withinSeconds } from "../answers/ask";
import { MAX_LIFETIME_FRAMES } from "../model/limits";
import { benefit, type Proposal } from "../model/benefit";
import type { Matching } from "../core/matching";
import type { FrameOutcome, OrderRequest } from "../core/types";
import type { BookLine, Decision, PublicView } from "../piles/agent";
import type { EnergyLimits } from "../piles/ev";
import { GuidePrice } from "../piles/guidePrice";
import { InputError } from "../core/errors";
import { DayDelivery } from "./dayDelivery";
import type { DayOptions } from "./dayOptions";
import { reportDay } from "./dayReport";
import type { DayResult, RoundReport } from "./dayResult";
import type { EvAccount } from "./evAccount";
import { type Action, isMetered, type MarketPort } from "../core/ports";
import { buyBack, type DayAccounts, openAccounts } from "./openAccounts";
import { agentMarket, PublicRecord } from "./publicView";

/** More than any day's subsidies come to, money units: what rules that pay sellers more than buyers pay is tried with. */
export const AMPLE_FUND = 10n ** 11n;

/** Whether a rule may pay sellers more than buyers pay. */
function paysSellersMore(matching: Matching): boolean {
  return matching === "vickrey" || matching === "own";
}

export type { MeasuredFrames } from "../data/calendar";
export type { DayOptions } from "./dayOptions";

/** A moment of fewer EVs lasts as long as one of so many, so that a slow start is no failure. */
const LEAST_DECIDING = 10;

/** Called after each clearing, the unmeasured ones included, with the number of frames played and to be played. */
export type FrameListener = (outcome: FrameOutcome, played: number, total: number) => void;

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
    onFrame?.(outcome, frame + 1, day.lastFrame);
  }
  await day.settleBefore(day.lastFrame + 1);
  await day.delivery?.settleAll(day.lastFrame + 1);
  return reportDay({
    ...{ options, parameters: port.parameters, outcomes, accounts: day.opened, rounds: day.rounds },
    gas: port.gasUse?.(),
    delivery: await day.delivery?.report(options.measured),
  });
}

class Day {
  readonly accounts: EvAccount[];
  /** The accounts, and which of them are halves of a stay. */
  readonly opened: DayAccounts;
  /** The rounds that were held, in order. */
  readonly rounds: RoundReport[] = [];
  /** The last frame to be cleared. */
  readonly lastFrame: number;
  /** Where meters are on. */
  readonly delivery: DayDelivery | undefined;

  private readonly record: PublicRecord;
  /** Power that each pile is registered with, W. */
  private readonly ratedW = new Map<string, number>();
  /** The EV plugged in at each pile. */
  private readonly plugged = new Map<string, EvAccount>();
  private publishedUpTo = -1;
  /** Cleared frames that moved energy and are not settled, in order. */
  private readonly unsettled: number[] = [];

  constructor(
    private readonly options: DayOptions,
    private readonly port: MarketPort,
  ) {
    const { evs, measured, random, guidePrice } = options;
    const { parameters } = port;
    this.lastFrame = evs
      .filter(({ arrivalFrame }) => arrivalFrame >= measured.first && arrivalFrame < measured.first + measured.count)
      .reduce((latest, ev) => Math.max(latest, ev.departureFrame), measured.first + measured.count - 1);
    this.opened = openAccounts(options, this.asking);
    this.accounts = this.opened.accounts;
    for (const { pile, ratedW } of evs) this.ratedW.set(pile, Math.max(ratedW, this.ratedW.get(pile) ?? 0));
    const guide = new GuidePrice(
      { ...guidePrice, frameSeconds: parameters.frameSeconds },
      random.stream("guide price"),
    );
    this.record = new PublicRecord(agentMarket(parameters), this.ratedW, guide);
    if (options.meters !== undefined) {
      if (!isMetered(port))
        throw new RangeError("meters need a market with readingSeconds above 0 that settles by them");
      this.delivery = new DayDelivery(port, this.ratedW, this.accounts, options.meters, random.stream("meters"));
    }
  }

  /** Registers the piles and publishes the first block. */
  async prepare(): Promise<void> {
    await this.port.register([...this.ratedW].map(([pile, ratedW]) => ({ pile, ratedW: BigInt(ratedW) })));
    if (paysSellersMore(this.port.parameters.matching)) await this.port.setAside?.(AMPLE_FUND);
    await this.publishBlock(-this.port.parameters.leadFrames - 1);
  }

  /** Plays frame `frame` up to the clearing of the next one. */
  async play(frame: number): Promise<FrameOutcome> {
    await this.settleBefore(frame);
    if (this.publishedUpTo < frame + this.options.publicationBlockFrames) await this.publishBlock(frame);
    this.plugInAndOut(frame);

    const opened = this.record.view(frame, "open", await this.port.book(frame));
    const placed = await this.decide(opened);
    const orders = placed ? await this.port.book(frame) : undefined;
    await this.decide(orders === undefined ? { ...opened, moment: "close" } : this.record.view(frame, "close", orders));

    const matched = await this.port.clear(frame + 1);
    const outcome = (await this.holdRound(frame + 1)) ?? matched;
    this.record.onCleared(outcome);
    this.book(outcome);
    return outcome;
  }

  /** Settles the cleared frames before `frame`. */
  async settleBefore(frame: number): Promise<void> {
    await this.delivery?.settleDue(frame);
    while (this.unsettled.length > 0 && this.unsettled[0]! < frame) await this.port.settle(this.unsettled.shift()!);
  }

  /** Lets the proposers compete in the round over a frame, if its clearing opened one. SPEC 4. */
  private async holdRound(frame: number): Promise<FrameOutcome | undefined> {
    const { rounds } = this.port;
    const book = await rounds?.frozenBook(frame);
    if (rounds === undefined || book === undefined) return undefined;
    const proposals: Proposal[] = [];
    for (const planner of this.options.proposers ?? []) {
      // Whoever is not ready when the commit phase ends is not heard.
      const plan = await askPlanner(planner, book, this.port.parameters.roundSeconds);
      proposals.push({ proposer: planner.name, plan });
    }
    const { outcome, winner, score, refused } = await rounds.hold(frame, proposals);
    this.rounds.push({ frame, winner, lambda: benefit(score), unservedWh: Number(score.unservedWh), refused });
    return outcome;
  }

  private plugInAndOut(frame: number): void {
    for (const account of this.accounts) {
      const { pile, arrivalFrame, departureFrame } = account.stay;
      if (departureFrame === frame && this.plugged.get(pile) === account) this.plugged.delete(pile);
      // A stay without a whole frame has nothing to plug in for.
      if (arrivalFrame !== frame || departureFrame <= frame) continue;
      buyBack(this.opened, account, this.asking);
      this.plugged.set(pile, account);
    }
  }

  /** Limits of the energy that EVs ask for. */
  private get asking(): EnergyLimits {
    return this.options.energyLimits ?? this.port.parameters;
  }

  /** Whether an EV has left although its stay is not over: where it sold first, in either half. */
  private hasLeft(account: EvAccount, frame: number): boolean {
    if (this.delivery === undefined) return false;
    const sale = this.opened.before.get(account);
    return this.delivery.hasLeft(account, frame) || (sale !== undefined && this.delivery.leftEarly(sale));
  }

  private book(outcome: FrameOutcome): void {
    const { frame, trades, grid } = outcome;
    const { wheelingPricePerKwh } = this.options.publication(frame);
    for (const trade of trades) {
      this.plugged.get(trade.buy)?.bought(trade, wheelingPricePerKwh);
      this.plugged.get(trade.sell)?.sold(trade);
    }
    for (const fill of grid) this.plugged.get(fill.pile)?.filledFromGrid(fill);
    if (this.delivery !== undefined) this.delivery.onCleared(outcome, this.plugged);
    else if (trades.length + grid.length > 0) this.unsettled.push(frame);
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
    const actions = this.decisions(view);
    if (actions.length === 0) return false;
    const results = await this.port.submit(view.frame, actions);
    this.record.onSubmitted(view.frame, actions, results);
    actions.forEach((action, index) =>
      this.plugged.get(action.pile)!.submitted(action, results[index]!, view.market, view.frame),
    );
    return true;
  }

  /**
   * Decisions of the plugged-in agents on one view. @throws InputError naming the agent that takes too long
   */
  private decisions(view: PublicView): Action[] {
    const { policy, patienceSeconds = 1 } = this.options;
    const lines = new Map(view.book.map((line) => [line.pile, line]));
    // Nobody is there to act for an EV that has left; its order stands.
    const deciding = [...this.plugged.values()].filter(
      (account) => account.remainingWh > 0 && !this.hasLeft(account, view.frame),
    );
    let asked = "";
    const decideAll = () =>
      deciding.flatMap((account): Action[] => {
        const { stay, remainingWh, limitPrice } = account;
        asked = stay.pile;
        const order = lines.get(stay.pile);
        const own = { stay, remainingWh, order, limitPrice };
        return this.asAction(view.frame, account, order, askAgent(policy, own, view, account.random()));
      });
    const seconds = patienceSeconds * Math.max(LEAST_DECIDING, deciding.length);
    return withinSeconds(decideAll, seconds, () => {
      const took = `decide did not answer within ${seconds} s, ${deciding.length === 1 ? "one EV" : `all ${deciding.length} EVs of the moment together`}`;
      return new InputError(`${policy.name}, ${asked}, frame ${view.frame}`, took);
    });
  }

  private asAction(now: number, { stay }: EvAccount, order: BookLine | undefined, decision: Decision): Action[] {
    if (decision === undefined) return [];
    if (decision === "cancel") return order === undefined ? [] : [{ pile: stay.pile, kind: "cancel" }];
    const request: OrderRequest = {
      side: stay.side,
      price: this.onTick(decision.price, stay.side === "charge"),
      energyWh: BigInt(Math.round(decision.energyWh)),
      peakWh: BigInt(Math.round(decision.peakWh ?? 0)),
      expiryFrame: Math.min(decision.expiryFrame ?? Infinity, stay.departureFrame, now + 1 + MAX_LIFETIME_FRAMES),
    };
    return [{ pile: stay.pile, kind: order === undefined ? "place" : "replace", order: request }];
  }

  /** The nearest tick that does not go against the one who names the price. */
  private onTick(price: number, buyer: boolean): bigint {
    const { tickSize } = this.port.parameters;
    const ticks = price / Number(tickSize);
    return BigInt(buyer ? Math.floor(ticks) : Math.ceil(ticks)) * tickSize;
  }
}
