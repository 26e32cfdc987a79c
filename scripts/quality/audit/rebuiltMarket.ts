import { decodeFill, decodePileState, decodePosting, GRID, type PileState } from "../../chain/packedWords";
import type { DeploymentParameters } from "../../core/parameters";
import { amountDown } from "../../model/money";
import type { AuditEvent, EventPlace } from "./auditEvent";
import { EventReader } from "./eventReader";
import { FrameLedger, FUND } from "./frameLedger";
import { LoadHistory } from "./loadHistory";
import { energyPerFrameWh, MeterBook, operatorTag } from "./meterBook";
import {
  isLive,
  lockWith,
  MAX_BALANCE,
  newSlot,
  withDelivery,
  withFill,
  withoutDeadOrder,
  withoutOrder,
} from "./pileSlot";
import { RoundBook } from "./roundBook";

/** The last nonce; a pile that acts with it keeps it. */
const MAX_NONCE = 2n ** 20n - 1n;
/** Piles whose live bit is in the head; the further words hold {@link PILES_PER_WORD} each. */
const PILES_IN_HEAD = 208;
const PILES_PER_WORD = 255;

/** A pile as events give it. */
export interface RebuiltPile {
  account: string;
  operator: string;
  ratedW: bigint;
  slot: PileState;
}

/** Money that came in and went out, money units. */
export interface MoneyMoved {
  deposited: bigint;
  withdrawn: bigint;
}

/** Energy that fills agreed, Wh. */
export interface EnergyMoved {
  /** Between piles. */
  tradedWh: bigint;
  fromGridWh: bigint;
  toGridWh: bigint;
}

/**
 * A market as a stranger knows it who reads nothing but events (its own, those of its meters and of its rounds), the
 * times of their blocks, and the parameters that it was deployed with.
 *
 * Whatever follows from earlier events is worked out, not believed: loads and the fluctuation level, balances after
 * deposits, orders and settlements, margins, claims, credit, scores of plans. An event that says something else is a
 * {@link Contradiction}.
 */
export class RebuiltMarket {
  readonly piles = new Map<number, RebuiltPile>();
  readonly ledger: FrameLedger;
  readonly loads: LoadHistory;
  readonly meters = new MeterBook();
  readonly rounds: RoundBook;
  /** Holders by role. */
  readonly roles = new Map<string, Set<string>>();
  /** Everybody who ever held a role. */
  readonly formerHolders = new Map<string, Set<string>>();
  /** Who grants a role, where that is not the default admin. */
  readonly roleAdmins = new Map<string, string>();
  readonly moved: MoneyMoved = { deposited: 0n, withdrawn: 0n };
  readonly energy: EnergyMoved = { tradedWh: 0n, fromGridWh: 0n, toGridWh: 0n };
  /** Piles with a live bit. */
  live = new Set<number>();
  /** Placements so far. */
  sequence = 0n;
  paused = false;
  gridBalance = 0n;
  /** Matching fund, out of which sellers get more than buyers pay, money units. */
  matchingFund = 0n;
  roundOpen = false;
  /** How often things happened that have no event of their own. */
  readonly silent = { suspendedLeft: 0, deadLeft: 0, expired: 0 };

  /** The last event that touched each subject. */
  private readonly touched = new Map<string, EventPlace>();
  /** Cancel fees that the running transaction has told, by pile. */
  private readonly feesTold = new Map<number, bigint>();
  /** Claims of everybody on the grid operator's account, money units; never 0. */
  readonly claimOf = new Map<string, bigint>();
  /** Where piles' money leaves for, by their numbers; the zero address where none is named any more. */
  readonly payoutOf = new Map<number, string>();
  /** The frame whose clearing opened a round in the running transaction. */
  private opening: number | undefined;

  /** @param market Its address, which hashes of fills are about. */
  constructor(
    readonly parameters: DeploymentParameters,
    market: string,
  ) {
    this.ledger = new FrameLedger(parameters, market);
    this.loads = new LoadHistory(parameters, this.ledger);
    this.rounds = new RoundBook(parameters, market);
  }

  /** The last event that touched a subject such as "pile 3"; undefined where none did. */
  lastEvent(subject: string): EventPlace | undefined {
    return this.touched.get(subject);
  }

