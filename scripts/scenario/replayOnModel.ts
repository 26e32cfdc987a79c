import { KEEPER } from "../core/keeper";
import { MarketModel, MarketRefusal } from "../model/model";
import { benefit } from "../model/benefit";
import type { FrameSettlement } from "../core/settlement";
import type { FrameOutcome, OrderRequest } from "../core/types";
import { type PendingSettlement, pendingSettlement } from "./readings";
import type { FrameResult, OpenOrder, Rejection, RoundResult, ScenarioResult } from "./result";
import {
  eventsByFrame,
  proposalsByFrame,
  publicationOf,
  type Scenario,
  type ScenarioEvent,
  type ScenarioProposal,
} from "./scenario";

/**
 * Plays a scenario on the reference model. SPEC 9. The top of `schema.ts` gives the order of events.
 *
 * @returns The market's result. Refused events are in `rejected`, never thrown.
 */
export function replayOnModel(scenario: Scenario): ScenarioResult {
  return new Replay(scenario).run();
}

class Replay {
  private readonly model: MarketModel;
  /** The absolute frame of scenario frame 0: late enough for its publication, in time, not to be before time 0. */
  private readonly origin: number;
  private readonly frames: FrameResult[] = [];
  private readonly rejected: Rejection[] = [];
  /** Cleared frames that moved anything and are not settled, in order. */
  private pending: PendingSettlement[] = [];
  private readonly settlements: FrameSettlement[] = [];

  constructor(private readonly scenario: Scenario) {
    this.model = new MarketModel(scenario.market);
    this.origin = this.publishedAhead;
    for (const { id, ratedW, ...options } of scenario.piles) this.model.registerPile(id, ratedW, options);
    this.model.depositGrid(scenario.operatorPrefund);
  }

  run(): ScenarioResult {
    const { frames } = this.scenario;
    const events = eventsByFrame(this.scenario);
    const proposals = proposalsByFrame(this.scenario);
    for (let frame = 0; frame < this.publishedAhead; frame++) this.publish(frame);
    for (let frame = 0; frame < frames; frame++) {
      this.settleDue(frame);
      this.publish(frame + this.publishedAhead);
      for (const event of events.get(frame) ?? []) this.play(event);
      if (frame + 1 < frames) this.deliver(this.clear(frame + 1, proposals.get(frame) ?? []));
    }
    const result = { frames: this.frames, pflW: this.model.pflW, open: this.open(), rejected: this.rejected };
    for (let frame = frames; this.pending.length > 0; frame++) this.settleDue(frame);
    return this.scenario.market.readingSeconds > 0 ? { ...result, settlements: this.settlements } : result;
  }

  /** A publication made at the beginning of a frame is in time for the frame this many later. */
  private get publishedAhead(): number {
    return this.scenario.market.leadFrames + 1;
  }

  private absolute(frame: number): number {
    return this.origin + frame;
  }

  /** When a scenario frame begins, s. */
  private beginsAt(frame: number): number {
    return this.absolute(frame) * this.scenario.market.frameSeconds;
  }

  /** Publishes for a frame, at the last beginning of a frame that is in time. */
  private publish(frame: number): void {
    const publication = publicationOf(this.scenario, frame);
    if (publication === undefined || frame >= this.scenario.frames) return;
    this.model.publish(this.absolute(frame), publication, this.beginsAt(frame - this.publishedAhead));
  }

  private play(event: ScenarioEvent): void {
    try {
      this.act(event);
    } catch (error) {
      if (!(error instanceof MarketRefusal)) throw error;
      this.rejected.push({ frame: event.frame, pile: event.pile, error: error.code });
    }
  }

