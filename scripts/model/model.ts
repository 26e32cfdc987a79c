import { Accounts, type Pile, type PileOptions } from "./accounts";
import type { FlexibleOrder, FrozenBook } from "./benefit/frozenBook";
import { expectedLoadsW, exportBudgetTicks, horizonOf } from "./benefit/frozenBook";
import type { Plan } from "./benefit/plan";
import { type OpenRound, Round } from "./benefit/round";
import type { Score } from "./benefit/score";
import type { Credit } from "./credit";
import type { PileAttributes } from "./creditRanking";
import { NO_TARIFFS, partiesOf } from "./delivery";
import { fluctuationW, powerAwayFromZeroW, reachWh, type RecordedLoad } from "./load";
import { decideFrame } from "./frameDecision";
import { MAX_UINT24 } from "./limits";
import { marginFor, marginToTakePart } from "./margin";
import { checkRequest, isForFrame, isLive, makeOrder } from "./orders";
import { checkParameters, hasMeters } from "./parameters";
import { groupsOf, partOf } from "./parts";
import { checkPublication, PublicationMemory } from "./publication";
import { asBookEntry, type BookEntry, type Placed, type Ranked, rankSide } from "./ranking";
import { MarketRefusal } from "./refusal";
import { settleDelivery } from "./settle";
import { beginsAt, frameAt, openWindow, windowOpensAt } from "./time";
import type { FrameSettlement, Reading } from "../core/settlement";
import type {
  FrameOutcome,
  GridFill,
  MarketParameters,
  Order,
  OrderRequest,
  Publication,
  Side,
  Trade,
} from "../core/types";

export { type BookEntry } from "./ranking";
export { MarketRefusal, type RefusalCode, type RefusalDetails } from "./refusal";

/** The two sides of one frame's book, each in priority order. */
export interface Book {
  bids: BookEntry[];
  asks: BookEntry[];
}

/**
 * The reference model of a feeder's market: SPEC 1 to 4, and the delivery, money and credit of SPEC 5 and 6.
 *
 * It has no clock: every method that depends on time is told it, s, and it never runs backwards. A call
 * that the contract would refuse throws {@link MarketRefusal} and changes nothing; wrong use of the model
 * is a `RangeError`. Energy in Wh, power in W, prices in money units per kWh, amounts in money units.
 *
 * Invariant: free + locked + in delivery + grid balance + matching fund + withdrawn = deposited, at every
 * moment. No pile ever owes more than it has set aside.
 */
export class MarketModel {
  readonly parameters: Readonly<MarketParameters>;

  private readonly accounts: Accounts;
  private readonly publications = new PublicationMemory();
  private lastCleared: RecordedLoad | undefined;
  /** The last round that a match opened, until it is finalised. */
  private round: { phases: Round; outcome: FrameOutcome } | undefined;
  private fluctuationW = 0n;
  private nextSequence = 0n;
  private latestSeconds = 0;

  /** @throws RangeError if the parameters describe no market. */
  constructor(parameters: MarketParameters) {
    checkParameters(parameters);
    this.parameters = { ...parameters };
    this.accounts = new Accounts(this.parameters);
  }

  // ---- Piles and their money -----------------------------------------------------------------------------------

  /**
   * Admits a pile. SPEC 2, [T Fig. 4.2].
   *
   * @param ratedW Rated power, W.
   * @param options.balance Deposited along with it, money units; 0 by default.
   * @throws MarketRefusal AlreadyRegistered.
   */
  registerPile(id: string, ratedW: bigint, options: PileOptions & { balance?: bigint } = {}): void {
    const { balance = 0n, ...registration } = options;
    this.accounts.deposit(this.accounts.register(id, ratedW, registration), balance);
  }

  /**
   * Adds money to a pile's free balance.
   *
   * @param nowSeconds Decides whether an order has expired and its lock is free; the latest time told by default.
   * @throws MarketRefusal NotRegistered.
   */
  deposit(id: string, amount: bigint, nowSeconds: number = this.latestSeconds): void {
    this.advanceTo(nowSeconds);
    const pile = this.accounts.pile(id);
    if (this.liveOrder(pile, nowSeconds) === undefined) this.accounts.drop(pile);
    this.accounts.deposit(pile, amount);
  }

