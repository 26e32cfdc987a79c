import type { FrameResult, OpenOrder, ScenarioResult } from "../scenario/result";
import { type Move, movesOf } from "../scenario/moves";
import { publicationOf, type Scenario, type ScenarioEvent } from "../scenario/scenario";
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
  | { kind: "event"; event: ScenarioEvent; receipt?: Receipt; refusal?: ContractRefusal }
  | { kind: "publish" | "settle"; frame: number; receipt: Receipt }
  | { kind: "clear"; frame: number; receipt: Receipt; result: FrameResult };

/** What a replay remembers beside the chain; goes back together with a snapshot of the chain. */
export interface ReplayMemory {
  done: number;
  frames: FrameResult[];
  rejected: ScenarioResult["rejected"];
  unsettled: ReadonlyMap<number, ClearedFrame>;
}

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
  const replay = await ChainReplay.begin(scenario, chain, onStep);
  while (replay.next !== undefined) await replay.play();
  return replay.finish();
}

/** A replay that is played move by move. */
export class ChainReplay {
  /** Everything that happens, in order. */
  readonly moves: readonly Move[];
  private origin = 0;
  private done = 0;
  private readonly accounts = new Map<string, Transactor>();
  private readonly names = new Map<number, string>();
  private frames: FrameResult[] = [];
  private rejected: ScenarioResult["rejected"] = [];
  private unsettled = new Map<number, ClearedFrame>();

  private constructor(
    private readonly scenario: Scenario,
    private readonly chain: ReplayChain,
    private readonly onStep?: (step: ReplayStep) => void,
  ) {
    this.moves = movesOf(scenario);
  }

  /** Registers and funds the piles and publishes the first frames. */
  static async begin(
    scenario: Scenario,
    chain: ReplayChain,
    onStep?: (step: ReplayStep) => void,
  ): Promise<ChainReplay> {
    const replay = new ChainReplay(scenario, chain, onStep);
    await replay.setUp();
    for (let frame = 0; frame < replay.publishedAhead; frame++) await replay.publish(frame);
    return replay;
  }

  /** The move that comes next; undefined at the end. */
  get next(): Move | undefined {
    return this.moves[this.done];
  }

  /** Plays the next move. */
  async play(): Promise<void> {
    const move = this.next;
    if (move === undefined) throw new RangeError("the scenario has ended");
    this.done += 1;
    if (move.kind === "event") return this.playEvent(move.event);
    if (move.kind === "clear") {
      this.frames.push(await this.clear(move.frame));
      return;
    }
    await this.chain.clock.reach(this.beginsAt(move.frame));
    if (move.frame > 0) await this.settle(move.frame - 1);
    await this.publish(move.frame + this.publishedAhead);
  }

  /** What the scenario came to; settles its last frame. After the last move. */
  async finish(): Promise<ScenarioResult> {
    const { frames } = this.scenario;
    const { pflW } = await this.chain.client.chronicle();
    const result: ScenarioResult = { frames: this.frames, pflW, open: await this.open(), rejected: this.rejected };
    await this.chain.clock.reach(this.beginsAt(frames));
    await this.settle(frames - 1);
    return result;
  }

  /** What is to be put back with {@link restore} when the chain goes back to where it is now. */
  save(): ReplayMemory {
    const { done, frames, rejected, unsettled } = this;
    return { done, frames: [...frames], rejected: [...rejected], unsettled: new Map(unsettled) };
  }

  /** Goes back to a moment; the chain must have gone back to it, too. */
  restore({ done, frames, rejected, unsettled }: ReplayMemory): void {
    this.done = done;
    this.frames = [...frames];
    this.rejected = [...rejected];
    this.unsettled = new Map(unsettled);
  }

  /** The chain's frame that is the scenario's frame 0. */
  get originFrame(): number {
    return this.origin;
  }

  /** Account of a pile of the scenario. */
  addressOf(pile: string): string {
    return this.account(pile).address;
  }

  /** The scenario's name of a pile by its number. */
  nameOf(index: number): string {
    return this.names.get(index) ?? `#${String(index)}`;
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
    const receipt = await this.chain.client.publish(this.chain.sender, this.origin + frame, [publication]);
    this.onStep?.({ kind: "publish", frame, receipt });
  }

  private async playEvent(event: ScenarioEvent): Promise<void> {
    try {
      const receipt = await this.act(event);
      this.onStep?.({ kind: "event", event, receipt });
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      this.rejected.push({ frame: event.frame, pile: event.pile, error: error.error });
      this.onStep?.({ kind: "event", event, refusal: error });
    }
  }

  private async act({ pile, action }: ScenarioEvent): Promise<Receipt> {
    const { client, sender } = this.chain;
    const account = this.account(pile);
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
    if (cleared.fills.length > 0) this.unsettled.set(frame, cleared);
    const { trades, grid, loadW } = outcomeOf(cleared, (pile) => this.nameOf(pile));
    const result = { frame, trades, grid, loadW };
    this.onStep?.({ kind: "clear", frame, receipt, result });
    return result;
  }

  private async settle(frame: number): Promise<void> {
    const cleared = this.unsettled.get(frame);
    if (cleared === undefined) return;
    const { client, sender } = this.chain;
    const receipt = await client.settle(sender, cleared, await client.publication(cleared.frame));
    this.unsettled.delete(frame);
    this.onStep?.({ kind: "settle", frame, receipt });
  }

  private account(pile: string): Transactor {
    const account = this.accounts.get(pile);
    if (account === undefined) throw new Error(`pile ${pile} is not registered`);
    return account;
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
