import { id, type Wallet } from "ethers";

import type { FlexibleOrder, FrozenBook, Proposal } from "../model/benefit";
import { lockOf } from "../model/money";
import { setAsideFor } from "../model/accounts";
import type { FrameSettlement, Reading } from "../core/settlement";
import type { FrameOutcome, MarketParameters, Publication } from "../core/types";
import type {
  Action,
  ActionResult,
  BalanceSheet,
  BookOrder,
  GasSum,
  GasUse,
  MeteredPort,
  PileRegistration,
  RoundOutcome,
  RoundPort,
} from "../core/ports";
import type { ChainClock } from "./clock";
import { type ClearedFrame, type MarketClient, orderOf, outcomeOf, type SignedOrder } from "./marketClient";
import { BatchGateway, type GatewayOptions, type OrderGateway } from "./orderGateway";
import { decodeFrozenBook } from "./frozenBook";
import { holdRound } from "./heldRound";
import { type MeteredPile, settleByReadings, tariffsOf } from "./meteredSettlement";
import type { RoundsClient } from "./roundsClient";
import type { Receipt, Transactor } from "./transactor";

/** Frames between registering and the simulation's frame 0, for publishing ahead. */
const SETUP_FRAMES = 8;
/** How long after its submission is due a signed order stays valid, s. */
const SIGNATURE_SECONDS = 3600;

/** Parts of a {@link ChainPort}. */
export interface ChainPortOptions {
  client: MarketClient;
  clock: ChainClock;
  /** Grid operator, registrar, gateway and clearer in one. */
  sender: Transactor;
  /** Key of a pile by its name. */
  keyOf: (pile: string) => Wallet;
  /** Deposit that each pile trades with, money units. */
  pileBalance: bigint;
  /** Account of a proposer of plans by its name; needed in markets with benefit rounds. */
  proposerOf?: (name: string) => Promise<Transactor>;
  /** Who submits what piles have signed; a {@link BatchGateway}. */
  gatewayOf?: (options: GatewayOptions) => OrderGateway;
}

/** Memory of a {@link ChainPort} beside the chain and the keys. */
export interface PortMemory {
  /** The chain's frame that is the simulation's frame 0. */
  originFrame: number;
  /** By name: number, rated power and next nonce. */
  piles: ReadonlyMap<string, { index: number; ratedW: bigint; nonce: bigint }>;
  /** Cleared frames that moved energy and are not settled. */
  unsettled: readonly ClearedFrame[];
}

/** A frame's round as its clearing opened it. */
interface OpenedRound {
  client: RoundsClient;
  book: bigint[];
  match: ClearedFrame;
}

/** A pile that signs its orders and its readings with one key. */
interface PileAccount extends MeteredPile {
  meter: Wallet;
  nonce: bigint;
}

/**
 * A {@link MeteredPort} over a market on a chain: piles sign their orders with their own keys, a gateway submits them in
 * batches, anybody clears and settles, by what the piles' meters sign.
 */
export class ChainPort implements MeteredPort {
  readonly parameters: Readonly<MarketParameters>;
  readonly rounds: RoundPort = {
    frozenBook: async (frame) => this.frozenBook(frame),
    hold: async (frame, proposals) => this.holdRound(frame, proposals),
  };

  private readonly piles = new Map<string, PileAccount>();
  private readonly names = new Map<number, string>();
  private readonly unsettled = new Map<number, ClearedFrame>();
  private readonly opened = new Map<number, OpenedRound>();
  private readonly proposers = new Map<string, Transactor>();
  private readonly gas: Record<string, GasSum> = {};

  /** The chain's frame that is the simulation's frame 0; known once piles are registered. */
  private originFrame = 0;

  /** Payments of the operator into the market, money units. */
  private operatorDeposit = 0n;

  private readonly gateway: OrderGateway;

  /** @param memory what a port before this one knew; none for a market without piles */
  constructor(
    private readonly options: ChainPortOptions,
    memory?: PortMemory,
  ) {
    const { client, sender, keyOf, gatewayOf } = options;
    this.parameters = client.parameters;
    const onReceipt = (receipt: Receipt, orders: number) => this.count("orders", receipt, orders);
    const gateway = { client, sender, onReceipt };
    this.gateway = gatewayOf?.(gateway) ?? new BatchGateway(gateway);
    if (memory === undefined) return;
    this.originFrame = memory.originFrame;
    for (const [pile, known] of memory.piles) {
      this.piles.set(pile, { ...known, meter: keyOf(pile) });
      this.names.set(known.index, pile);
    }
    for (const cleared of memory.unsettled) this.unsettled.set(cleared.frame - this.originFrame, cleared);
  }

