import { keccak256, ZeroHash } from "ethers";

import type { RebuiltMarket } from "../quality/audit/rebuiltMarket";
import { decodeFill, decodePileState, decodePosting, type PackedFill } from "../chain/packedWords";
import { decodePlan } from "../chain/roundWords";
import { figuresOf } from "../core/rounds";
import { followPlan, projectFallback, scoreCourse } from "../model/benefit";
import type { TimedEvent } from "./chainFollower";
import type { RefusedPlan, RoundFacts, SettledFacts } from "./protocol";

/** A frame that was cleared. */
export interface ClearedFacts {
  frame: number;
  /** How many events came before the transaction that cleared it. */
  eventsBefore: number;
  block: number;
  time: number;
  transaction: string;
  matched: PackedFill[];
  fromRound: PackedFill[];
  loadW: bigint;
  pflW: bigint;
}

/** Publication of a frame, packed. */
export type Publications = ReadonlyMap<number, bigint>;

/** An order that came into the book or left it, for what charging on arrival would have done with it. */
export interface GhostStep {
  pile: number;
  firstFrame: number;
  /** More, or fewer, to charge, Wh. */
  changeWh: number;
}

/**
 * Facts of each frame from the events, kept for as long as the page is open: the contract forgets after 128 frames.
 */
export class FrameFacts {
  readonly cleared = new Map<number, ClearedFacts>();
  readonly publications = new Map<number, bigint>();
  readonly rounds = new Map<number, RoundFacts>();
  readonly settled = new Map<number, SettledFacts>();
  readonly ghostSteps: GhostStep[] = [];
  private transaction = { hash: "", eventsBefore: 0 };

  /** @param refusals plans that were refused by frame, which no event tells of */
  constructor(private readonly refusals: Map<number, RefusedPlan[]> = new Map()) {}

  /** Takes in the next event, of a market as it was before it. */
  before(event: TimedEvent, index: number, market: RebuiltMarket): void {
    if (event.transaction !== this.transaction.hash) {
      this.transaction = { hash: event.transaction, eventsBefore: index };
    }
    const { args } = event;
    if (event.name === "OrderPlaced") {
      const state = decodePileState(args["state"] as bigint);
      this.ghost(Number(args["pile"]), market, event, state.charge ? Number(state.remainingWh) : 0, state.firstFrame);
    } else if (event.name === "OrderCancelled") {
      const { frameSeconds, auctionSeconds } = market.parameters;
      const firstFrame = Math.floor((event.timestamp + auctionSeconds) / frameSeconds) + 1;
      this.ghost(Number(args["pile"]), market, event, 0, firstFrame);
    } else if (event.name === "FrameSettled") this.settle(event, market);
  }

  /** Takes in the next event, of a market as it is after it. */
  after(event: TimedEvent, market: RebuiltMarket): void {
    const { args, name } = event;
    const frame = Number(args["frame"]);
    switch (name) {
      case "FramePublished":
        this.publications.set(frame, args["publication"] as bigint);
        break;
      case "FrameCleared":
        this.cleared.set(frame, {
          ...{ frame, eventsBefore: this.transaction.eventsBefore, block: event.block, time: event.timestamp },
          ...{ transaction: event.transaction, matched: fillsOf(args["fills"]), fromRound: [] },
          ...{ loadW: args["loadW"] as bigint, pflW: args["pflW"] as bigint },
        });
        break;
      case "FlexibleFilled": {
        const cleared = this.cleared.get(frame);
        if (cleared === undefined) break;
        cleared.fromRound = fillsOf(args["fills"]);
        cleared.loadW = args["loadW"] as bigint;
        cleared.pflW = args["pflW"] as bigint;
        break;
      }
      default:
        if (event.source === "rounds") this.round(event, frame, market);
    }
  }

  /** Plans that were refused in a frame's round, which grow as long as it goes on. */
  refusalsOf(frame: number): RefusedPlan[] {
    const known = this.refusals.get(frame) ?? [];
    this.refusals.set(frame, known);
    return known;
  }

