import type { LensBook, LensClient, LensLine } from "../chain/lensClient";
import { outcomeOf } from "../chain/marketClient";
import { decodeFill } from "../chain/packedWords";
import { ChainReplay, type ReplayChain, type ReplayMemory, type ReplayStep } from "../chain/replayOnChain";
import type { GridFill, Side, Trade } from "../core/types";
import { kW, kWh, pence } from "../core/text";
import type { Move } from "../scenario/moves";
import type { RoundResult } from "../scenario/result";
import { proposalsByFrame, publicationOf, type Scenario, type ScenarioEvent } from "../scenario/scenario";
import type { BookView, DecisionView, GasView, OrderLine, StepView, UnfilledView } from "./lessonView";
import { Reasons } from "./reasons";
import { roundView } from "./roundView";

/** The chain a lesson is played on: one that can go back. */
export interface LessonChain extends ReplayChain {
  lens: LensClient;
  /** Remembers the chain as it is. @returns what {@link revert} takes, once */
  snapshot(): Promise<string>;
  revert(snapshot: string): Promise<void>;
}

/** A moment of a lesson to go back to. */
interface Moment {
  snapshot: string;
  memory: ReplayMemory;
  view: StepView;
}

/** A scenario walked through step by step, forwards and back. */
export class Lesson {
  private readonly past: Moment[] = [];
  private notes: ReplayStep[] = [];
  private replay!: ChainReplay;
  private current!: StepView;

  private constructor(
    private readonly scenario: Scenario,
    private readonly chain: LessonChain,
  ) {}

  /** Opens a lesson on a market that was deployed with the scenario's parameters and has not been used. */
  static async open(scenario: Scenario, chain: LessonChain): Promise<Lesson> {
    const lesson = new Lesson(scenario, chain);
    lesson.replay = await ChainReplay.begin(scenario, chain, (step) => lesson.notes.push(step));
    // Setting up has its gas, but it is not the lesson's subject.
    lesson.notes = [];
    lesson.current = await lesson.view(lesson.opening(), 0, await lesson.outlook(1));
    return lesson;
  }

  /** The market as it is now. */
  get now(): StepView {
    return this.current;
  }

  /** Whether everything has happened. */
  get ended(): boolean {
    return this.replay.next === undefined;
  }

  /** Plays the next event. @throws RangeError at the end */
  async step(): Promise<StepView> {
    const move = this.replay.next;
    if (move === undefined) throw new RangeError("the lesson has ended");
    const { replay, chain } = this;
    this.past.push({ snapshot: await chain.snapshot(), memory: replay.save(), view: this.current });
    const before = move.kind === "clear" ? await this.outlook(move.frame) : undefined;
    this.notes = [];
    await replay.play();
    const frame = move.kind === "event" ? move.event.frame : move.kind === "clear" ? move.frame - 1 : move.frame;
    const seen = before === undefined ? await this.outlook(frame + 1) : this.asCleared(before);
    const ended = move.kind === "begin" ? endedOrders(this.current, move.frame) : "";
    const { frameSeconds, auctionSeconds } = this.scenario.market;
    const into = move.kind === "clear" ? frameSeconds - auctionSeconds : 0;
    this.current = await this.view(`${this.titleOf(move)}${ended}`, frame, seen, into);
    return this.current;
  }

  /** Goes back by one step. @returns false at the beginning, where there is nothing to undo */
  async undo(): Promise<boolean> {
    const moment = this.past.pop();
    if (moment === undefined) return false;
    await this.chain.revert(moment.snapshot);
    this.replay.restore(moment.memory);
    this.current = moment.view;
    return true;
  }

  /** @param into how long after the frame's beginning the step happens, s */
  private async view(title: string, frame: number, seen: Outlook, into = 0): Promise<StepView> {
    const refused = this.notes.find((note) => note.kind === "event" && note.refusal !== undefined);
    const refusal = refused?.kind === "event" ? refused.refusal : undefined;
    return {
      step: this.past.length,
      steps: this.replay.moves.length,
      frame,
      time: this.timeOf(frame, into),
      title,
      ...(refusal === undefined ? {} : { refusal: { error: refusal.error, said: refusal.message } }),
      gas: this.notes.flatMap(gasOf),
      book: seen.book,
      decision: seen.decision,
      ...(await this.held()),
      ...this.settled(),
      pflW: (await this.chain.client.marketTotals()).pflW,
    };
  }

