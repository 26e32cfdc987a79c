import { id } from "ethers";

import { benefit } from "../model/benefit";
import type { FrameSettlement } from "../core/settlement";
import { type Move, movesOf } from "../scenario/moves";
import { type PendingSettlement, pendingSettlement } from "../scenario/readings";
import type { FrameResult, OpenOrder, ScenarioResult } from "../scenario/result";
import { proposalsByFrame, publicationOf, type Scenario, type ScenarioEvent } from "../scenario/scenario";
import type { ChainClock } from "./clock";
import { holdRound } from "./heldRound";
import { type ClearedFrame, type MarketClient, orderOf, outcomeOf } from "./marketClient";
import { type MeteredPile, settleByReadings } from "./meteredSettlement";
import { simulatedMeterKey } from "./pileKeys";
import { ContractRefusal } from "./refusal";
import type { Receipt, Transactor } from "./transactor";

/** Chain that a scenario is played on. */
export interface ReplayChain {
  client: MarketClient;
  clock: ChainClock;
  /** Grid operator, registrar and clearer in one. */
  sender: Transactor;
  /** A funded account of its own for a pile, or for a proposer that is none. */
  accountOf: (pile: string) => Promise<Transactor>;
}

/** A step of a replay, for whoever wants to follow it. */
export type ReplayStep =
  | { kind: "event"; event: ScenarioEvent; receipt?: Receipt; refusal?: ContractRefusal }
  | { kind: "publish" | "commit" | "reveal" | "finalise"; frame: number; receipt: Receipt }
  | { kind: "settle"; frame: number; receipt: Receipt; settlement: FrameSettlement }
  | { kind: "clear"; frame: number; receipt: Receipt; result: FrameResult };

/** Memory of a replay beside the chain; goes back together with a snapshot of the chain. */
export interface ReplayMemory {
  done: number;
  frames: FrameResult[];
  rejected: ScenarioResult["rejected"];
  unsettled: ReadonlyMap<number, UnsettledFrame>;
  settlements: FrameSettlement[];
}

/** A cleared frame that waits for its settlement. */
interface UnsettledFrame extends PendingSettlement {
  cleared: ClearedFrame;
}

