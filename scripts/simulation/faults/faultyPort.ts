import type { EnergyMoved } from "../../quality/audit/rebuiltMarket";
import { ContractRefusal } from "../../chain/refusal";
import type { FrameSettlement, Reading } from "../../core/settlement";
import type { FrameOutcome, MarketParameters, Publication } from "../../core/types";
import { InputError } from "../../core/errors";
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
} from "../../core/ports";
import { type FaultLog, type Faults, type OfflinePile, within } from "./faults";

/** Answer to a pile that nothing is heard of. */
export const PILE_OFFLINE = "PileOffline";

/** A market whose node, gateway and network can be made to fail. */
export interface FallibleMarket {
  port: MeteredPort;
  /** Ends the process that works with the node and starts another, from the chain. */
  restart(): Promise<{ port: MeteredPort } & Omit<FaultLog["restarts"][number], "frame">>;
  /** Lets the gateway die with half of the next orders sent. @param frame as it is to be logged */
  killGateway(frame: number): void;
}

/** A {@link MeteredPort} on which things go wrong as planned; whatever happens is in its log. */
export class FaultyPort implements MeteredPort {
  readonly parameters: Readonly<MarketParameters>;
  readonly rounds: RoundPort = {
    frozenBook: async (frame) => this.port.rounds?.frozenBook(frame),
    hold: async (frame, proposals) => this.told(frame, await this.heldRound(frame, proposals)),
  };
  /** Sum of all that the simulation was told. */
  readonly energy: EnergyMoved = { tradedWh: 0n, fromGridWh: 0n, toGridWh: 0n };

  private port: MeteredPort;
  private names: string[] = [];
  private readonly publications = new Map<number, Publication>();
  private readonly gasBefore: GasUse[] = [];
  private entered = -1;
  private lastPflW = 0n;
  /** Fills that a frame's match told, so that its round's outcome, which holds them again, counts them once. */
  private readonly matched = new Map<number, FrameOutcome>();

  /**
   * @param firstFrame the simulation's frame that the faults count from
   */
  constructor(
    private readonly market: FallibleMarket,
    readonly faults: Readonly<Faults>,
    private readonly firstFrame: number,
    readonly log: FaultLog,
  ) {
    this.port = market.port;
    this.parameters = market.port.parameters;
  }

  async register(piles: readonly PileRegistration[]): Promise<void> {
    this.names = piles.map(({ pile }) => pile);
    const unknown = this.faults.offline.find(({ pile }) => pile > piles.length);
    if (unknown !== undefined) {
      throw new InputError(
        "--faults",
        `this day has ${piles.length} piles, numbered from 1; found pile ${unknown.pile}`,
      );
    }
    this.log.offline = this.faults.offline.map((one) => ({ ...one, ordersLost: 0, readingsLost: 0 }));
    await this.port.register(piles);
  }

  /** Leaves out what is to come too late. */
  async publish(now: number, firstFrame: number, publications: readonly Publication[]): Promise<void> {
    publications.forEach((publication, index) => this.publications.set(firstFrame + index, publication));
    let start = 0;
    for (let index = 0; index <= publications.length; index++) {
      if (index < publications.length && !this.isLate(firstFrame + index)) continue;
      if (index > start) await this.port.publish(now, firstFrame + start, publications.slice(start, index));
      start = index + 1;
    }
  }

  async submit(now: number, actions: readonly Action[]): Promise<ActionResult[]> {
    const reached = actions.filter(({ pile }) => this.offline(pile, now) === undefined);
    const results = reached.length === 0 ? [] : await this.port.submit(now, reached);
    return actions.map(({ pile }): ActionResult => {
      const offline = this.offline(pile, now);
      if (offline === undefined) return results.shift()!;
      this.logOf(offline).ordersLost++;
      return { accepted: false, error: PILE_OFFLINE };
    });
  }

  async book(now: number): Promise<BookOrder[]> {
    await this.enter(now);
    return this.port.book(now);
  }

  async clear(frame: number): Promise<FrameOutcome> {
    if (within(this.faults.missed, frame - this.firstFrame)) {
      this.log.missed.push(frame - this.firstFrame);
      const loadW = this.publications.get(frame)?.baseLoadW ?? 0n;
      return { frame, trades: [], grid: [], loadW, pflW: this.lastPflW };
    }
    const outcome = await this.port.clear(frame);
    this.lastPflW = outcome.pflW;
    this.matched.set(frame, outcome);
    this.count(outcome);
    return this.physical(outcome);
  }