  private act({ frame, pile, action }: ScenarioEvent): void {
    const nowSeconds = this.beginsAt(frame);
    switch (action.kind) {
      case "place":
        return this.model.place(pile, this.absoluteRequest(action.order), nowSeconds);
      case "replace":
        return this.model.replace(pile, this.absoluteRequest(action.order), nowSeconds);
      case "cancel":
        return this.model.cancel(pile, nowSeconds);
      case "suspend":
        return this.model.setSuspended(pile, true);
      case "readmit":
        return this.model.setSuspended(pile, false);
      case "deposit":
        return this.model.deposit(pile, action.amount);
      case "withdraw":
        return this.model.withdraw(pile, action.amount, nowSeconds);
    }
  }

  private absoluteRequest(order: OrderRequest): OrderRequest {
    return { ...order, expiryFrame: this.absolute(order.expiryFrame) };
  }

  /** Clears a frame as its window opens, unless nobody does, and holds the round over it. */
  private clear(frame: number, proposals: readonly ScenarioProposal[]): FrameResult {
    const missed = this.scenario.missedClearings.has(frame);
    const opensAt = this.beginsAt(frame) - this.scenario.market.auctionSeconds;
    const outcome = missed ? undefined : this.model.clear(this.absolute(frame), opensAt, KEEPER);
    if (outcome !== undefined && this.model.openRound() !== undefined) return this.holdRound(frame, opensAt, proposals);
    for (const { frame: given, proposer } of proposals) {
      this.rejected.push({ frame: given, pile: proposer, error: "NoOpenRound" });
    }
    if (outcome !== undefined) return asResult(frame, outcome);
    return { frame, trades: [], grid: [], loadW: publicationOf(this.scenario, frame)?.baseLoadW ?? 0n };
  }

  /** Reveals the plans in their phase and executes the best of them, or the fallback, as soon as it is over. SPEC 4. */
  private holdRound(frame: number, matchedAt: number, proposals: readonly ScenarioProposal[]): FrameResult {
    const { roundSeconds } = this.scenario.market;
    const refused: RoundResult["refused"] = [];
    for (const { proposer, plan } of proposals) {
      try {
        this.model.propose(this.absolute(frame), proposer, plan, matchedAt + roundSeconds);
      } catch (error) {
        if (!(error instanceof MarketRefusal)) throw error;
        refused.push({ proposer, error: error.code });
      }
    }
    const { best, fallback } = this.model.openRound()!;
    const score = best?.score ?? fallback;
    const finalisedAt = matchedAt + 2 * roundSeconds;
    const outcome = this.model.executePlan(this.absolute(frame), best?.plan ?? "fallback", finalisedAt, KEEPER);
    const { unservedWh } = score;
    return {
      ...asResult(frame, outcome),
      round: { winner: best?.proposer, lambda: benefit(score), unservedWh, refused },
    };
  }

  /** Queues a frame's fills for settlement, if it moves anything. */
  private deliver(result: FrameResult): void {
    this.frames.push(result);
    const pending = pendingSettlement(this.scenario.market, this.scenario.readings, result);
    if (pending !== undefined) this.pending.push(pending);
  }

  /** Settles, as a frame begins, those before it that are over and read, or overdue. */
  private settleDue(now: number): void {
    const due = this.pending.filter(({ dueFrame }) => dueFrame <= now);
    this.pending = this.pending.filter(({ dueFrame }) => dueFrame > now);
    for (const { frame, readings } of due) {
      const settlement = this.model.settle(this.absolute(frame), this.beginsAt(now), readings, KEEPER);
      this.settlements.push({ ...settlement, frame });
    }
  }

  private open(): OpenOrder[] {
    const nowSeconds = this.beginsAt(this.scenario.frames - 1);
    return this.scenario.piles.flatMap(({ id }) => {
      const order = this.model.order(id, nowSeconds);
      return order === undefined
        ? []
        : [{ pile: id, side: order.side, price: order.price, remainingWh: order.remainingWh }];
    });
  }
}

function asResult(frame: number, { trades, grid, loadW }: FrameOutcome): FrameResult {
  return { frame, trades, grid, loadW };
}