  /**
   * Takes money out of a pile's free balance; while its order is behind the gate, all but what it needs to take part, and
   * once the frame is cleared all but its margin. SPEC 2.
   *
   * @param nowSeconds Decides whether an order has expired and its lock is free; the latest time told by default.
   * @throws MarketRefusal NotRegistered, InsufficientBalance; checked in this order.
   */
  withdraw(id: string, amount: bigint, nowSeconds: number = this.latestSeconds): void {
    this.advanceTo(nowSeconds);
    const pile = this.accounts.pile(id);
    if (this.liveOrder(pile, nowSeconds) === undefined) this.accounts.drop(pile);
    this.accounts.withdraw(pile, amount, this.keptFor(pile, nowSeconds));
  }

  /**
   * Suspends or readmits a pile. A live order stays until the next clearing takes it out; it may be cancelled. SPEC 2.
   *
   * @throws MarketRefusal NotRegistered.
   */
  setSuspended(id: string, suspended: boolean): void {
    this.accounts.pile(id).suspended = suspended;
  }

  /**
   * Sets a pile's weather factor a [D (12)], for the frames from `leadFrames` after the first whose window is still to
   * open. SPEC 6.
   *
   * @param bps 1/10 000, 0 to 2 999.
   * @throws MarketRefusal NotRegistered; FramesUnsettled while another change is on record and a frame before its first
   * is not settled, or can still be cleared.
   */
  setWeather(id: string, bps: bigint, nowSeconds: number): void {
    this.advanceTo(nowSeconds);
    const { auctionSeconds, leadFrames } = this.parameters;
    const openFrame = frameAt(this.parameters, nowSeconds + auctionSeconds) + 1;
    this.accounts.setWeather(this.accounts.pile(id), openFrame + leadFrames, bps, (before) => {
      return nowSeconds >= beginsAt(this.parameters, before - 1) && this.accounts.isSettledBefore(before);
    });
  }

  /** Sets attributes by which a pile's orders rank in a market that ranks by credit. @throws MarketRefusal NotRegistered. */
  setAttributes(id: string, attributes: Partial<PileAttributes>): void {
    this.accounts.setAttributes(this.accounts.pile(id), attributes);
  }

  /** Adds money to the grid operator's account, out of which export fills and surplus are paid. SPEC 5. */
  depositGrid(amount: bigint): void {
    this.accounts.depositGrid(amount);
  }

  /**
   * Takes money out of the grid operator's account that nobody has a claim to. SPEC 5.
   *
   * @param nowSeconds The latest time told by default.
   * @throws MarketRefusal InsufficientBalance, RoundOpen; checked in this order.
   */
  withdrawGrid(amount: bigint, nowSeconds: number = this.latestSeconds): void {
    this.advanceTo(nowSeconds);
    this.accounts.operator.requireUnclaimed(amount);
    this.requireNoRound(nowSeconds);
    this.accounts.withdrawGrid(amount);
  }

  /**
   * Moves unclaimed money of the grid operator's account to the matching fund, out of which sellers may get
   * more than buyers pay, or back. SPEC 3.
   *
   * @param amount The fund from now on, money units.
   * @param nowSeconds The latest time told by default.
   * @throws MarketRefusal InsufficientBalance where the account has less, RoundOpen; checked in this order.
   */
  setMatchingFund(amount: bigint, nowSeconds: number = this.latestSeconds): void {
    this.advanceTo(nowSeconds);
    if (amount > this.matchingFund) {
      this.accounts.operator.requireUnclaimed(amount - this.matchingFund);
    }
    this.requireNoRound(nowSeconds);
    this.accounts.operator.setFund(amount);
  }

  /**
   * Pays whoever holds a claim to the grid operator's account, as far as the account lasts. SPEC 5.
   *
   * @param id A pile, or a keeper.
   * @param nowSeconds The latest time told by default.
   * @returns The payment, money units; the rest stays claimed.
   * @throws MarketRefusal NothingClaimed where nothing is claimed or the account is empty, RoundOpen; checked in this
   * order.
   */
  collectClaim(id: string, nowSeconds: number = this.latestSeconds): bigint {
    this.advanceTo(nowSeconds);
    if (this.claim(id) === 0n || this.gridBalance === 0n) throw new MarketRefusal("NothingClaimed", { holder: id });
    this.requireNoRound(nowSeconds);
    return this.accounts.collectClaim(id);
  }

