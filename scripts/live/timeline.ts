import { RebuiltMarket } from "../quality/audit/rebuiltMarket";
import { lockWith } from "../quality/audit/pileSlot";
import type { DeploymentParameters } from "../core/parameters";
import { powerAwayFromZeroW } from "../model/load";
import type { Advance, Head, TimedEvent } from "./chainFollower";
import { FrameFacts } from "./frameFacts";
import { ghostLoad } from "./ghost";
import type { FrameView, LoadPoint, PileLine, RefusedPlan } from "./protocol";
import { bookLine, decisionIn, fillLines, packedLines, publicationOf } from "./rankedBook";

/** Frames of the feeder that a view shows before the one in question, and those that are published beyond it. */
const FRAMES_BEFORE = 36;
const FRAMES_AFTER = 12;
/** Frames that it shows at least. */
const LEAST_FRAMES = 30;
/** Rounds and settlements that a live view tells of. */
const LATEST = 8;

/** Facts that a {@link Timeline} needs beside the events. */
export interface TimelineOptions {
  parameters: DeploymentParameters;
  market: string;
  /** Addresses that the node signs for, in lower case. */
  unlocked: ReadonlySet<string>;
  /** Load of charging on arrival in a frame, W, where the EVs are known; their orders tell it otherwise. */
  ghostOf?: ((frame: number) => number) | undefined;
}

/** A market at its latest block and in any of its frames, all of it out of events. */
export class Timeline {
  events: readonly TimedEvent[] = [];
  head: Head | undefined;
  now: RebuiltMarket;
  facts: FrameFacts;
  /** Outlives the facts: a refusal is in no event, and events are read anew after a reorganisation. */
  private readonly refusals = new Map<number, RefusedPlan[]>();

  constructor(private readonly options: TimelineOptions) {
    this.now = new RebuiltMarket(options.parameters, options.market);
    this.facts = new FrameFacts(this.refusals);
  }

  /** Takes in what a follower found. @throws Contradiction where the events do not follow from each other */
  advance({ head, keptEvents, added }: Advance, events: readonly TimedEvent[]): void {
    this.events = events;
    this.head = head;
    let from = events.length - added.length;
    if (keptEvents !== undefined) {
      this.now = new RebuiltMarket(this.options.parameters, this.options.market);
      this.facts = new FrameFacts(this.refusals);
      from = 0;
    }
    for (let index = from; index < events.length; index++) {
      const event = events[index]!;
      this.facts.before(event, index, this.now);
      this.now.apply(event);
      this.facts.after(event, this.now);
    }
  }

  /** Notes that a plan was refused, whether or not the round's events are known by now. @param why the reason in words */
  refuse(frame: number, proposer: string, why: string): void {
    this.facts.refusalsOf(frame).push({ proposer, why });
  }

  /** The frame that is cleared next, as the lens has it. */
  get upcoming(): number {
    const frame = Math.floor((this.head?.timestamp ?? 0) / this.options.parameters.frameSeconds) + 1;
    return this.now.loads.last?.frame === frame ? frame + 1 : frame;
  }

  /** The market as it was after so many events. */
  at(count: number): RebuiltMarket {
    const market = new RebuiltMarket(this.options.parameters, this.options.market);
    for (const event of this.events.slice(0, count)) market.apply(event);
    return market;
  }

  /** The frame in progress. */
  live(): FrameView {
    const frame = this.upcoming;
    const { number, timestamp } = this.head!;
    const decided = decisionIn(this.now, frame, timestamp);
    const publication = publicationOf(this.publication(frame), this.options.parameters.tickSize);
    const drawnWh = decided.grid.reduce((sum, { energyWh }) => sum + energyWh, 0n);
    const loadW =
      publication && Number(publication.baseLoadW + powerAwayFromZeroW(this.options.parameters, drawnWh, 0n));
    return {
      ...this.common(frame, LATEST),
      ...{ frame, live: true, time: timestamp, block: number },
      book: { bids: decided.bids.map(bookLine), asks: decided.asks.map(bookLine) },
      decision: {
        ...{ decided: false, missed: false, opensRound: decided.opensRound },
        ...{ fills: fillLines(decided), loadW: loadW ?? null },
      },
      pflW: Number(this.now.loads.pflW),
      piles: this.piles(this.now, timestamp),
    };
  }