  async settle(frame: number): Promise<void> {
    await this.port.settle(frame);
  }

  async settleMetered(frame: number, readings: ReadonlyMap<string, Reading>, now: number): Promise<FrameSettlement> {
    const settlement = await this.port.settleMetered(frame, readings, now);
    for (const { pile, silent } of settlement.piles) {
      const offline = this.offline(pile, frame);
      if (silent && offline !== undefined) this.logOf(offline).readingsLost++;
    }
    return settlement;
  }

  hears(pile: string, frame: number): boolean {
    return this.offline(pile, frame) === undefined;
  }

  async balanceSheet(): Promise<BalanceSheet> {
    return this.port.balanceSheet();
  }

  /** Of every process that there was. */
  gasUse(): GasUse {
    const sums: Record<string, GasSum> = {};
    for (const use of [...this.gasBefore, this.port.gasUse?.() ?? {}]) {
      for (const [kind, { transactions, operations, gas }] of Object.entries(use)) {
        const sum = (sums[kind] ??= { transactions: 0, operations: 0, gas: 0n });
        sum.transactions += transactions;
        sum.operations += operations;
        sum.gas += gas;
      }
    }
    return sums;
  }

  /** A frame begins: what is planned for it goes wrong. */
  private async enter(now: number): Promise<void> {
    if (now <= this.entered) return;
    this.entered = now;
    const frame = now - this.firstFrame;
    if (this.faults.restarts.includes(frame)) {
      this.gasBefore.push(this.port.gasUse?.() ?? {});
      const { port, ...found } = await this.market.restart();
      this.port = port;
      this.log.restarts.push({ frame, ...found });
    }
    if (this.faults.gateways.includes(frame)) this.market.killGateway(frame);
    const late = now + this.parameters.leadFrames;
    if (this.isLate(late)) await this.publishLate(now, late);
  }

  /** The last moment for a frame has passed; the operator publishes it all the same. */
  private async publishLate(now: number, frame: number): Promise<void> {
    const publication = this.publications.get(frame);
    if (publication === undefined) return;
    let refusal: string | undefined;
    try {
      await this.port.publish(now, frame, [publication]);
    } catch (error) {
      if (!(error instanceof ContractRefusal)) throw error;
      refusal = error.error;
    }
    this.log.late.push({ frame: frame - this.firstFrame, refusal });
  }

  private async heldRound(frame: number, proposals: Parameters<RoundPort["hold"]>[1]): Promise<RoundOutcome> {
    const { rounds } = this.port;
    if (rounds === undefined) throw new RangeError("this market holds no rounds");
    return rounds.hold(frame, proposals);
  }

  private told(frame: number, round: RoundOutcome): RoundOutcome {
    const before = this.matched.get(frame);
    const grid = round.outcome.grid.slice(before?.grid.length ?? 0);
    this.count({ ...round.outcome, trades: [], grid });
    this.lastPflW = round.outcome.pflW;
    return round;
  }

  private count({ trades, grid }: FrameOutcome): void {
    for (const { energyWh } of trades) this.energy.tradedWh += energyWh;
    for (const { side, energyWh } of grid) this.energy[side === "charge" ? "fromGridWh" : "toGridWh"] += energyWh;
  }

  /** Homes draw what they draw, also where the contract was not told in time. */
  private physical(outcome: FrameOutcome): FrameOutcome {
    if (!this.isLate(outcome.frame)) return outcome;
    return { ...outcome, loadW: outcome.loadW + (this.publications.get(outcome.frame)?.baseLoadW ?? 0n) };
  }

  private isLate(frame: number): boolean {
    return within(this.faults.late, frame - this.firstFrame);
  }

  private offline(pile: string, frame: number): OfflinePile | undefined {
    const number = this.names.indexOf(pile) + 1;
    return this.faults.offline.find((one) => one.pile === number && within([one], frame - this.firstFrame));
  }

  private logOf(offline: OfflinePile): FaultLog["offline"][number] {
    return this.log.offline[this.faults.offline.indexOf(offline)]!;
  }
}
