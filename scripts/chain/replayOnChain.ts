import type { FrameResult, OpenOrder, ScenarioResult } from "../scenario/result";
import { eventsByFrame, publicationOf, type Scenario, type ScenarioEvent } from "../scenario/scenario";
import type { ChainClock } from "./clock";
import { type ClearedFrame, type MarketClient, orderOf, outcomeOf } from "./marketClient";
import { ContractRefusal } from "./refusal";
import type { Receipt, Transactor } from "./transactor";

/** What a scenario is played on. */
export interface ReplayChain {
  client: MarketClient;
  clock: ChainClock;
  /** Grid operator, registrar and clearer in one. */
  sender: Transactor;
  /** A funded account of its own for a pile. */
  accountOf: (pile: string) => Promise<Transactor>;
}

/** A step of a replay, for whoever wants to follow it. */
export type ReplayStep =
  | { kind: "event"; event: ScenarioEvent; receipt?: Receipt; error?: string }
  | { kind: "clear"; frame: number; receipt: Receipt };

/**
 * Plays a scenario on a market that was deployed with the scenario's parameters and has not been used. SPEC 9; what
 * happens when is told at the top of `scenario/schema.ts`.
 *
 * @param onStep told of every event and clearing as it happens
 * @returns What the market made of it, in the scenario's own frames and names.
 */
export async function replayOnChain(
  scenario: Scenario,
  chain: ReplayChain,
  onStep?: (step: ReplayStep) => void,
): Promise<ScenarioResult> {
  return new ChainReplay(scenario, chain, onStep).run();
}

class ChainReplay {
  private origin = 0;
  private readonly accounts = new Map<string, Transactor>();
  private readonly names = new Map<number, string>();
  private readonly frames: FrameResult[] = [];
  private readonly rejected: ScenarioResult["rejected"] = [];
  private readonly unsettled = new Map<number, ClearedFrame>();

  constructor(
    private readonly scenario: Scenario,
    private readonly chain: ReplayChain,
    private readonly onStep?: (step: ReplayStep) => void,
  ) {}

  async run(): Promise<ScenarioResult> {
    const { frames } = this.scenario;
    await this.setUp();
    const events = eventsByFrame(this.scenario);
    for (let frame = 0; frame < this.publishedAhead; frame++) await this.publish(frame);
    for (let frame = 0; frame < frames; frame++) {
      await this.chain.clock.reach(this.beginsAt(frame));
      if (frame > 0) await this.settle(frame - 1);
      await this.publish(frame + this.publishedAhead);
      for (const event of events.get(frame) ?? []) await this.play(event);
      if (frame + 1 < frames) this.frames.push(await this.clear(frame + 1));
    }
    const { pflW } = await this.chain.client.chronicle();
    const result: ScenarioResult = { frames: this.frames, pflW, open: await this.open(), rejected: this.rejected };
    await this.chain.clock.reach(this.beginsAt(frames));
    await this.settle(frames - 1);
    return result;
  }

  /** A publication made at the beginning of a frame is in time for the frame this many later. */
  private get publishedAhead(): number {
    return this.scenario.market.leadFrames + 1;
  }

  private beginsAt(frame: number): number {
    return (this.origin + frame) * this.scenario.market.frameSeconds;
  }

  private async setUp(): Promise<void> {
    const { client, clock, sender, accountOf } = this.chain;
    const balances = this.scenario.piles.map(({ balance }) => balance);
    const deposits = this.scenario.events.map(({ action }) => (action.kind === "deposit" ? action.amount : 0n));
    await client.drawFromFaucet(
      sender,
      [...balances, ...deposits].reduce((sum, amount) => sum + amount, 0n),
    );
    for (const { id, ratedW, balance, operator } of this.scenario.piles) {
      const account = await accountOf(id);
      const { address } = account;
      const operatorAddress = operator === undefined ? address : (await accountOf(`operator ${operator}`)).address;
      const record = { account: address, operator: operatorAddress, meterKey: address, ratedW };
      const index = client.registeredIndex(await client.register(sender, record));
      if (balance > 0n) await client.deposit(sender, address, balance);
      this.accounts.set(id, account);
      this.names.set(index, id);
    }
    this.origin = Math.floor((await clock.now()) / this.scenario.market.frameSeconds) + this.publishedAhead + 1;
  }

  private async publish(frame: number): Promise<void> {
    const publication = publicationOf(this.scenario, frame);
    if (publication === undefined || frame >= this.scenario.frames) return;
    await this.chain.clock.reach(this.beginsAt(frame - this.publishedAhead));
    await this.chain.client.publish(this.chain.sender, this.origin + frame, [publication]);
  }

  private async play(event: ScenarioEvent): Promise<void> {
    try {
      const receipt = await this.act(event);
      this.onStep?.({ kind: "event", event, receipt });
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      this.rejected.push({ frame: event.frame, pile: event.pile, error: error.error });
      this.onStep?.({ kind: "event", event, error: error.message });
    }
  }

  private async act({ pile, action }: ScenarioEvent): Promise<Receipt> {
    const { client, sender } = this.chain;
    const account = this.accounts.get(pile);
    if (account === undefined) throw new Error(`pile ${pile} is not registered`);
    switch (action.kind) {
      case "place":
      case "replace":
        return client[action.kind](account, {
          ...action.order,
          expiryFrame: this.origin + action.order.expiryFrame,
        });
      case "cancel":
        return client.cancel(account);
      case "suspend":
      case "readmit":
        return client.setSuspended(sender, account.address, action.kind === "suspend");
      case "deposit":
        return client.deposit(sender, account.address, action.amount);
      case "withdraw":
        return client.withdraw(account, account.address, action.amount);
    }
  }

  private async clear(frame: number): Promise<FrameResult> {
    if (this.scenario.missedClearings.has(frame)) {
      return { frame, trades: [], grid: [], loadW: publicationOf(this.scenario, frame)?.baseLoadW ?? 0n };
    }
    const { client, clock, sender } = this.chain;
    await clock.reach(this.beginsAt(frame) - this.scenario.market.auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, this.origin + frame);
    this.onStep?.({ kind: "clear", frame, receipt });
    if (cleared.fills.length > 0) this.unsettled.set(frame, cleared);
    const { trades, grid, loadW } = outcomeOf(cleared, (pile) => this.names.get(pile) ?? `#${String(pile)}`);
    return { frame, trades, grid, loadW };
  }

  private async settle(frame: number): Promise<void> {
    const cleared = this.unsettled.get(frame);
    if (cleared === undefined) return;
    const { client, sender } = this.chain;
    await client.settle(sender, cleared, await client.publication(cleared.frame));
    this.unsettled.delete(frame);
  }

  private async open(): Promise<OpenOrder[]> {
    const live = new Map(
      (await this.chain.client.liveStates()).map(({ pile, state }) => [this.names.get(pile), state]),
    );
    return this.scenario.piles.flatMap(({ id }) => {
      const state = live.get(id);
      if (state === undefined) return [];
      const { side, price, remainingWh } = orderOf(state, this.scenario.market.tickSize);
      return [{ pile: id, side, price, remainingWh }];
    });
  }
}