  // ---- What the grid operator publishes ------------------------------------------------------------------------

  /**
   * Publishes base load and tariffs of one frame: once, `leadFrames` before its window opens. SPEC 1.
   *
   * @throws MarketRefusal FrameAlreadyPublished, PublishedTooLate, TariffOffTick, WheelingAboveCap, ImportAboveCap,
   * ExportAboveImport, TariffOutOfRange, PublishedTooEarly; checked in this order.
   */
  publish(frame: number, publication: Publication, nowSeconds: number): void {
    this.advanceTo(nowSeconds);
    checkPublication(this.parameters, this.publications, frame, publication, nowSeconds);
    this.publications.remember(frame, publication);
  }

  // ---- Orders --------------------------------------------------------------------------------------------------

  /**
   * Places a pile's one live order. SPEC 2.
   *
   * @throws MarketRefusal NotRegistered, PileSuspended, CreditTooLow, PriceOutOfRange, PriceOffTick, EnergyBelowMinimum,
   * EnergyAboveMaximum, ExpiryOutOfRange, LiveOrderExists, InsufficientBalance; checked in this order.
   */
  place(id: string, request: OrderRequest, nowSeconds: number): void {
    this.advanceTo(nowSeconds);
    const pile = this.accounts.pile(id);
    this.checkAdmitted(pile);
    checkRequest(this.parameters, request, nowSeconds);
    if (this.liveOrder(pile, nowSeconds) !== undefined) throw new MarketRefusal("LiveOrderExists", { pile: id });
    this.enter(pile, request, nowSeconds);
  }

  /**
   * Cancels a pile's live order, at the price of {@link cancel}, and places another in one step; the new one waits anew.
   * Refused, it leaves the old one as it was. SPEC 2.
   *
   * @throws MarketRefusal NotRegistered, NoLiveOrder, GateClosed, then as {@link place} without LiveOrderExists, the old
   * order's lock counted as free but for what cancelling costs.
   */
  replace(id: string, request: OrderRequest, nowSeconds: number): void {
    this.advanceTo(nowSeconds);
    const pile = this.accounts.pile(id);
    this.checkRemovable(pile, nowSeconds);
    this.checkAdmitted(pile);
    checkRequest(this.parameters, request, nowSeconds);
    this.enter(pile, request, nowSeconds, this.accounts.cancelFee(pile, this.lastCleared?.frame));
  }

  /**
   * Cancels a pile's live order and frees what it locked, but for what an order that plans reckon with costs; a suspended
   * pile may, too. SPEC 2.
   *
   * @throws MarketRefusal NotRegistered, NoLiveOrder, GateClosed; checked in this order.
   */
  cancel(id: string, nowSeconds: number): void {
    this.advanceTo(nowSeconds);
    const pile = this.accounts.pile(id);
    this.checkRemovable(pile, nowSeconds);
    this.accounts.drop(pile, this.accounts.cancelFee(pile, this.lastCleared?.frame));
  }

  // ---- Clearing and settlement ---------------------------------------------------------------------------------