  /** Words of the live bitmap after the head that have registered piles. */
  get moreWords(): number {
    return Math.ceil(Math.max(0, this.piles.size - PILES_IN_HEAD) / PILES_PER_WORD);
  }

  /** Live bits of a word of the bitmap, the head's first. */
  liveBits(word: number): bigint {
    const first = word === 0 ? 1 : 1 + PILES_IN_HEAD + (word - 1) * PILES_PER_WORD;
    const count = word === 0 ? PILES_IN_HEAD : PILES_PER_WORD;
    let bits = 0n;
    for (const pile of this.live) if (pile >= first && pile < first + count) bits |= 1n << BigInt(pile - first);
    return bits;
  }

  /** Whether a pile's order can still be filled at a time, s. */
  isLive(slot: PileState, timestamp: number): boolean {
    return isLive(this.parameters, slot, this.standing, timestamp);
  }

  /** Usable money of a pile and lock of its live order at a time, money units. */
  balances(slot: PileState, timestamp: number): { free: bigint; locked: bigint } {
    const current = withoutDeadOrder(this.parameters, slot, this.standing, timestamp);
    return { free: current.balance, locked: lockWith(this.parameters, current, current.remainingWh) };
  }

  /** Free and locked balances of all piles, money units. */
  get ofPiles(): bigint {
    let sum = 0n;
    for (const { slot } of this.piles.values()) sum += slot.balance + lockWith(this.parameters, slot, slot.remainingWh);
    return sum;
  }

  /** Money that awaits settlement, money units. */
  get inDelivery(): bigint {
    return this.ledger.inDelivery((pile) => this.piles.get(pile)!.ratedW);
  }

  /** Everybody's money: the piles', what awaits settlement, the grid operator's account and its matching fund. Money units. */
  get claims(): bigint {
    return this.ofPiles + this.inDelivery + this.gridBalance + this.matchingFund;
  }

  /** Takes in the next event. @throws Contradiction where it cannot follow from those before it */
  apply(event: AuditEvent): void {
    const fold = this.folds[event.name];
    if (fold === undefined) throw new Error(`an event that this reader does not know: ${event.name}`);
    fold(new EventReader(event, this));
  }

  /** Remembers which event touched a subject last. */
  touch(subject: string, place: EventPlace): void {
    this.touched.set(subject, place);
  }

  private get standing() {
    return { lastFrame: this.loads.last?.frame ?? 0, roundOpen: this.roundOpen };
  }

  // ---- What each event means -----------------------------------------------------------------------------------