  private round(event: TimedEvent, frame: number, market: RebuiltMarket): void {
    const { args, name } = event;
    const latest = market.rounds.latest;
    if (name === "RoundOpened" && latest !== undefined) {
      const { commitUntil, revealUntil, begins, book } = latest;
      const fallback = scoreCourse(book, projectFallback(book));
      this.rounds.set(frame, {
        ...{ frame, commitUntil, revealUntil, begins, commitments: [], plans: [] },
        refusals: this.refusalsOf(frame),
        baseLoadW: book.publications.map((published) => Number(published?.baseLoadW ?? 0n)),
        fallback: { unservedWh: Number(fallback.unservedWh), squaredStepsW2: Number(fallback.squaredStepsW2) },
      });
    }
    const round = this.rounds.get(frame);
    if (round === undefined) return;
    if (name === "PlanCommitted") round.commitments.push({ proposer: String(args["proposer"]), revealed: false });
    if (name === "PlanRevealed") {
      const proposer = String(args["proposer"]);
      const { book } = latest!;
      const plan = decodePlan(args["plan"] as string, book.allotment);
      const { drawWh, dischargeWh } = followPlan(book, plan);
      const { draw, discharge } = figuresOf(plan);
      round.commitments = round.commitments.map((one) =>
        one.proposer === proposer ? { ...one, revealed: true } : one,
      );
      round.plans.push({
        ...{ proposer, drawWh: drawWh.map(Number), dischargeWh: dischargeWh.map(Number) },
        ...{ draw: draw.map(Number), discharge: discharge.map(Number) },
        ...{ unservedWh: Number(args["unservedWh"]), squaredStepsW2: Number(args["squaredStepsW2"]) },
        hash: keccak256(args["plan"] as string),
        transaction: event.transaction,
      });
    }
    // The zero hash stands for the fallback, which is no plan.
    if (name === "RoundFinalised")
      round.winner = round.plans.find(({ hash }) => hash === args["plan"])?.proposer ?? null;
  }

  private settle({ args }: TimedEvent, market: RebuiltMarket): void {
    const frame = Number(args["frame"]);
    const open = market.ledger.open.get(frame);
    if (open === undefined) return;
    const postings = [...(args["postings"] as Iterable<bigint>)].map(decodePosting);
    const setAside = market.ledger.setAside(open.fills, open.publication);
    const parts = [open.fills.slice(0, open.matched), open.fills.slice(open.matched)];
    const piles = postings.map(({ pile, agreedWh, consumedWh, producedWh, silent, money }) => {
      const margin = market.ledger.margin(market.piles.get(pile)?.ratedW ?? 0n, open.publication);
      const times = parts.filter((part) => part.some(({ sell, buy }) => sell === pile || buy === pile)).length;
      return {
        ...{ pile, agreedWh: Number(agreedWh), consumedWh: Number(consumedWh), producedWh: Number(producedWh), silent },
        net: Number(money - (setAside.get(pile) ?? 0n) - margin * BigInt(times)),
      };
    });
    const earlier = this.settled.get(frame)?.piles ?? [];
    const all = [...earlier, ...piles];
    const net = -all.reduce((sum, one) => sum + one.net, 0);
    this.settled.set(frame, { frame, complete: args["rest"] === ZeroHash, piles: all, net });
  }

  private ghost(pile: number, market: RebuiltMarket, event: TimedEvent, newWh: number, firstFrame: number): void {
    const slot = market.piles.get(pile)?.slot;
    const oldWh = slot !== undefined && slot.charge && market.isLive(slot, event.timestamp) ? slot.remainingWh : 0n;
    const changeWh = newWh - Number(oldWh);
    if (changeWh !== 0) this.ghostSteps.push({ pile, firstFrame, changeWh });
  }
}

function fillsOf(words: unknown): PackedFill[] {
  return [...(words as Iterable<bigint>)].map(decodeFill);
}