  /** Everything that this port would lack if it knew only the chain and the keys. */
  get memory(): PortMemory {
    return { originFrame: this.originFrame, piles: this.piles, unsettled: [...this.unsettled.values()] };
  }

  async register(piles: readonly PileRegistration[]): Promise<void> {
    const { client, sender, keyOf, pileBalance } = this.options;
    await client.drawFromFaucet(sender, pileBalance * BigInt(piles.length));
    for (const { pile, ratedW } of piles) {
      const wallet = keyOf(pile);
      const { address } = wallet;
      const record = { account: address, operator: address, meterKey: address, ratedW };
      const index = client.registeredIndex(await client.register(sender, record));
      await client.deposit(sender, address, pileBalance);
      this.piles.set(pile, { meter: wallet, index, ratedW, nonce: 0n });
      this.names.set(index, pile);
    }
    // A feeder may be set up long after its port was made: frames count from here.
    const now = await this.options.clock.now();
    this.originFrame = Math.floor(now / this.parameters.frameSeconds) + SETUP_FRAMES;
  }

  async depositGrid(amount: bigint): Promise<void> {
    const { client, sender } = this.options;
    await client.drawFromFaucet(sender, amount);
    await client.depositGrid(sender, amount);
    this.operatorDeposit += amount;
  }

  async setAside(amount: bigint): Promise<void> {
    await this.depositGrid(amount);
    await this.options.client.setMatchingFund(this.options.sender, amount);
  }

  /** Takes in a pile that was registered elsewhere. @param pile its name here; `meter` signs its readings */
  adopt(pile: string, { index, ratedW, meter }: MeteredPile & { meter: Wallet }): void {
    this.piles.set(pile, { index, ratedW, meter, nonce: 0n });
    this.names.set(index, pile);
  }

  async publish(now: number, firstFrame: number, publications: readonly Publication[]): Promise<void> {
    const { client, clock, sender } = this.options;
    await clock.reach(this.begins(now));
    this.count("publish", await client.publish(sender, this.originFrame + firstFrame, publications));
  }

  async submit(now: number, actions: readonly Action[]): Promise<ActionResult[]> {
    await this.options.clock.reach(this.begins(now));
    const orders = await Promise.all(
      actions.map(async (action) => {
        const { index, nonce } = this.account(action.pile);
        return { pile: index, nonce, signed: await this.sign(now, action) };
      }),
    );
    const results = await this.gateway.submit(orders);
    results.forEach(({ accepted }, position) => {
      if (accepted) this.account(actions[position]!.pile).nonce += 1n;
    });
    return results;
  }

  async book(now: number): Promise<BookOrder[]> {
    const { client, clock } = this.options;
    await clock.reach(this.begins(now));
    return (await client.liveStates()).map(({ pile, state }) => {
      const order = orderOf(state, client.parameters.tickSize);
      return {
        ...order,
        pile: this.name(pile),
        firstFrame: order.firstFrame - this.originFrame,
        expiryFrame: order.expiryFrame - this.originFrame,
      };
    });
  }

  async clear(frame: number): Promise<FrameOutcome> {
    const { client, clock, sender } = this.options;
    await clock.reach(this.begins(frame) - this.parameters.auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, this.originFrame + frame);
    this.count("clear", receipt);
    if (cleared.fills.length > 0) this.unsettled.set(frame, cleared);
    if (client.roundsAddress !== undefined) {
      const rounds = client.rounds();
      const book = rounds.openedBook(receipt);
      this.opened.clear();
      if (book !== undefined) this.opened.set(frame, { client: rounds, book, match: cleared });
    }
    return { ...outcomeOf(cleared, (pile) => this.name(pile)), frame };
  }

  private frozenBook(frame: number): FrozenBook | undefined {
    const opened = this.opened.get(frame);
    if (opened === undefined) return undefined;
    const { tickSize } = this.options.client.parameters;
    const book = decodeFrozenBook(opened.book, { tickSize, pileName: (pile) => this.name(pile) });
    const moved = (order: FlexibleOrder) => ({ ...order, expiryFrame: order.expiryFrame - this.originFrame });
    return { ...book, frame, bids: book.bids.map(moved), asks: book.asks.map(moved) };
  }