  private readonly folds: Readonly<Record<string, (e: EventReader) => void>> = {
    PileRegistered: (e) => {
      const pile = e.number("pile");
      e.expect(`pile ${pile}`, "number", this.piles.size + 1, pile);
      const [account, operator, ratedW] = [e.text("account"), e.text("operator"), e.amount("ratedW")];
      this.piles.set(pile, { account, operator, ratedW, slot: newSlot(this.parameters) });
      e.touch(`pile ${pile}`, "market");
    },
    SuspensionSet: (e) => this.change(e, (slot) => ({ ...slot, suspended: e.flag("suspended") })),
    NonceSkipped: (e) =>
      this.change(e, (slot) => {
        e.expect(`pile ${e.number("pile")}`, "nonce", slot.nonce, e.amount("nonce"));
        return { ...slot, nonce: slot.nonce + 1n };
      }),
    OrderPlaced: (e) => this.placed(e),
    OrderCancelled: (e) => this.cancelled(e),
    OrderRefused: () => undefined,
    EntryPauseSet: (e) => {
      this.paused = e.flag("paused");
      e.touch("market");
    },
    PayoutSet: (e) =>
      this.change(e, (slot) => {
        const payout = e.text("payout");
        this.payoutOf.set(e.number("pile"), payout);
        return { ...slot, payout: BigInt(payout) !== 0n };
      }),
    Deposited: (e) => this.deposited(e),
    Withdrawn: (e) => this.withdrawn(e),
    GridDeposited: (e) => {
      this.gridBalance += e.amount("amount");
      this.moved.deposited += e.amount("amount");
      e.expect("market", "gridBalance (money units)", this.gridBalance, e.amount("gridBalance"));
      e.touch("market");
    },
    GridWithdrawn: (e) => {
      this.gridBalance -= e.amount("amount");
      this.moved.withdrawn += e.amount("amount");
      e.expect("market", "gridBalance (money units)", this.gridBalance, e.amount("gridBalance"));
      e.touch("market");
    },
    MatchingFundSet: (e) => {
      this.gridBalance += this.matchingFund - e.amount("fund");
      this.matchingFund = e.amount("fund");
      e.expect("market", "gridBalance (money units)", this.gridBalance, e.amount("gridBalance"));
      e.touch("market");
    },
    FramePublished: (e) => {
      this.ledger.publish(e.number("frame"), e.amount("publication"));
      e.touch(`frame ${e.number("frame")}`);
    },
    FrameCleared: (e) => this.cleared(e),
    FlexibleFilled: (e) => this.executed(e),
    CancellationPaid: (e) => {
      // Told before the order that leaves.
      const subject = `pile ${e.number("pile")}`;
      e.expect(subject, "what cancelling costs (money units)", this.cancelFee(this.pile(e).slot), e.amount("fee"));
      this.feesTold.set(e.number("pile"), e.amount("fee"));
      this.gridBalance += e.amount("fee");
      e.expect("market", "gridBalance (money units)", this.gridBalance, e.amount("gridBalance"));
      e.touch(subject, "market");
    },
    ClaimAdded: (e) => this.claim(e, e.text("account"), e.amount("amount")),
    SurplusClaimed: (e) => {
      for (const word of e.words("claims")) {
        const number = Number(word & 0xffffn);
        const account = this.piles.get(number)?.account;
        if (account === undefined) e.contradict(`pile ${number}`, "claim (money units)", "no such pile", word >> 16n);
        else this.claim(e, account, word >> 16n);
      }
    },
    ClaimPaid: (e) => {
      const account = e.text("account");
      const left = (this.claimOf.get(account) ?? 0n) - e.amount("amount");
      if (left < 0n)
        e.contradict(`claim of ${account}`, "claim (money units)", left + e.amount("amount"), e.amount("amount"));
      this.claimOf.set(account, left);
      e.touch(`claim of ${account}`);
    },
    FrameSettled: (e) => this.settled(e),
    RoleGranted: (e) => {
      const [role, account] = [e.text("role"), e.text("account")];
      add(this.roles, role, account);
      add(this.formerHolders, role, account);
      e.touch(`role ${role}`);
    },
    RoleRevoked: (e) => {
      this.roles.get(e.text("role"))?.delete(e.text("account"));
      add(this.formerHolders, e.text("role"), e.text("account"));
      e.touch(`role ${e.text("role")}`);
    },
    RoleAdminChanged: (e) => {
      this.roleAdmins.set(e.text("role"), e.text("newAdminRole"));
      e.touch(`role ${e.text("role")}`);
    },
    MeterRegistered: (e) => {
      const { ratedW, operator } = this.pile(e);
      const subject = `meter of pile ${e.number("pile")}`;
      const energyWh = energyPerFrameWh(ratedW, this.parameters.frameSeconds);
      e.expect(subject, "energyPerFrameWh", energyWh, e.amount("energyPerFrameWh"));
      e.expect(subject, "operatorTag", operatorTag(operator), e.amount("operatorTag"));
      this.meters.register(e.number("pile"), {
        ...{ key: e.text("key"), operatorTag: e.amount("operatorTag") },
        energyPerFrameWh: e.amount("energyPerFrameWh"),
      });
      e.touch(subject);
    },
    MeterKeyChanged: (e) => this.meterChanged(e, { key: e.text("key") }),
    WeatherFactorChanged: (e) => this.meterChanged(e, { weatherBps: e.amount("weatherBps") }),
    AttributesChanged: (e) => {
      const given = e.value("attributes") as Record<"capacity" | "renewable" | "position" | "stability", bigint>;
      const { capacity, renewable, position, stability } = given;
      const attributes = {
        ...{ capacity: Number(capacity), renewable: Number(renewable) },
        ...{ position: Number(position), stability: Number(stability) },
      };
      this.meterChanged(e, { attributes });
    },
    ReadingsStored: (e) => {
      for (const { pile, frame } of this.meters.store(e.words("readings"))) {
        e.expect(`readings of frame ${frame}`, "whether its fills await settlement", this.ledger.open.has(frame), true);
        e.expect(`readings of frame ${frame}`, `meter of pile ${pile}`, this.meters.meters.has(pile), true);
        e.touch(`readings of frame ${frame}`);
      }
    },
    ReadingRefused: () => undefined,
    RoundOpened: (e) => {
      this.rounds.open(e.number("frame"), e.words("book"), e.time());
      this.opening = e.number("frame");
      e.touch("round");
    },
    PlanCommitted: (e) => {
      e.expect("round", "frame", this.rounds.latest?.frame, e.number("frame"));
      e.touch("round");
    },
    PlanRevealed: (e) => {
      e.expect("round", "frame", this.rounds.latest?.frame, e.number("frame"));
      const score = this.rounds.reveal(e.text("plan"));
      e.expect("round", "energy that a plan leaves unserved (Wh)", score?.unservedWh, e.amount("unservedWh"));
      e.expect("round", "squared steps of a plan (W^2)", score?.squaredStepsW2, e.amount("squaredStepsW2"));
      e.touch("round");
    },
    RoundFinalised: (e) => {
      const round = this.rounds.latest;
      e.expect("round", "frame", round?.frame, e.number("frame"));
      const plan = e.text("plan");
      // After the winner's time the fallback is executed whatever won.
      if (BigInt(plan) !== 0n) e.expect("round", "winner", round?.winner, plan);
      if (round !== undefined) round.executed = true;
      e.touch("round");
    },
    RewardSet: (e) => {
      this.rounds.perFrame = e.amount("tokenAmount");
      e.touch("rewards");
    },
    RewardFunded: (e) => {
      this.rounds.pot += e.amount("tokenAmount");
      e.touch("rewards");
    },
    RewardDrawn: (e) => {
      if (e.isOfAnotherMarket) return void this.rounds.sharedClaims.add(e.text("proposer"));
      this.rounds.draw(e.text("proposer"), e.amount("tokenAmount"));
      e.touch("rewards");
    },
    RewardClaimed: (e) => {
      this.rounds.claimable.set(e.text("proposer"), 0n);
      e.touch("rewards");
    },
  };