  /**
   * Clears a frame in its window, once: ranks, matches, fills from the grid, records the load. SPEC 3,
   * [T Tables 4-A, 4-B]. In a benefit market it fills normal bids only and opens a round over the rest, where there is
   * a rest and the time for it. SPEC 4.
   *
   * @param keeper Who clears; has a claim of the market's reward where there are fills or a round. SPEC 5.
   * @returns The decision so far: a round adds to it.
   * @throws MarketRefusal FrameWindowNotOpen, FrameWindowClosed, FrameAlreadyCleared; checked in this order.
   */
  clear(frame: number, nowSeconds: number, keeper?: string): FrameOutcome {
    this.advanceTo(nowSeconds);
    const opensAt = windowOpensAt(this.parameters, frame);
    const endsAt = beginsAt(this.parameters, frame);
    if (nowSeconds < opensAt) throw new MarketRefusal("FrameWindowNotOpen", { frame, nowSeconds, opensAt });
    if (nowSeconds >= endsAt) throw new MarketRefusal("FrameWindowClosed", { frame, nowSeconds, endsAt });
    if (this.lastCleared?.frame === frame) throw new MarketRefusal("FrameAlreadyCleared", { frame });

    const publication = this.publications.recall(frame);
    const placed = [...this.placed(frame, "charge"), ...this.placed(frame, "discharge")];
    const { trades, grid, leftWh, flexible, opensRound } = decideFrame(
      this.parameters,
      frame,
      placed,
      publication,
      nowSeconds,
      this.matchingFund,
    );
    const previousLoadW = this.previousLoadW(frame);
    this.accounts.deliver(frame, trades, grid, publication ?? NO_TARIFFS);
    const outcome = this.record(frame, trades, grid);
    if (opensRound) {
      const orders = flexible.map((entry) => freeze(entry, leftWh.get(entry)!));
      const book = this.frozenBook(frame, orders, previousLoadW, drawnWh(grid));
      this.round = { phases: new Round(this.parameters, book, nowSeconds), outcome };
    }
    if (opensRound || trades.length + grid.length > 0) this.rewardKeeper(keeper);
    // Orders in their last frame are what a round is about, too: they live until it is finalised or the frame begins.
    this.sweep(opensRound ? frame - 1 : frame, ({ suspended }) => suspended);
    return { ...outcome };
  }

  /**
   * A proposer reveals a plan in a round's reveal phase. SPEC 4.
   *
   * @param proposer Its credit is that of the pile with this id, the market's initial credit without one. SPEC 6.
   * @returns The plan's score.
   * @throws MarketRefusal NoOpenRound, ProposerCreditTooLow, RevealNotOpen, WrongHorizon, PlanNotAllottable,
   * PlanOverCapacity, PlanExportsUnfunded; checked in this order, the last three frame by frame.
   */
  propose(frame: number, proposer: string, plan: Plan, nowSeconds: number): Score {
    this.advanceTo(nowSeconds);
    const { phases } = this.roundOf(frame, nowSeconds);
    const { minCredit } = this.parameters;
    const credit = this.accounts.creditOf(proposer);
    if (credit < minCredit) throw new MarketRefusal("ProposerCreditTooLow", { proposer, credit, minCredit });
    return phases.reveal({ proposer, plan }, nowSeconds);
  }

  /**
   * Finalises a round: executes the winning plan's first frame, or the fallback's, as it was scored. The
   * export budget makes sure that the grid operator's account can pay. SPEC 4.
   *
   * @param keeper Who finalises; has a claim of the market's reward. SPEC 5.
   * @returns The frame's outcome, its match included.
   * @throws MarketRefusal NoOpenRound, RoundNotOver, NotTheWinningPlan, OnlyTheFallback.
   */
  executePlan(frame: number, plan: Plan | "fallback", nowSeconds: number, keeper?: string): FrameOutcome {
    this.advanceTo(nowSeconds);
    const { phases, outcome } = this.roundOf(frame, nowSeconds);
    const allotted = phases.execute(plan, nowSeconds);
    const tariffs = phases.book.publications[0]!;
    const { importPricePerKwh, exportPricePerKwh } = tariffs;
    const fills = allotted.map(({ order: { pile, side }, energyWh }): GridFill => {
      return { pile, side, price: side === "charge" ? importPricePerKwh : exportPricePerKwh, energyWh };
    });
    this.accounts.deliver(frame, [], fills, tariffs);
    this.unrecord(phases.book, outcome);
    const whole = this.record(frame, outcome.trades, [...outcome.grid, ...fills]);
    this.round = undefined;
    this.sweep(frame, () => false);
    this.rewardKeeper(keeper);
    return whole;
  }