/**
 * Plays a scenario on a market that was deployed with the scenario's parameters and has not been used.
 * SPEC 9. The top of `scenario/schema.ts` gives the order of events.
 *
 * @param onStep told of every event and clearing as it happens
 * @returns The market's result, in the scenario's own frames and names.
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
  private unsettled = new Map<number, UnsettledFrame>();
  private settlements: FrameSettlement[] = [];
  private readonly meters = new Map<string, MeteredPile>();
  private readonly proposers = new Map<string, Transactor>();

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
    await this.settleDue(move.frame);
    await this.publish(move.frame + this.publishedAhead);
  }

  /** Result of the scenario; settles its last frame. After the last move. */
  async finish(): Promise<ScenarioResult> {
    const { frames } = this.scenario;
    const { pflW } = await this.chain.client.marketTotals();
    const result: ScenarioResult = { frames: this.frames, pflW, open: await this.open(), rejected: this.rejected };
    for (let frame = frames; this.unsettled.size > 0; frame++) {
      await this.chain.clock.reach(this.beginsAt(frame));
      await this.settleDue(frame);
    }
    return this.scenario.market.readingSeconds > 0 ? { ...result, settlements: this.settlements } : result;
  }

  /** State to hand to {@link restore} when the chain goes back to where it is now. */
  save(): ReplayMemory {
    const { done, frames, rejected, unsettled, settlements } = this;
    return {
      ...{ done, frames: [...frames], rejected: [...rejected] },
      ...{ unsettled: new Map(unsettled), settlements: [...settlements] },
    };
  }

  /** Goes back to a moment; the chain must have gone back to it, too. */
  restore({ done, frames, rejected, unsettled, settlements }: ReplayMemory): void {
    this.done = done;
    this.frames = [...frames];
    this.rejected = [...rejected];
    this.unsettled = new Map(unsettled);
    this.settlements = [...settlements];
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
    const { operatorPrefund } = this.scenario;
    const balances = [operatorPrefund, ...this.scenario.piles.map(({ balance }) => balance)];
    const deposits = this.scenario.events.map(({ action }) => (action.kind === "deposit" ? action.amount : 0n));
    await client.drawFromFaucet(
      sender,
      [...balances, ...deposits].reduce((sum, amount) => sum + amount, 0n),
    );
    for (const { id: name, ratedW, balance, operator, weatherBps = 0n, attributes } of this.scenario.piles) {
      const account = await accountOf(name);
      const { address } = account;
      const operatorAddress = operator === undefined ? address : (await accountOf(`operator ${operator}`)).address;
      const meter = simulatedMeterKey(name);
      const record = { account: address, operator: operatorAddress, meterKey: meter.address, ratedW };
      const index = client.registeredIndex(await client.register(sender, record));
      if (balance > 0n) await client.deposit(sender, address, balance);
      if (weatherBps > 0n) await client.setWeather(sender, index, weatherBps);
      if (attributes !== undefined) await client.setAttributes(sender, index, attributes);
      this.accounts.set(name, account);
      this.names.set(index, name);
      this.meters.set(name, { index, ratedW, meter });
    }
    if (operatorPrefund > 0n) await client.depositGrid(sender, operatorPrefund);
    for (const { proposer } of this.scenario.proposals) await this.admit(proposer);
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

  /** Admits whoever proposes to the rounds; a proposer with the name of a pile is that pile's account. */
  private async admit(proposer: string): Promise<void> {
    if (this.proposers.has(proposer)) return;
    const account = this.accounts.get(proposer) ?? (await this.chain.accountOf(proposer));
    await this.chain.client.admitProposer(this.chain.sender, account.address);
    this.proposers.set(proposer, account);
  }

  private async clear(frame: number): Promise<FrameResult> {
    const proposals = proposalsByFrame(this.scenario).get(frame - 1) ?? [];
    const noRound = () => {
      for (const { proposer } of proposals) {
        this.rejected.push({ frame: frame - 1, pile: proposer, error: "NoOpenRound" });
      }
    };
    if (this.scenario.missedClearings.has(frame)) {
      noRound();
      return { frame, trades: [], grid: [], loadW: publicationOf(this.scenario, frame)?.baseLoadW ?? 0n };
    }
    const { client, clock, sender } = this.chain;
    await clock.reach(this.beginsAt(frame) - this.scenario.market.auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, this.origin + frame);
    const rounds = client.roundsAddress === undefined ? undefined : client.rounds();
    const book = rounds?.openedBook(receipt);
    if (rounds === undefined || book === undefined) {
      noRound();
      const result = this.keep(frame, cleared);
      this.onStep?.({ kind: "clear", frame, receipt, result });
      return result;
    }
    const { whole, winner, score, refused } = await holdRound({
      ...{ rounds, clock, sender, book, match: cleared, proposals },
      accountOf: async (name) => this.proposers.get(name)!,
      salt: (position) => id(`${frame} ${position}`),
      onReceipt: (kind, sent) => this.onStep?.({ kind, frame, receipt: sent }),
    });
    const round = { winner, lambda: benefit(score), unservedWh: score.unservedWh, refused };
    const result = { ...this.keep(frame, whole), round };
    this.onStep?.({ kind: "clear", frame, receipt, result });
    return result;
  }

  /** Notes what is to be settled of a frame. @returns what the frame came to */
  private keep(frame: number, cleared: ClearedFrame): FrameResult {
    const { trades, grid, loadW } = outcomeOf(cleared, (pile) => this.nameOf(pile));
    const result = { frame, trades, grid, loadW };
    const pending = pendingSettlement(this.scenario.market, this.scenario.readings, result);
    if (pending !== undefined) this.unsettled.set(frame, { ...pending, cleared });
    return result;
  }

  /** Settles, as a frame begins, those before it that are over and read, or overdue. */
  private async settleDue(now: number): Promise<void> {
    const { client, sender } = this.chain;
    const hasMeters = this.scenario.market.readingSeconds > 0;
    for (const { frame, dueFrame, cleared, readings } of [...this.unsettled.values()]) {
      if (dueFrame > now) continue;
      const given = hasMeters ? readings : new Map<string, never>();
      const request = { client, sender, cleared, piles: this.meters, readings: given };
      const { receipt, settlement } = await settleByReadings(request);
      this.unsettled.delete(frame);
      this.settlements.push({ ...settlement, frame });
      this.onStep?.({ kind: "settle", frame, receipt, settlement: { ...settlement, frame } });
    }
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