  /** Every proposer commits, then reveals; the winner, or the fallback, is executed as soon as the reveals are over. */
  private async holdRound(frame: number, proposals: readonly Proposal[]): Promise<RoundOutcome> {
    const { clock, sender } = this.options;
    const opened = this.opened.get(frame);
    if (opened === undefined) throw new RangeError(`frame ${frame} has no open round`);
    const { client: rounds, book, match } = opened;
    const { whole, winner, score, refused } = await holdRound({
      ...{ rounds, clock, sender, book, match, proposals },
      accountOf: async (name) => this.proposer(name),
      salt: (position) => id(`${match.frame} ${position}`),
      onReceipt: (kind, receipt) => this.count(kind, receipt),
    });
    this.opened.delete(frame);
    if (whole.fills.length > 0) this.unsettled.set(frame, whole);
    return { outcome: { ...outcomeOf(whole, (pile) => this.name(pile)), frame }, winner, score, refused };
  }

  /** The account of a proposer, admitted to the market. */
  private async proposer(name: string): Promise<Transactor> {
    const known = this.proposers.get(name);
    if (known !== undefined) return known;
    const { proposerOf, client, sender } = this.options;
    if (proposerOf === undefined) throw new RangeError("this port was given no accounts of proposers");
    const account = await proposerOf(name);
    await client.admitProposer(sender, account.address);
    this.proposers.set(name, account);
    return account;
  }

  async settle(frame: number): Promise<void> {
    const { client, clock, sender } = this.options;
    const cleared = this.unsettled.get(frame);
    if (cleared === undefined) return;
    const publication = await client.publication(cleared.frame);
    await clock.reach(this.begins(frame + 1));
    this.count("settle", await client.settle(sender, cleared, publication));
    this.unsettled.delete(frame);
  }

  async settleMetered(frame: number, readings: ReadonlyMap<string, Reading>, now: number): Promise<FrameSettlement> {
    const { client, clock, sender } = this.options;
    const cleared = this.unsettled.get(frame);
    if (cleared === undefined) throw new RangeError(`frame ${frame} has nothing to settle`);
    await clock.reach(this.begins(now));
    const request = { client, sender, cleared, piles: this.piles, readings };
    const { receipt, settlement } = await settleByReadings(request);
    this.count("settle", receipt);
    this.unsettled.delete(frame);
    return { ...settlement, frame };
  }

  async balanceSheet(): Promise<BalanceSheet> {
    const { client, pileBalance } = this.options;
    const { gridBalance } = await client.marketTotals();
    let held = gridBalance + (await client.matchingFund());
    const states = await client.pileStates();
    for (const { index } of this.piles.values()) {
      const state = states[index - 1]!;
      held += state.balance + lockOf(this.parameters, orderOf(state, client.parameters.tickSize));
    }
    for (const cleared of this.unsettled.values()) {
      const outcome = outcomeOf(cleared, (pile) => this.name(pile));
      const tariffs = tariffsOf(await client.publication(cleared.frame), client.parameters.tickSize);
      for (const { amount } of setAsideFor(this.parameters, { ...outcome, tariffs })) held += amount;
    }
    return { deposited: pileBalance * BigInt(this.piles.size) + this.operatorDeposit, held };
  }

  gasUse(): GasUse {
    return this.gas;
  }

  private async sign(now: number, action: Action): Promise<SignedOrder> {
    const { meter: wallet, nonce } = this.account(action.pile);
    const deadline = this.begins(now) + SIGNATURE_SECONDS;
    if (action.kind === "cancel") {
      const nothing = { charge: false, price: 0n, energyWh: 0n, peakWh: 0n, expiryFrame: 0 };
      return this.options.client.sign(wallet, { action: "cancel", ...nothing, nonce, deadline });
    }
    const { side, price, energyWh, peakWh, expiryFrame } = action.order;
    return this.options.client.sign(wallet, {
      action: action.kind,
      charge: side === "charge",
      price,
      energyWh,
      peakWh,
      expiryFrame: this.originFrame + expiryFrame,
      nonce,
      deadline,
    });
  }

  private count(kind: string, { gasUsed }: Receipt, operations = 1): void {
    const sum = (this.gas[kind] ??= { transactions: 0, operations: 0, gas: 0n });
    sum.transactions += 1;
    sum.operations += operations;
    sum.gas += gasUsed;
  }

  private account(pile: string): PileAccount {
    const account = this.piles.get(pile);
    if (account === undefined) throw new Error(`pile ${pile} is not registered`);
    return account;
  }

  private name(pile: number): string {
    return this.names.get(pile) ?? `#${String(pile)}`;
  }

  /** When a frame of the simulation begins, s. */
  private begins(frame: number): number {
    return (this.originFrame + frame) * this.parameters.frameSeconds;
  }
}