  /**
   * Settles a frame by what was metered: money by SPEC 5, credit by SPEC 6. Before silence counts, only those of its
   * groups whose readings are all in: it may take several parts. In a market without meters everything counts as
   * delivered as agreed.
   *
   * @param readings By pile; those of piles without fills that are still to be settled are not looked at. A pile with
   * fills and without a reading keeps its group open for `readingSeconds` after the frame's end and then counts as
   * silent.
   * @param keeper Who settles; has a claim of the market's reward for the last part. SPEC 5.
   * @throws MarketRefusal FrameNotOver; NothingToSettle if the frame was not cleared, moved nothing or is settled;
   * ReadingAboveReach; ReadingsAwaited if no group can be settled; checked in this order.
   */
  settle(
    frame: number,
    nowSeconds: number,
    readings: ReadonlyMap<string, Reading> = new Map(),
    keeper?: string,
  ): FrameSettlement {
    this.advanceTo(nowSeconds);
    const overAt = beginsAt(this.parameters, frame + 1);
    if (nowSeconds < overAt) throw new MarketRefusal("FrameNotOver", { frame, nowSeconds, overAt });
    const delivery = this.accounts.delivery(frame);
    const parties = [...partiesOf(delivery).keys()];
    if (hasMeters(this.parameters)) for (const id of parties) this.checkReading(id, readings.get(id));
    const until = overAt + this.parameters.readingSeconds;
    const awaited = (id: string) => nowSeconds < until && !readings.has(id);
    const ready = new Set(groupsOf(delivery).flatMap((group) => (group.some(awaited) ? [] : group)));
    if (ready.size === 0) {
      throw new MarketRefusal("ReadingsAwaited", { frame, pile: parties.find(awaited)!, nowSeconds, until });
    }
    const part = partOf(delivery, ready);
    const available = this.available(nowSeconds);
    const settled = settleDelivery(this.parameters, this.accounts, frame, part, readings, available);
    const rest = partOf(delivery, new Set(parties.filter((id) => !ready.has(id))));
    const complete = this.accounts.keep(frame, rest);
    if (complete) this.rewardKeeper(keeper);
    return { ...settled, complete };
  }

  // ---- What can be seen ----------------------------------------------------------------------------------------

  /** A copy of a pile's live order, or undefined. @throws MarketRefusal NotRegistered. */
  order(id: string, nowSeconds: number): Order | undefined {
    const order = this.liveOrder(this.accounts.pile(id), nowSeconds);
    return order === undefined ? undefined : { ...order };
  }

  /** Money that a pile can lock or withdraw, money units. @throws MarketRefusal NotRegistered. */
  freeBalance(id: string, nowSeconds: number): bigint {
    const pile = this.accounts.pile(id);
    // An expired order's lock is free although nobody has come to say so.
    return this.liveOrder(pile, nowSeconds) === undefined ? pile.free + this.accounts.lockedBy(pile) : pile.free;
  }

  /**
   * Lock of a pile's live order, money units.
   *
   * @param nowSeconds The latest time told by default.
   * @throws MarketRefusal NotRegistered.
   */
  lockedBalance(id: string, nowSeconds: number = this.latestSeconds): bigint {
    const pile = this.accounts.pile(id);
    return this.liveOrder(pile, nowSeconds) === undefined ? 0n : this.accounts.lockedBy(pile);
  }

  /** Free and locked, money units. @throws MarketRefusal NotRegistered. */
  totalBalance(id: string): bigint {
    const pile = this.accounts.pile(id);
    return pile.free + this.accounts.lockedBy(pile);
  }

  /**
   * M(t): what a pile sets aside beside its fills in a frame, money units; 0 in a frame that is not published and in a
   * market without meters. In a benefit market its order takes part only with twice as much free. SPEC 2.
   *
   * @throws MarketRefusal NotRegistered.
   */
  margin(id: string, frame: number): bigint {
    return marginFor(this.parameters, this.accounts.pile(id).ratedW, this.publications.recall(frame));
  }

  /** A pile's credit and the energy that it rests on. @throws MarketRefusal NotRegistered. */
  credit(id: string): Credit {
    return { ...this.accounts.pile(id).credit };
  }

  /** The piles, in order of registration. */
  get pileIds(): string[] {
    return this.accounts.all().map(({ id }) => id);
  }