  /** The round that the step held. */
  private async held(): Promise<Pick<StepView, "round">> {
    const cleared = this.notes.find((note) => note.kind === "clear");
    if (cleared?.kind !== "clear" || cleared.result.round === undefined) return {};
    const { frame, result } = cleared;
    const proposals = proposalsByFrame(this.scenario).get(frame - 1) ?? [];
    const chainFrame = this.replay.originFrame + frame;
    const { client } = this.chain;
    return { round: await roundView({ client, frame, chainFrame, proposals, result: result.round! }) };
  }

  /** Readings of the frames that the step settled. */
  private settled(): Pick<StepView, "settlements"> {
    const settlements = this.notes.flatMap((note) => (note.kind === "settle" ? [note.settlement] : []));
    if (settlements.length === 0 || this.scenario.market.readingSeconds === 0) return {};
    return { settlements };
  }

  /** The book of a frame, and what clearing it now would decide. */
  private async outlook(frame: number): Promise<Outlook> {
    const { lens, client } = this.chain;
    const chainFrame = this.replay.originFrame + frame;
    const lensBook = await lens.book(chainFrame);
    const book = this.bookView(lensBook, frame);
    const { packed, loadW } = await lens.preview(chainFrame);
    const nameOf = (pile: number) => this.replay.nameOf(pile);
    const fills = packed.map(decodeFill);
    const outcome = { frame: chainFrame, fills, packed, matched: packed.length, loadW, pflW: 0n };
    const { trades, grid } = outcomeOf(outcome, nameOf);
    const verdicts = await Promise.all(
      [...lensBook.bids, ...lensBook.asks].map(async ({ account, pile }) => {
        return [nameOf(pile), (await lens.explain(account, chainFrame)).verdict] as const;
      }),
    );
    const publication = publicationOf(this.scenario, frame);
    const explain = (decided: Decided, cleared: boolean): DecisionView => {
      const reasons = new Reasons(book, client.parameters, publication, decided.round);
      const why = {
        trades: decided.trades.map((trade) => reasons.trade(trade)),
        grid: decided.grid.map((fill) => reasons.gridFill(fill)),
      };
      const unfilled = verdicts
        .map(([pile, verdict]) => reasons.unfilled(pile, verdict))
        .filter((left): left is UnfilledView => left !== undefined);
      const { capacityW, lossAllowanceW } = client.parameters;
      const baseLoadW = publication?.baseLoadW ?? 0n;
      return { frame, cleared, ...why, unfilled, baseLoadW, loadW: decided.loadW, capacityW, lossAllowanceW };
    };
    const decision = frame < this.scenario.frames ? explain({ trades, grid, loadW }, false) : undefined;
    return { book, decision, explain };
  }

  /** The book that was cleared, with what the clearing decided. */
  private asCleared({ book, explain }: Outlook): Outlook {
    const cleared = this.notes.find((note) => note.kind === "clear");
    if (cleared?.kind === "clear") return { book, decision: explain(cleared.result, true), explain };
    // Nobody cleared it: the frame is its base load alone.
    const loadW = publicationOf(this.scenario, book.frame)?.baseLoadW ?? 0n;
    const decision = explain({ trades: [], grid: [], loadW }, true);
    const unfilled = decision.unfilled.map((left) => ({ ...left, why: "nobody cleared the frame" }));
    return { book, decision: { ...decision, unfilled }, explain };
  }

  private bookView({ bids, asks }: LensBook, frame: number): BookView {
    const origin = this.replay.originFrame;
    const asLine =
      (side: Side) =>
      (line: LensLine): OrderLine => ({
        pile: this.replay.nameOf(line.pile),
        side,
        price: line.price,
        displayedWh: line.displayedWh,
        hiddenWh: line.hiddenWh,
        iceberg: line.iceberg,
        waitedFrames: line.waitedFrames,
        expiryFrame: line.expiryFrame - origin,
        priceRank: line.priceRank,
        timeRank: line.timeRank,
        priority: line.priority,
      });
    return { frame, bids: bids.map(asLine("charge")), asks: asks.map(asLine("discharge")) };
  }