  /** Every act of a pile on its order uses up a nonce; all else of the slot follows. SPEC 2. */
  private placed(e: EventReader): void {
    const pile = this.pile(e);
    const subject = `pile ${e.number("pile")}`;
    const before = withoutOrder(this.parameters, pile.slot);
    const state = decodePileState(e.amount("state"));
    const locked = lockWith(this.parameters, state, state.remainingWh);
    const fee = this.takeFee(e.number("pile"));
    e.expect(subject, "balance (money units)", before.balance - locked - fee, state.balance);
    e.expect(subject, "sequence", BigInt.asUintN(32, this.sequence), state.sequence);
    this.expectLasting(e, subject, before, state);
    pile.slot = state;
    this.live.add(e.number("pile"));
    this.sequence++;
    e.touch(subject, "market");
  }

  private cancelled(e: EventReader): void {
    const pile = this.pile(e);
    const subject = `pile ${e.number("pile")}`;
    const before = withoutOrder(this.parameters, pile.slot);
    const state = decodePileState(e.amount("state"));
    e.expect(subject, "balance (money units)", before.balance - this.takeFee(e.number("pile")), state.balance);
    this.expectLasting(e, subject, before, state);
    pile.slot = state;
    e.touch(subject);
  }

  private expectLasting(e: EventReader, subject: string, before: PileState, state: PileState): void {
    e.expect(subject, "credit (1/100 point)", before.credit, state.credit);
    e.expect(subject, "creditWh", before.creditWh, state.creditWh);
    e.expect(subject, "suspended", before.suspended, state.suspended);
    e.expect(subject, "payout", before.payout, state.payout);
    e.expect(subject, "nonce", before.nonce === MAX_NONCE ? MAX_NONCE : before.nonce + 1n, state.nonce);
  }

