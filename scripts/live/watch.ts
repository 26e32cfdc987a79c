import { type Provider } from "ethers";

import { Contradiction } from "../quality/audit/auditEvent";
import { contractsOf } from "../quality/audit/audit";
import { inBatches } from "../quality/audit/inBatches";
import { LensClient } from "../chain/lensClient";
import type { MarketClient } from "../chain/marketClient";
import type { MarketMoney } from "../chain/token";
import type { ScenarioInput } from "../scenario/schema";
import type { Acts } from "./acts";
import { because, type Question } from "./because";
import { ChainFollower, ChainRestarted, type TimedEvent } from "./chainFollower";
import type { MeterModes } from "./meterModes";
import type { PlayedClock } from "./playedClock";
import { prospectOf } from "./prospect";
import type { Act, Draft, FrameView, MarketFacts, Prospect, Status, TapeLine, ToSign } from "./protocol";
import { publicationOf } from "./rankedBook";
import { scenarioFile } from "./scenarioFile";
import { Stream, type Topic } from "./stream";
import { tapeWords } from "./tapeWords";
import type { Timeline } from "./timeline";
import { transactionFacts } from "./transactionFacts";

/** Lines of the tape that a page begins with, and whose gas is asked for. */
const TAPE_LINES = 300;

/** Parts of a {@link Watch}. */
export interface WatchOptions {
  facts: MarketFacts;
  client: MarketClient;
  provider: Provider;
  /** Undefined where no lens of the network is known. */
  lens: string | undefined;
  money: MarketMoney;
  timeline: Timeline;
  firstBlock: number;
  clock: PlayedClock | undefined;
  meters: MeterModes;
  errorWords: (name: string) => string;
  /** How often the node is asked for news, ms. */
  pollMs: number;
}

/** Watches one market: asks the node for news and tells the pages. */
export class Watch {
  readonly stream = new Stream();
  acts: Acts | undefined;
  private readonly follower: ChainFollower;
  private readonly gas = new Map<string, number>();
  private trouble: Pick<Status, "node" | "text"> = { node: "answers", text: "" };
  /** Contradiction of the events, until they are read anew: a later look does not set it right. */
  private contradiction: string | undefined;
  private busy = "";
  private stopped = false;
  private polling: Promise<void> = Promise.resolve();

  constructor(private readonly options: WatchOptions) {
    this.follower = new ChainFollower(options.provider, contractsOf(options.client), options.firstBlock);
  }

  /** Looks once, then again and again. */
  async start(): Promise<void> {
    await this.look();
    void this.loop();
  }

  stop(): void {
    this.stopped = true;
  }

  /** Asks the node for news, after whoever asks already. @throws what the node throws */
  async catchUp(): Promise<void> {
    const next = this.polling.then(async () => this.pollOnce());
    this.polling = next.catch(() => undefined);
    return next;
  }

  /** Messages to a page as it opens. */
  opening(): [Topic, unknown][] {
    const { facts, timeline } = this.options;
    const first: [Topic, unknown][] = [
      ["facts", facts],
      ["status", this.status],
    ];
    if (timeline.head === undefined) return first;
    const from = Math.max(0, timeline.events.length - TAPE_LINES);
    return [...first, ["view", timeline.live()], ["tape", { reset: true, lines: this.lines(from) }]];
  }

  frame(frame: number): FrameView | undefined {
    return this.options.timeline.past(frame);
  }

  scenario(frame: number): ScenarioInput | undefined {
    const { timeline, client } = this.options;
    const { first, last } = timeline.reach;
    if (!(frame >= first && frame <= last)) return undefined;
    return scenarioFile(timeline, client.parameters, frame);
  }

  /** A transaction in words; undefined where the node does not know it. */
  async transaction(hash: string): Promise<Record<string, unknown> | undefined> {
    const own = this.lines(0, ({ transaction }) => transaction === hash);
    return transactionFacts(this.options.provider, hash, own);
  }

  async because(frame: number, question: Question): Promise<string> {
    const { timeline, client, money, provider, lens } = this.options;
    const view = timeline.past(frame) ?? timeline.live();
    if (view.frame !== frame) return "that frame is not the next one any more";
    const at = view.live ? "latest" : view.block - 1;
    return because(question, {
      ...{ view, parameters: client.parameters, price: (units) => money.price(units) },
      publication: publicationOf(timeline.publication(frame), client.parameters.tickSize),
      lens: lens === undefined ? undefined : new LensClient(lens, client.address, provider, at),
      accountOf: (pile) => timeline.now.piles.get(pile)?.account,
    });
  }