  /** Set aside for frames not settled yet: payments, wheeling, bonds, margins and export fills, money units. */
  get inDelivery(): bigint {
    return this.accounts.inDelivery;
  }

  /** The grid operator's account: what it deposited and earned and did not pay or withdraw, money units. */
  get gridBalance(): bigint {
    return this.accounts.operator.balance;
  }

  /** Matching fund, out of which sellers get more than buyers pay, money units. SPEC 3. */
  get matchingFund(): bigint {
    return this.accounts.operator.fund;
  }

  /** Claim of a pile or a keeper on the grid operator's account, money units. SPEC 5. */
  claim(id: string): bigint {
    return this.accounts.operator.claimOf(id);
  }

  /** All claims together, money units: they may be more than the account holds. */
  get claims(): bigint {
    return this.accounts.operator.claimed;
  }

  /**
   * Part of the grid operator's account neither claimed nor kept for a round that can still be executed, money units.
   *
   * @param nowSeconds The latest time told by default.
   */
  available(nowSeconds: number = this.latestSeconds): bigint {
    return this.openRound(nowSeconds) === undefined ? this.accounts.operator.unclaimed : 0n;
  }

  /** All that was ever deposited, money units. */
  get deposited(): bigint {
    return this.accounts.deposited;
  }

  /** All that was ever withdrawn, money units. */
  get withdrawn(): bigint {
    return this.accounts.withdrawn;
  }

  /** PFL: the sum of the absolute steps of P_total so far, W [T 4.4]. */
  get pflW(): bigint {
    return this.fluctuationW;
  }

  /** The frame cleared last, and its recorded P_total(t), W; undefined before the first clearing. */
  get recordedLoad(): RecordedLoad | undefined {
    return this.lastCleared === undefined ? undefined : { ...this.lastCleared };
  }

  /**
   * The round that can still be finalised, with what it is about.
   *
   * @param nowSeconds The latest time told by default.
   */
  openRound(nowSeconds: number = this.latestSeconds): OpenRound | undefined {
    const phases = this.round?.phases;
    if (phases === undefined || nowSeconds >= beginsAt(this.parameters, phases.book.frame)) return undefined;
    return phases.view();
  }

  /**
   * The book of a frame as its clearing would see it now, each side in priority order [T 4.14]. Orders of piles that are
   * suspended or have not the margin are not in it; a frame already cleared shows what is left.
   */
  book(frame: number): Book {
    return {
      bids: this.ranked(frame, "charge").map(asBookEntry),
      asks: this.ranked(frame, "discharge").map(asBookEntry),
    };
  }

  // ---- Inside --------------------------------------------------------------------------------------------------

  private advanceTo(nowSeconds: number): void {
    if (!Number.isSafeInteger(nowSeconds) || nowSeconds < this.latestSeconds) {
      throw new RangeError(`time must be whole seconds and cannot run back from ${this.latestSeconds}: ${nowSeconds}`);
    }
    this.latestSeconds = nowSeconds;
  }

  private liveOrder(pile: Pile, nowSeconds: number): Order | undefined {
    return pile.order !== undefined && isLive(this.parameters, pile.order, nowSeconds) ? pile.order : undefined;
  }

  private checkAdmitted(pile: Pile): void {
    if (pile.suspended) throw new MarketRefusal("PileSuspended", { pile: pile.id });
    const { minCredit } = this.parameters;
    const { hundredths } = pile.credit;
    if (hundredths < minCredit)
      throw new MarketRefusal("CreditTooLow", { pile: pile.id, credit: hundredths, minCredit });
  }

  /** Gate closure: while a window is open and its frame not cleared and finalised, what takes part stays. SPEC 2, 4. */
  private checkRemovable(pile: Pile, nowSeconds: number): void {
    if (this.liveOrder(pile, nowSeconds) === undefined) throw new MarketRefusal("NoLiveOrder", { pile: pile.id });
    const frame = this.gatedFrame(pile, nowSeconds);
    if (frame !== undefined) throw new MarketRefusal("GateClosed", { pile: pile.id, frame });
  }