  /** Fee that the transaction has said a pile paid for its order's leaving. */
  private takeFee(pile: number): bigint {
    const fee = this.feesTold.get(pile) ?? 0n;
    this.feesTold.delete(pile);
    return fee;
  }

  /** Fee of a pile that takes a live flexible order out of the book after plans reckoned with it. SPEC 2. */
  private cancelFee(slot: PileState): bigint {
    const { cancelPricePerKwh, settlement } = this.parameters;
    const flexible = slot.iceberg || !slot.charge;
    const reckoned = (this.loads.last?.frame ?? 0) >= slot.firstFrame;
    if (settlement !== "benefit" || !flexible || !reckoned) return 0n;
    const displayedWh = slot.remainingWh < slot.peakWh ? slot.remainingWh : slot.peakWh;
    const [price, lock] = [
      amountDown(cancelPricePerKwh, displayedWh),
      lockWith(this.parameters, slot, slot.remainingWh),
    ];
    return price < lock ? price : lock;
  }

  private deposited(e: EventReader): void {
    const pile = this.pile(e);
    const subject = `pile ${e.number("pile")}`;
    const amount = e.amount("amount");
    pile.slot = { ...pile.slot, balance: pile.slot.balance + amount };
    this.moved.deposited += amount;
    e.expect(subject, "balance (money units)", pile.slot.balance, e.amount("balance"));
    e.touch(subject);
  }

  private claim(e: EventReader, account: string, amount: bigint): void {
    this.claimOf.set(account, (this.claimOf.get(account) ?? 0n) + amount);
    e.touch(`claim of ${account}`);
  }

  private withdrawn(e: EventReader): void {
    const pile = this.pile(e);
    const subject = `pile ${e.number("pile")}`;
    // A dead order leaves on the way out.
    const slot = this.withoutDead(pile.slot, e);
    if (slot !== pile.slot) this.silent.deadLeft++;
    if (slot.payout) e.expect(subject, "receiver", this.payoutOf.get(e.number("pile")), e.text("to"));
    pile.slot = { ...slot, balance: slot.balance - e.amount("amount") };
    this.moved.withdrawn += e.amount("amount");
    e.expect(subject, "balance (money units)", pile.slot.balance, e.amount("balance"));
    e.touch(subject);
  }

  private cleared(e: EventReader): void {
    const frame = e.number("frame");
    const packed = e.words("fills");
    const kept = new Set<number>();
    for (const number of this.live) {
      const pile = this.piles.get(number)!;
      const { remainingWh, expiryFrame, suspended } = pile.slot;
      if (remainingWh === 0n) continue;
      if (expiryFrame < frame) {
        this.silent.expired++;
      } else if (suspended) {
        this.silent.suspendedLeft++;
        pile.slot = withoutOrder(this.parameters, pile.slot);
        e.touch(`pile ${number}`);
      } else if (frame < expiryFrame) {
        kept.add(number);
      }
    }
    this.loads.match(frame, packed);
    for (const number of this.fill(e, frame, packed)) kept.delete(number);
    const publication = this.ledger.publication(frame);
    this.matchingFund -= this.ledger.setAside(packed.map(decodeFill), publication).get(FUND) ?? 0n;
    this.ledger.match(frame, this.loads.last!.loadW, packed);
    this.live = kept;
    this.roundOpen = this.opening === frame;
    this.opening = undefined;
    this.expectTotals(e);
    e.touch(`frame ${frame}`, "market");
  }

  private executed(e: EventReader): void {
    const frame = e.number("frame");
    const packed = e.words("fills");
    e.expect("market", "lastFrame", this.loads.last?.frame, frame);
    this.loads.execute(packed);
    this.fill(e, frame, packed);
    this.ledger.extend(frame, this.loads.last!.loadW, packed);
    const exported = this.ledger.setAside(packed.map(decodeFill), this.ledger.publication(frame)).get(GRID);
    this.gridBalance -= exported ?? 0n;
    this.roundOpen = false;
    this.expectTotals(e);
    e.touch(`frame ${frame}`, "market");
  }

  private expectTotals(e: EventReader): void {
    const { last, pflW } = this.loads;
    e.expect(`frame ${e.number("frame")}`, "loadW", last?.loadW, e.amount("loadW"));
    e.expect("market", "pflW", pflW, e.amount("pflW"));
  }