  private opening(): string {
    const { piles, market, frames } = this.scenario;
    return (
      `A market opens for ${piles.length} ${piles.length === 1 ? "pile" : "piles"} and ${frames} frames, ` +
      `behind a transformer of ${kW(market.capacityW)}`
    );
  }

  private titleOf(move: Move): string {
    if (move.kind === "event") return eventTitle(move.event);
    if (move.kind === "begin") {
      const settled = this.notes
        .map((note) => (note.kind === "settle" ? `; frame ${note.frame} is settled` : ""))
        .join("");
      const published = this.notes.find(({ kind }) => kind === "publish");
      const known = published?.kind === "publish" ? `; load and tariffs of frame ${published.frame} are published` : "";
      return `Frame ${move.frame} begins${settled}${known}`;
    }
    if (this.scenario.missedClearings.has(move.frame)) return `Nobody clears frame ${move.frame}`;
    const held = this.notes.some((note) => note.kind === "clear" && note.result.round !== undefined);
    return `Frame ${move.frame} is cleared${held ? ", and a round is held over it" : ""}`;
  }

  /** A moment within a scenario frame, counted from the scenario's first midnight. */
  private timeOf(frame: number, into: number): string {
    const minutes = Math.floor((frame * this.scenario.market.frameSeconds + into) / 60) % (24 * 60);
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  }
}

interface Decided {
  trades: readonly Trade[];
  grid: readonly GridFill[];
  loadW: bigint;
  round?: RoundResult;
}

interface Outlook {
  book: BookView;
  decision: DecisionView | undefined;
  /** Explains a decision about the same book. */
  explain: (decided: Decided, cleared: boolean) => DecisionView;
}

/** Which orders end as a frame begins with something unfilled, after the clearing in which they took part last. */
function endedOrders({ book, decision }: StepView, frame: number): string {
  if (decision?.cleared !== true || decision.frame !== frame) return "";
  const { trades, grid } = decision;
  return [...book.bids, ...book.asks]
    .filter(({ expiryFrame }) => expiryFrame === frame)
    .map(({ pile, displayedWh, hiddenWh }) => {
      const fills = [
        ...trades.filter(({ sell, buy }) => sell === pile || buy === pile),
        ...grid.filter((fill) => fill.pile === pile),
      ];
      return { pile, leftWh: displayedWh + hiddenWh - fills.reduce((sum, { energyWh }) => sum + energyWh, 0n) };
    })
    .filter(({ leftWh }) => leftWh > 0n)
    .map(({ pile, leftWh }) => `; the order of ${pile} ends, ${kWh(leftWh, 2)} of it unfilled`)
    .join("");
}

function eventTitle({ pile, action }: ScenarioEvent): string {
  switch (action.kind) {
    case "place":
    case "replace": {
      const { side, energyWh, price, expiryFrame, peakWh } = action.order;
      const verb = side === "charge" ? "bids for" : "offers";
      const peak = peakWh > 0n ? `, showing ${kWh(peakWh, 2)} at a time` : "";
      const instead = action.kind === "replace" ? ", in place of its order" : "";
      return `${pile} ${verb} ${kWh(energyWh, 2)} at ${pence(price)} a kWh until frame ${expiryFrame}${peak}${instead}`;
    }
    case "cancel":
      return `${pile} cancels its order`;
    case "suspend":
      return `The registrar suspends ${pile}`;
    case "readmit":
      return `The registrar readmits ${pile}`;
    case "deposit":
      return `${pile} deposits ${pounds(action.amount)}`;
    case "withdraw":
      return `${pile} withdraws ${pounds(action.amount)}`;
  }
}

function pounds(amount: bigint): string {
  return `£${(Number(amount) / 1e6).toFixed(2)}`;
}

function gasOf(note: ReplayStep): GasView[] {
  const what = note.kind === "event" ? note.event.action.kind : note.kind;
  if (note.receipt !== undefined) return [{ what, gas: note.receipt.gasUsed }];
  // A refused transaction has its gas, too.
  const gas = note.kind === "event" ? note.refusal?.gasUsed : undefined;
  return gas === undefined ? [] : [{ what: `refused ${what}`, gas }];
}