  /** The frame behind whose gate a pile's live order is, if it is behind one. SPEC 2, 4. */
  private gatedFrame(pile: Pile, nowSeconds: number): number | undefined {
    const order = this.liveOrder(pile, nowSeconds);
    const frame = openWindow(this.parameters, nowSeconds);
    if (order === undefined || frame === undefined || !isForFrame(order, frame)) return undefined;
    const decided = this.lastCleared?.frame === frame && this.openRound(nowSeconds) === undefined;
    return decided ? undefined : frame;
  }

  /**
   * Money that a pile keeps free while its order is behind a gate, or would pay for leaving, money units.
   * SPEC 2.
   */
  private keptFor(pile: Pile, nowSeconds: number): bigint {
    const { settlement, importCapPerKwh, wheelingCapPerKwh, tickSize } = this.parameters;
    const frame = this.gatedFrame(pile, nowSeconds);
    if (frame === undefined) {
      if (this.liveOrder(pile, nowSeconds) === undefined) return 0n;
      if (!this.accounts.leavingCosts(pile, this.lastCleared?.frame)) return 0n;
      const highest = (cap: bigint): bigint => (cap / tickSize < MAX_UINT24 ? cap / tickSize : MAX_UINT24) * tickSize;
      const tariffs = {
        importPricePerKwh: highest(importCapPerKwh),
        exportPricePerKwh: 0n,
        wheelingPricePerKwh: highest(wheelingCapPerKwh),
      };
      return marginToTakePart(settlement, marginFor(this.parameters, pile.ratedW, tariffs));
    }
    const margin = this.margin(pile.id, frame);
    // Once the frame is cleared, its round takes one margin more at most.
    return this.lastCleared?.frame === frame ? margin : marginToTakePart(settlement, margin);
  }

  /** A refused order uses up no sequence number. @throws MarketRefusal InsufficientBalance. */
  private enter(pile: Pile, request: OrderRequest, nowSeconds: number, fee = 0n): void {
    this.accounts.enter(pile, makeOrder(this.parameters, pile.ratedW, request, nowSeconds, this.nextSequence), fee);
    this.nextSequence += 1n;
  }

  /** @throws MarketRefusal ReadingAboveReach. */
  private checkReading(id: string, reading: Reading | undefined): void {
    if (reading === undefined) return;
    const { consumedWh, producedWh } = reading;
    if (consumedWh < 0n || producedWh < 0n) throw new RangeError("a reading cannot be negative");
    const reach = reachWh(this.parameters, this.accounts.pile(id).ratedW);
    if (consumedWh > reach || producedWh > reach) {
      throw new MarketRefusal("ReadingAboveReach", { pile: id, consumedWh, producedWh, reachWh: reach });
    }
  }

  private rewardKeeper(keeper: string | undefined): void {
    if (keeper !== undefined) this.accounts.operator.addClaim(keeper, this.parameters.keeperReward);
  }

  /** @throws MarketRefusal RoundOpen. */
  private requireNoRound(nowSeconds: number): void {
    const frame = this.openRound(nowSeconds)?.frame;
    if (frame !== undefined) throw new MarketRefusal("RoundOpen", { frame });
  }

  /** One side of what takes part in a frame, in priority order. SPEC 3. */
  private ranked(frame: number, side: Side): Ranked[] {
    return rankSide(this.parameters, frame, this.placed(frame, side));
  }

  /** One side of what takes part in a frame: orders whose piles have the margin. SPEC 2, 3. */
  private placed(frame: number, side: Side): Placed[] {
    const { settlement } = this.parameters;
    return this.accounts.all().flatMap(({ id, suspended, order, free, credit, attributes }) => {
      if (suspended || order?.side !== side || !isForFrame(order, frame)) return [];
      if (free < marginToTakePart(settlement, this.margin(id, frame))) return [];
      return [{ pile: id, order, standing: { creditHundredths: credit.hundredths, attributes } }];
    });
  }

  /** Takes filled orders out of the book, those with no frame after `frame`, and those of piles that are `out`. SPEC 3.5. */
  private sweep(frame: number, out: (pile: Pile) => boolean): void {
    for (const pile of this.accounts.all()) {
      if (pile.order === undefined) continue;
      const { remainingWh, expiryFrame } = pile.order;
      if (out(pile) || remainingWh === 0n || expiryFrame <= frame) this.accounts.drop(pile);
    }
  }