  /** Takes fills out of the orders. @returns the piles whose orders are wholly filled */
  private fill(e: EventReader, frame: number, packed: readonly bigint[]): number[] {
    const fills = packed.map(decodeFill);
    const setAside = this.ledger.setAside(fills, this.ledger.publication(frame));
    const energyWh = new Map<number, bigint>();
    for (const fill of fills) {
      const kind = fill.sell === GRID ? "fromGridWh" : fill.buy === GRID ? "toGridWh" : "tradedWh";
      this.energy[kind] += fill.energyWh;
      for (const pile of [fill.sell, fill.buy]) energyWh.set(pile, (energyWh.get(pile) ?? 0n) + fill.energyWh);
    }
    energyWh.delete(GRID);
    return [...energyWh].flatMap(([number, filledWh]) => {
      const subject = `pile ${number}`;
      const pile = this.piles.get(number);
      const enough = pile !== undefined && pile.slot.remainingWh >= filledWh;
      if (!enough) e.contradict(subject, "remainingWh", pile?.slot.remainingWh, `${filledWh} filled in frame ${frame}`);
      const margin = this.ledger.margin(pile.ratedW, this.ledger.publication(frame));
      pile.slot = withFill(this.parameters, pile.slot, filledWh, (setAside.get(number) ?? 0n) + margin);
      e.touch(subject);
      return pile.slot.remainingWh === 0n ? [number] : [];
    });
  }

  private settled(e: EventReader): void {
    const frame = e.number("frame");
    const postings = e.words("postings").map(decodePosting);
    const part = this.ledger.settle(frame, new Set(postings.map(({ pile }) => pile)), BigInt(e.text("rest")));
    if (part === undefined) return e.contradict(`frame ${frame}`, "fills that await settlement", "others", "settled");
    const readings = this.meters.readings.get(frame);
    if (!this.ledger.open.has(frame)) this.meters.readings.delete(frame);
    let grid = this.gridBalance + this.ledger.setAsideBy(part, (pile) => this.piles.get(pile)!.ratedW);
    for (const posting of postings) {
      const { pile: number, money, agreedWh, creditedWh, consumedWh, producedWh, silent } = posting;
      const subject = `pile ${number}`;
      const pile = this.piles.get(number);
      if (pile === undefined) return e.contradict(subject, "registered", false, true);
      const reading = readings?.get(number);
      if (reading !== undefined) {
        e.expect(subject, `consumedWh in frame ${frame}`, reading.consumedWh, consumedWh);
        e.expect(subject, `producedWh in frame ${frame}`, reading.producedWh, producedWh);
        e.expect(subject, `silent in frame ${frame}`, false, silent);
      }
      const balance = pile.slot.balance + money;
      const next = balance < MAX_BALANCE ? balance : MAX_BALANCE;
      grid -= next - pile.slot.balance;
      pile.slot = { ...pile.slot, balance: next };
      pile.slot = withDelivery(pile.slot, agreedWh, creditedWh);
      e.touch(subject);
    }
    this.gridBalance = grid;
    e.expect("market", "gridBalance (money units)", grid, e.amount("gridBalance"));
    e.touch(`frame ${frame}`, "market");
  }

  private meterChanged(e: EventReader, change: Parameters<MeterBook["change"]>[1]): void {
    const subject = `meter of pile ${e.number("pile")}`;
    if (!this.meters.change(e.number("pile"), change)) e.contradict(subject, "registered", false, true);
    e.touch(subject);
  }

  private change(e: EventReader, change: (slot: PileState) => PileState): void {
    const pile = this.pile(e);
    pile.slot = change(pile.slot);
    e.touch(`pile ${e.number("pile")}`);
  }

  private withoutDead(slot: PileState, e: EventReader): PileState {
    return withoutDeadOrder(this.parameters, slot, this.standing, e.time());
  }

  private pile(e: EventReader): RebuiltPile {
    const number = e.number("pile");
    return this.piles.get(number) ?? e.contradict(`pile ${number}`, "registered", false, true);
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set<string>()).add(value));
}