  prospect(draft: Draft): Prospect {
    const { timeline, errorWords } = this.options;
    return prospectOf(timeline.now, draft, timeline.head?.timestamp ?? 0, errorWords);
  }

  async act(act: Act): Promise<{ said?: string; toSign?: ToSign }> {
    const done = (await this.acts?.do(act)) ?? {};
    this.tellStatus();
    void this.look();
    return done;
  }

  /** Shows what is being done, or went wrong, to the pages. */
  say(text: string): void {
    this.busy = text;
    this.tellStatus();
  }

  /** Shows the pages that the contract refused a plan. @param error the error's name */
  planRefused(frame: number, proposer: string, error: string): void {
    this.options.timeline.refuse(frame, proposer, `${error}. ${this.options.errorWords(error)}`);
    this.tellView();
  }

  /** Tells the pages how the chain is driven. */
  tellStatus(): void {
    this.stream.tell("status", this.status);
  }

  /** Tells the pages what happens now. */
  tellView(): void {
    if (this.options.timeline.head !== undefined) this.stream.tell("view", this.options.timeline.live());
  }

  private get status(): Status {
    const { clock, meters } = this.options;
    return {
      ...{ ...this.trouble, playing: clock?.playing ?? false, speed: clock?.speed ?? 1 },
      ...{ meters: meters.all, busy: this.busy },
    };
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      await new Promise((resolve) => setTimeout(resolve, this.options.pollMs));
      if (!this.stopped) await this.look();
    }
  }

  /** {@link catchUp} that shows what goes wrong instead of throwing it. */
  private async look(): Promise<void> {
    try {
      await this.catchUp();
      this.troubled({ node: "answers", text: "" });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (error instanceof Contradiction) this.troubled({ node: "answers", text: "" });
      else if (error instanceof ChainRestarted) this.troubled({ node: "restarted", text });
      else this.troubled({ node: "silent", text: "the node does not answer; asking again" });
    }
  }

  private troubled(told: Pick<Status, "node" | "text">): void {
    const trouble: typeof told =
      told.node === "answers" && this.contradiction !== undefined
        ? { node: "contradicts", text: `events contradict: ${this.contradiction}` }
        : told;
    if (trouble.node === this.trouble.node && trouble.text === this.trouble.text) return;
    this.trouble = trouble;
    this.tellStatus();
  }

  private async pollOnce(): Promise<void> {
    const { timeline } = this.options;
    const advance = await this.follower.poll();
    if (advance === undefined) return;
    if (advance.keptEvents !== undefined) this.contradiction = undefined;
    try {
      timeline.advance(advance, this.follower.events);
    } catch (error) {
      if (error instanceof Contradiction) this.contradiction = error.message;
      throw error;
    }
    this.tellView();
    const from = timeline.events.length - advance.added.length;
    const reset = advance.keptEvents !== undefined;
    if (reset || advance.added.length > 0) {
      const first = reset ? 0 : from;
      this.stream.tell("tape", { reset, lines: this.lines(Math.max(first, timeline.events.length - TAPE_LINES)) });
      void this.readGas(timeline.events.slice(-TAPE_LINES));
    }
  }

  private lines(from: number, of: (event: TimedEvent) => boolean = () => true): TapeLine[] {
    const { timeline, client, money } = this.options;
    const context = { tickSize: client.parameters.tickSize, money };
    return timeline.events.slice(from).flatMap((event, i): TapeLine[] => {
      if (!of(event)) return [];
      const { block, timestamp, name, transaction } = event;
      const gas = this.gas.get(transaction);
      const line = { id: from + i, block, time: timestamp, event: name, transaction };
      return [{ ...line, ...(gas !== undefined && { gas }), ...tapeWords(event, context) }];
    });
  }

  private async readGas(events: readonly TimedEvent[]): Promise<void> {
    const unknown = [...new Set(events.map(({ transaction }) => transaction))].filter((hash) => !this.gas.has(hash));
    const found: Record<string, number> = {};
    await inBatches(unknown, async (hash) => {
      const receipt = await this.options.provider.getTransactionReceipt(hash).catch(() => null);
      if (receipt === null) return;
      found[hash] = Number(receipt.gasUsed);
      this.gas.set(hash, Number(receipt.gasUsed));
    });
    if (Object.keys(found).length > 0) this.stream.tell("gas", found);
  }
}