  // ---- Load and rounds -----------------------------------------------------------------------------------------

  /** Records what a frame moved: its load and the steps that it ends. SPEC 3.6, 4. */
  private record(frame: number, trades: Trade[], grid: GridFill[]): FrameOutcome {
    const publication = this.publications.recall(frame);
    // A trade between two piles of the feeder adds nothing to its load; only grid fills do.
    const loadW =
      (publication?.baseLoadW ?? 0n) + powerAwayFromZeroW(this.parameters, drawnWh(grid), dischargedWh(grid));
    const cleared = { frame, loadW, known: publication !== undefined };
    this.fluctuationW += fluctuationW(this.publications, cleared, this.lastCleared);
    this.lastCleared = cleared;
    return { frame, trades, grid, loadW, pflW: this.fluctuationW };
  }

  /** Takes back the load of a match, and the step into it, that a round replaces. */
  private unrecord({ frame, previousLoadW }: FrozenBook, { loadW }: FrameOutcome): void {
    if (previousLoadW === undefined) this.lastCleared = { frame: frame - 1, loadW: 0n, known: false };
    else {
      this.fluctuationW -= loadW > previousLoadW ? loadW - previousLoadW : previousLoadW - loadW;
      this.lastCleared = { frame: frame - 1, loadW: previousLoadW, known: true };
    }
  }

  /** P(t-1): recorded, or the base load where nobody cleared it; undefined where that is unpublished. SPEC 4. */
  private previousLoadW(frame: number): bigint | undefined {
    const last = this.lastCleared;
    if (last?.frame === frame - 1) return last.known ? last.loadW : undefined;
    return this.publications.recall(frame - 1)?.baseLoadW;
  }

  private frozenBook(
    frame: number,
    flexible: readonly FlexibleOrder[],
    previousLoadW: bigint | undefined,
    matchedGridWh: bigint,
  ): FrozenBook {
    const { capacityW, lossAllowanceW, frameSeconds, maxWaitFrames, allotment, tickSize } = this.parameters;
    const { chargeEfficiencyBps, dischargeEfficiencyBps } = this.parameters;
    const horizon = horizonOf(this.parameters, frame, flexible);
    const publications = Array.from({ length: horizon }, (_, offset) => {
      const publication = this.publications.recall(frame + offset);
      return publication && { ...publication };
    });
    return {
      ...{ frame, horizon, publications, previousLoadW, matchedGridWh },
      expectedLoadsW: expectedLoadsW(publications),
      bids: flexible.filter(({ side }) => side === "charge"),
      asks: flexible.filter(({ side }) => side === "discharge"),
      exportBudgetTicks: exportBudgetTicks(this.parameters, this.accounts.operator.unclaimed),
      ...{ capacityW, lossAllowanceW, frameSeconds, maxWaitFrames, allotment, tickSize },
      ...{ chargeEfficiencyBps, dischargeEfficiencyBps },
    };
  }

  /** @throws MarketRefusal NoOpenRound. */
  private roundOf(frame: number, nowSeconds: number): { phases: Round; outcome: FrameOutcome } {
    const { round } = this;
    if (this.openRound(nowSeconds)?.frame !== frame || round === undefined) {
      throw new MarketRefusal("NoOpenRound", { frame });
    }
    return round;
  }
}

/** An order as a round freezes it. SPEC 4. */
function freeze({ pile, side, price, hiddenWh, waitedFrames, order }: Ranked, displayedWh: bigint): FlexibleOrder {
  const { peakWh, expiryFrame } = order;
  return { pile, side, price, remainingWh: hiddenWh + displayedWh, displayedWh, peakWh, expiryFrame, waitedFrames };
}

function energyOf(fills: readonly GridFill[], of: Side): bigint {
  return fills.reduce((sum, { side, energyWh }) => (side === of ? sum + energyWh : sum), 0n);
}

function drawnWh(grid: readonly GridFill[]): bigint {
  return energyOf(grid, "charge");
}

function dischargedWh(grid: readonly GridFill[]): bigint {
  return energyOf(grid, "discharge");
}