  /** A frame of the past, rebuilt; undefined where it is not over or before the market. */
  past(frame: number): FrameView | undefined {
    const { first, last } = this.reach;
    if (frame < first || frame > last || frame >= this.upcoming) return undefined;
    const { frameSeconds } = this.options.parameters;
    const cleared = this.facts.cleared.get(frame);
    const begins = frame * frameSeconds;
    const firstLater = this.events.findIndex(({ timestamp }) => timestamp >= begins);
    const count = cleared?.eventsBefore ?? (firstLater === -1 ? this.events.length : firstLater);
    const market = this.at(count);
    const time = cleared?.time ?? begins - 1;
    const decided = decisionIn(market, frame, time);
    return {
      ...this.common(frame, 1),
      ...{ frame, live: false, time, block: cleared?.block ?? this.events[count - 1]?.block ?? 0 },
      book: { bids: decided.bids.map(bookLine), asks: decided.asks.map(bookLine) },
      decision: {
        ...{ decided: cleared !== undefined, missed: cleared === undefined, opensRound: this.facts.rounds.has(frame) },
        fills: cleared === undefined ? [] : packedLines([...cleared.matched, ...cleared.fromRound]),
        loadW: cleared === undefined ? null : Number(cleared.loadW),
        ...(cleared && { transaction: cleared.transaction }),
      },
      pflW: Number(cleared?.pflW ?? market.loads.pflW),
      piles: this.piles(market, time),
    };
  }

  /** The frames that can be looked at. */
  get reach(): { first: number; last: number } {
    const { frameSeconds } = this.options.parameters;
    const begins = this.events[0]?.timestamp ?? this.head?.timestamp ?? 0;
    return { first: Math.floor(begins / frameSeconds) + 1, last: this.upcoming };
  }

  /** Publication of a frame, packed; 0 where there is none. */
  publication(frame: number): bigint {
    return this.facts.publications.get(frame) ?? 0n;
  }

  private common(frame: number, latest: number) {
    const { settled, rounds } = this.facts;
    const until = latest === 1 ? frame : Infinity;
    const lastOf = <T extends { frame: number }>(facts: Iterable<T>) =>
      [...facts].filter((one) => one.frame <= until && (latest > 1 || one.frame === frame)).slice(-latest);
    return {
      loads: this.loads(frame),
      rounds: lastOf(rounds.values()),
      settled: lastOf(settled.values()),
      unsettled: [...this.now.ledger.open.keys()],
      reach: this.reach,
    };
  }

  private loads(frame: number): LoadPoint[] {
    const { parameters, ghostOf } = this.options;
    const last = Math.max(this.upcoming, frame) + FRAMES_AFTER;
    const ratedW = (pile: number) => Number(this.now.piles.get(pile)?.ratedW ?? 0n);
    const ghosts = ghostOf ? undefined : ghostLoad(this.facts.ghostSteps, ratedW, parameters.frameSeconds, last);
    const first = Math.max(frame - FRAMES_BEFORE, Math.min(this.reach.first - 1, frame));
    const count = Math.max(LEAST_FRAMES, frame + FRAMES_AFTER + 1 - first);
    return Array.from({ length: count }, (_, i): LoadPoint => {
      const at = first + i;
      const published = publicationOf(this.publication(at), parameters.tickSize);
      const cleared = this.facts.cleared.get(at);
      const baseLoadW = published === undefined ? null : Number(published.baseLoadW);
      return {
        ...{ frame: at, baseLoadW, loadW: cleared === undefined ? null : Number(cleared.loadW) },
        ghostW: baseLoadW === null ? null : baseLoadW + (ghostOf?.(at) ?? ghosts?.get(at) ?? 0),
        importPricePerKwh: published === undefined ? null : Number(published.importPricePerKwh),
      };
    });
  }

  private piles(market: RebuiltMarket, nowSeconds: number): PileLine[] {
    const { tickSize } = this.options.parameters;
    return [...market.piles].map(([pile, { account, ratedW, slot }]): PileLine => {
      const live = market.isLive(slot, nowSeconds);
      const locked = lockWith(this.options.parameters, slot, slot.remainingWh);
      return {
        ...{ pile, account, ratedW: Number(ratedW), credit: Number(slot.credit), suspended: slot.suspended },
        ...{ balance: Number(live ? slot.balance : slot.balance + locked), locked: live ? Number(locked) : 0 },
        claim: Number(market.claimOf.get(account) ?? 0n),
        unlocked: this.options.unlocked.has(account.toLowerCase()),
        ...(live && {
          order: {
            ...{ side: slot.charge ? "charge" : "discharge", price: Number(slot.priceTicks * tickSize) },
            ...{ remainingWh: Number(slot.remainingWh), expiryFrame: slot.expiryFrame },
          },
        }),
      };
    });
  }
}
