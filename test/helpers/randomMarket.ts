import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { MarketModel } from "../../scripts/model/model";
import type { PileAttributes } from "../../scripts/model/creditRanking";
import type { Reading } from "../../scripts/core/settlement";
import type { OrderRequest, Publication, Side } from "../../scripts/core/types";
import type { Random } from "../../scripts/core/random";

/** A signed order of a pile, and the fault of the signature or the terms around it, if any. */
export interface SignedStep {
  action: "place" | "replace" | "cancel";
  pile: number;
  request: OrderRequest;
  /** Added to the pile's next nonce; 0 in good orders. */
  nonceOffset: number;
  /** Seconds by which the deadline lies ahead (negative: has passed). */
  deadlineOffset: number;
  /** `bits`: a bit that means nothing is set. `signature`: recovers no address. `stranger`: signed by no pile. */
  flaw?: "bits" | "signature" | "stranger";
}

/** One frame's figures as the grid operator publishes them. */
export interface FrameTariffs extends Publication {
  frame: number;
}

/** The next event; piles go by their numbers, from 1. Money in money units, except deposits. */
export type Action =
  | { do: "place" | "replace"; pile: number; request: OrderRequest }
  | { do: "cancel" | "suspend" | "readmit" | "skipNonce"; pile: number }
  | { do: "batch"; orders: SignedStep[] }
  | { do: "deposit"; pile: number; tokenAmount: bigint }
  | { do: "withdraw"; pile: number; amount: bigint }
  | { do: "withdrawGrid" | "depositGrid" | "setMatchingFund"; amount: bigint }
  | { do: "collectClaim"; holder: string }
  | { do: "register"; pile: number; ratedW: number; operator?: string }
  | { do: "weather"; pile: number; bps: bigint }
  | { do: "attributes"; pile: number; attributes: PileAttributes }
  | { do: "publish"; frames: FrameTariffs[] }
  | { do: "clear"; frame: number; lookFirst: boolean }
  | { do: "round"; frame: number; meanwhile: Action[]; lost: boolean }
  | { do: "submit"; frame: number; meter: Meter }
  | { do: "settle"; frame: number; wrongFills: boolean; meter?: Meter }
  | { do: "pause"; paused: boolean }
  | { do: "look" };

/** An action and when it happens, s. */
export type Step = Action & { at: number };

/** A pile's agreed energy in a frame. */
export interface Agreed {
  sells: boolean;
  energyWh: bigint;
  /** Energy that it can move, Wh. */
  reachWh: bigint;
}

/** A pile's reading of a frame; undefined where its meter is silent. */
export type Meter = (pile: number, agreed: Agreed) => Reading | undefined;

/** How piles of a market with meters keep to what they agreed. */
export interface MeterHabits {
  /** Probability that a pile's meter says nothing of a frame. */
  silent: number;
  /** Probability that it says something only when it is asked a second time; 0 by default. */
  late?: number;
  /** Probability that a pile moves something else than it agreed. */
  deviates: number;
  /** Most that the grid operator pays in at a time, money units. */
  operatorPaysIn: number;
  /** Probability that it takes all that it can out before a frame's settlements; 0 by default. */
  operatorEmpties?: number;
}

/** How the people of a random market behave. */
export interface Habits {
  /** Rated powers, W; pile i has the one at i modulo their number. */
  ratedW: readonly number[];
  /** Balances of the piles at the start, money units, in the same way. */
  balances: readonly bigint[];
  /** Around which all prices lie, ticks. */
  middleTicks: number;
  /** How far they lie from it, ticks. */
  spreadTicks: number;
  /** Base loads, W. */
  baseLoadW: readonly [number, number];
  /** How many orders a frame sees at most. */
  ordersPerFrame: number;
  /** How many of them are signed and come in one transaction. */
  signedShare: number;
  /** Frames that are skipped in a row, one gap after every {@link FRAMES_BEFORE_GAP} frames. */
  gaps: readonly number[];
  /** Piles that do anything at all; all of them if there are none here. */
  activePiles: readonly number[];
  /** In a market with meters. */
  meters?: MeterHabits;
}

/** Piles of three ratings, some of which can hardly pay. */
export const RICH_AND_POOR = {
  ratedW: [7_000, 3_000, 22_000],
  balances: [10n ** 10n, 10n ** 10n, 10n ** 10n, 400_000n, 150_000n],
  middleTicks: 200_000,
  spreadTicks: 60_000,
  baseLoadW: [10_000, 40_000],
  ordersPerFrame: 9,
  gaps: [],
  activePiles: [],
} satisfies Partial<Habits>;

/** Frames after which the next gap of {@link Habits.gaps} comes. */
const FRAMES_BEFORE_GAP = 40;
/** Most frames that a gap of {@link Habits.gaps} publishes ahead: the market must still remember the last clearing. */
const AHEAD_IN_GAP = 8;
/** Frames after which the market has given a frame's slot to another one. */
const RING = 128;
const MAX_TICKS = (1n << 24n) - 1n;
const MAX_SIGNED_PRICE = (1n << 40n) - 1n;

/**
 * Random days of a market, one frame after the other. Nothing depends on the contract, so that a seed is a scenario:
 * what is sensible (who has an order, who can pay) is read from the model.
 */
export class RandomMarket {
  private readonly unsettled: { frame: number; heldUntil: number; again?: boolean }[] = [];
  private frames = 0;
  private paused = false;
  private readonly suspended = new Set<number>();
  private publishedUpTo: number;
  private pileCount: number;
  /** When the phase began whose actions are being drawn, s. */
  private now = 0;
  /** By how much bids are higher and asks lower than the middle these days: sometimes all cross, sometimes none. */
  private eagernessTicks = 0n;
  /** Piles that had their turn in this frame; few have two. */
  private readonly busy = new Set<number>();

  constructor(
    private readonly random: Random,
    private readonly market: DeploymentParameters,
    private readonly habits: Habits,
    private readonly model: MarketModel,
    firstFrame: number,
    pileCount: number,
  ) {
    this.publishedUpTo = firstFrame;
    this.pileCount = pileCount;
  }

  /** Everything from the beginning of frame `frame` to its end, clearing the next one on the way. */
  *frame(frame: number): Generator<Step> {
    const { frameSeconds, auctionSeconds } = this.market;
    const begins = frame * frameSeconds;
    const opens = begins + frameSeconds - auctionSeconds;
    const { spreadTicks } = this.habits;
    if (this.random.chance(0.1)) {
      this.eagernessTicks = BigInt(this.random.pick([0, 0, Math.ceil(spreadTicks / 2), spreadTicks, -spreadTicks]));
    }
    this.busy.clear();
    this.frames++;
    // Settlements and publications come first.
    const settled = begins + Math.floor((opens - begins) / 2);
    this.now = begins;
    yield* this.spread([...this.publications(frame), ...this.settlements(frame)], begins, settled);
    this.now = settled;
    yield* this.spread(this.trading(), settled, opens);
    this.now = opens;
    yield* this.window(frame + 1, opens, begins + frameSeconds);
  }

  /** The frames to skip before going on; 0 almost always. Publishes what lies between. */
  *gap(frame: number): Generator<Step, number> {
    const length =
      this.frames % FRAMES_BEFORE_GAP === 0 ? this.habits.gaps[this.frames / FRAMES_BEFORE_GAP - 1] : undefined;
    if (length === undefined) return 0;
    const { frameSeconds } = this.market;
    for (let passed = 0; passed < length; passed += AHEAD_IN_GAP / 2) {
      const now = frame + passed;
      yield* this.spread(this.publications(now, AHEAD_IN_GAP), now * frameSeconds, (now + 1) * frameSeconds);
    }
    return length;
  }

  /** Settles whatever is left. */
  *end(frame: number): Generator<Step> {
    let at = (frame + this.readingFrames) * this.market.frameSeconds;
    for (const { frame: unsettled } of this.unsettled) yield { ...this.settlement(unsettled), at: at++ };
  }

  /** Frames for which a frame may wait for readings. */
  private get readingFrames(): number {
    return Math.ceil(this.market.readingSeconds / this.market.frameSeconds);
  }

  /** @param again whether it is not the first time that the meters are asked */
  private settlement(frame: number, again = true): Action {
    const step = { do: "settle", frame, wrongFills: false } as const;
    return this.habits.meters === undefined ? step : { ...step, meter: this.meter(frame, again) };
  }

  /** Readings of a frame, the same however often they are asked for once they are there. */
  private meter(frame: number, again: boolean): Meter {
    const { silent, late = 0, deviates } = this.habits.meters!;
    // Now and then the sun shines on all who sell.
    const sunny = this.random.stream(`weather ${frame}`).chance(0.2);
    return (pile, { sells, energyWh, reachWh }) => {
      const random = this.random.stream(`meter ${pile} ${frame}`);
      if (random.chance(silent) || (random.chance(late) && !again)) return undefined;
      const moved = (): bigint => {
        if (!random.chance(deviates)) return energyWh;
        if (random.chance(0.1)) return random.pick([0n, reachWh]);
        const movedWh = (energyWh * BigInt(random.integer(0, 2_500))) / 1_000n;
        return movedWh < reachWh ? movedWh : reachWh;
      };
      // Few who buy produce, too, and few who sell consume.
      const [own, other] = [sunny && sells ? reachWh : moved(), random.chance(0.1) ? moved() : 0n];
      const [consumedWh, producedWh] = sells ? [other, own] : [own, other];
      // A meter that lies, but only once.
      if (!again && random.chance(0.01)) return { consumedWh: reachWh + 1n, producedWh };
      return { consumedWh, producedWh };
    };
  }

  /** Actions at increasing times in `[from, until)`, the first and last seconds among them more often than not. */
  private *spread(actions: Iterable<Action>, from: number, until: number): Generator<Step> {
    const list = [...actions];
    const times = new Set<number>();
    if (list.length > 0 && this.random.chance(0.5)) times.add(from);
    if (list.length > times.size && this.random.chance(0.5)) times.add(until - 1);
    while (times.size < list.length) times.add(this.random.integer(from, until - 1));
    const sorted = [...times].sort((a, b) => a - b);
    for (const [i, action] of list.entries()) yield { ...action, at: sorted[i]! };
  }

  // ---- Before the window ---------------------------------------------------------------------------------------

  private *publications(frame: number, ahead = this.random.integer(2, 5)): Generator<Action> {
    // The first frame that may still be published.
    const first = frame + this.market.leadFrames + 2;
    const frames: FrameTariffs[] = [];
    for (let next = Math.max(this.publishedUpTo + 1, first); next < first + ahead; next++) {
      if (!this.random.chance(0.12)) frames.push(this.tariffs(next));
      this.publishedUpTo = next;
    }
    if (frames.length > 0) yield { do: "publish", frames };
    if (this.random.chance(0.15)) yield { do: "publish", frames: [this.badTariffs(frame)] };
  }

  private tariffs(frame: number): FrameTariffs {
    const { tickSize, wheelingCapPerKwh } = this.market;
    const { baseLoadW } = this.habits;
    const wheelingTicks = Number(wheelingCapPerKwh / tickSize);
    const [one, other] = [this.ticks() * tickSize, this.ticks() * tickSize];
    return {
      frame,
      baseLoadW: BigInt(this.random.integer(...baseLoadW)),
      importPricePerKwh: one > other ? one : other,
      exportPricePerKwh: one > other ? other : one,
      wheelingPricePerKwh:
        BigInt(this.random.pick([0, wheelingTicks, this.random.integer(0, wheelingTicks)])) * tickSize,
      ...this.expected(frame),
    };
  }

  /** A load that orders are expected to bring, in every other frame, from a stream of its own. */
  private expected(frame: number): Pick<Publication, "expectedLoad"> {
    const random = this.random.stream(`expected ${frame}`);
    if (random.chance(0.5)) return {};
    const loadW = BigInt(random.pick([-(2 ** 23), 2 ** 23 - 1, random.integer(-20_000, 60_000)]));
    return { expectedLoad: { loadW, lagFrames: Array.from({ length: 10 }, () => random.integer(0, 12)) } };
  }

  /** A publication with one thing wrong with it (or nothing, now and then). */
  private badTariffs(frame: number): FrameTariffs {
    const { tickSize, wheelingCapPerKwh, importCapPerKwh, leadFrames } = this.market;
    const good = this.tariffs(this.publishedUpTo + 1);
    const bad: FrameTariffs[] = [
      { ...good, frame: this.publishedUpTo },
      { ...good, frame: frame + leadFrames + this.random.integer(0, 1) },
      { ...good, frame: frame - 200 },
      { ...good, frame: frame + 97 + this.random.integer(0, 40) },
      { ...good, wheelingPricePerKwh: (wheelingCapPerKwh / tickSize + 1n) * tickSize },
      { ...good, importPricePerKwh: (MAX_TICKS + 1n) * tickSize },
      { ...good, importPricePerKwh: (importCapPerKwh / tickSize + 1n) * tickSize },
      { ...good, exportPricePerKwh: good.importPricePerKwh + tickSize },
    ];
    if (tickSize > 1n) {
      bad.push(
        { ...good, importPricePerKwh: good.importPricePerKwh + 1n },
        { ...good, exportPricePerKwh: good.exportPricePerKwh - 1n },
      );
    }
    const chosen = this.random.pick(bad);
    if (chosen.frame === good.frame && this.random.chance(0.1)) {
      this.publishedUpTo = good.frame;
      return good;
    }
    return chosen;
  }

  private *settlements(frame: number): Generator<Action> {
    const { meters } = this.habits;
    const unclaimed = this.model.gridBalance - this.model.claims;
    if (unclaimed > 0n && this.random.chance(meters?.operatorEmpties ?? 0)) {
      yield { do: "withdrawGrid", amount: unclaimed };
    }
    for (const entry of [...this.unsettled]) {
      if (entry.frame >= frame || entry.heldUntil > frame) continue;
      if (!entry.again && this.random.chance(0.05)) yield { do: "settle", frame: entry.frame, wrongFills: true };
      const again = entry.again !== undefined;
      if (this.habits.meters !== undefined && this.random.chance(0.3)) {
        yield { do: "submit", frame: entry.frame, meter: this.meter(entry.frame, again) };
      }
      yield this.settlement(entry.frame, again);
      this.unsettled.splice(this.unsettled.indexOf(entry), 1);
      // Some readings are late, and silence counts only after the deadline.
      if (this.readingFrames > 0 && entry.again !== true) {
        const soon = !again && this.readingFrames > 1;
        const heldUntil = soon ? frame + 1 : Math.max(frame, entry.frame + this.readingFrames) + 1;
        this.unsettled.push({ frame: entry.frame, heldUntil, again: !soon });
      }
      // It is settled once.
      if (this.random.chance(0.05)) yield this.settlement(entry.frame);
    }
    if (meters !== undefined && this.random.chance(0.2)) {
      yield { do: "depositGrid", amount: BigInt(this.random.integer(1, meters.operatorPaysIn)) };
    }
    if (this.random.chance(0.06)) {
      // One that is not over, or one from long ago.
      const ago = this.random.pick([-1, 0, 0, this.random.integer(1, 140)]);
      yield this.settlement(frame - ago);
    }
    if (this.random.chance(0.1) && this.model.gridBalance > 0n) {
      const amount = (this.model.gridBalance * BigInt(this.random.integer(1, 120))) / 100n;
      if (amount > 0n) yield { do: "withdrawGrid", amount };
    }
    if (this.model.parameters.matching === "vickrey" && this.random.chance(0.2)) {
      const most = this.model.gridBalance + this.model.matchingFund;
      yield { do: "setMatchingFund", amount: (most * BigInt(this.random.integer(0, 110))) / 100n };
    }
    if (this.random.chance(0.15)) yield { do: "collectClaim", holder: this.holder() };
  }

  /** Who has a claim, more often than not. */
  private holder(): string {
    const holders = ["keeper", ...this.model.pileIds].filter((id) => this.model.claim(id) > 0n);
    return holders.length > 0 && this.random.chance(0.9) ? this.random.pick(holders) : String(this.anyPile());
  }

  private *trading(): Generator<Action> {
    const orders = this.random.integer(0, this.habits.ordersPerFrame);
    const signed = Math.round(orders * this.habits.signedShare * this.random.uniform(0, 2));
    if (signed > 0) {
      yield { do: "batch", orders: Array.from({ length: signed }, () => this.signedOrder()) };
    }
    for (let i = signed; i < orders; i++) yield this.order();
    for (const pile of [...this.suspended]) {
      if (!this.random.chance(0.3)) continue;
      this.suspended.delete(pile);
      yield { do: "readmit", pile };
    }
    if (this.random.chance(0.3)) yield this.housekeeping();
    if (this.random.chance(0.05)) yield { do: "look" };
  }

  private housekeeping(): Action {
    const { unit } = this.market;
    const pile = this.anyPile();
    const amount = BigInt(this.random.integer(1, 50_000_000));
    if (this.paused || this.random.chance(0.02)) {
      this.paused = !this.paused;
      return { do: "pause", paused: this.paused };
    }
    if (this.habits.meters !== undefined && this.random.chance(0.15)) {
      return { do: "weather", pile, bps: BigInt(this.random.integer(0, 2_999)) };
    }
    switch (this.random.integer(0, 7)) {
      case 0:
        return { do: "suspend", pile: this.suspendAny() };
      case 1:
        return { do: "readmit", pile };
      case 2:
        return { do: "deposit", pile, tokenAmount: amount * unit + BigInt(this.random.integer(0, 9)) };
      case 3:
        return { do: "deposit", pile, tokenAmount: this.random.pick([0n, unit - 1n, unit]) };
      case 4:
        return { do: "withdraw", pile, amount };
      case 5: {
        // To the last unit, or one more.
        const free = this.model.freeBalance(String(pile), this.now);
        return { do: "withdraw", pile, amount: free + BigInt(this.random.integer(free > 0n ? 0 : 1, 1)) };
      }
      case 6:
        return { do: "skipNonce", pile };
      default: {
        // A known pile, one too many, one that moves nothing, or a new one.
        const ratedW = this.random.pick([...this.habits.ratedW, 1]);
        if (this.random.chance(0.5)) return { do: "register", pile, ratedW };
        const next = { do: "register", pile: this.pileCount + 1, ratedW } as const;
        if (ratedW > 1 && this.pileCount < this.market.pileCap) this.pileCount++;
        return next;
      }
    }
  }

  // ---- In the window -------------------------------------------------------------------------------------------

  private *window(frame: number, opens: number, ends: number): Generator<Step> {
    const before = Array.from({ length: this.random.pick([0, 0, 1, 3]) }, () => this.order());
    const after = Array.from({ length: this.random.pick([0, 0, 1, 2]) }, () => this.order());
    if (this.random.chance(0.05)) before.push({ do: "suspend", pile: this.suspendAny() });
    if (this.random.chance(0.05)) {
      before.push({ do: "batch", orders: Array.from({ length: 3 }, () => this.signedOrder()) });
    }
    if (this.habits.meters !== undefined && this.random.chance(0.3)) before.push(this.withdrawal(frame));
    const actions: Action[] = [...before];
    const lookFirst = this.random.chance(0.1);
    if (this.market.settlement === "benefit") {
      // A round needs the time that it has only after an early clearing.
      const { roundSeconds, finaliseSeconds } = this.market;
      const matched = ends - 2 * roundSeconds - finaliseSeconds;
      yield* this.spread(before, opens, matched - 1);
      yield { do: "clear", frame, lookFirst, at: matched };
      yield { do: "round", frame, at: matched, meanwhile: this.meanwhile(frame), lost: this.random.chance(0.1) };
      this.unsettled.push({ frame, heldUntil: frame + this.random.pick([1, 1, 1, 2, 7]) });
      yield* this.spread(after, ends - finaliseSeconds + 10, ends);
      return;
    }
    if (this.random.chance(0.93)) {
      actions.push({ do: "clear", frame, lookFirst });
      const late = this.random.chance(0.08);
      const heldUntil = frame + (late ? RING + this.random.integer(1, 9) : this.random.pick([1, 1, 1, 2, 7]));
      this.unsettled.push({ frame, heldUntil });
      if (this.random.chance(0.05)) actions.push({ do: "clear", frame, lookFirst: false });
    }
    if (this.random.chance(0.1)) {
      actions.push({ do: "clear", frame: frame + this.random.pick([-1, 1]), lookFirst: false });
    }
    actions.push(...after);
    yield* this.spread(actions, opens, ends);
  }

  /** Actions of people while a round can still be executed. */
  private meanwhile(frame: number): Action[] {
    const { model, random } = this;
    const actions: Action[] = [];
    if (random.chance(0.2) && model.gridBalance > 0n) actions.push({ do: "withdrawGrid", amount: 1n });
    if (random.chance(0.1)) actions.push({ do: "depositGrid", amount: BigInt(random.integer(1, 100_000)) });
    if (random.chance(0.1)) actions.push({ do: "collectClaim", holder: this.holder() });
    if (random.chance(0.3)) actions.push(this.withdrawal(frame));
    if (random.chance(0.2)) actions.push({ do: "cancel", pile: this.anyPile() });
    const held = this.unsettled.find((entry) => entry.again === false);
    if (held !== undefined && random.chance(0.5)) actions.push(this.settlement(held.frame));
    return actions;
  }

  /** All that a pile has free, or all but its margin, or one unit more. */
  private withdrawal(frame: number): Action {
    const pile = this.anyPile();
    const free = this.model.freeBalance(String(pile), this.now);
    const margin = this.model.margin(String(pile), frame);
    const kept = margin * BigInt(this.random.integer(0, 2));
    const amount = (free > kept ? free - kept : 0n) + BigInt(this.random.integer(0, 1));
    return { do: "withdraw", pile, amount: amount > 0n ? amount : 1n };
  }

  private suspendAny(): number {
    const pile = this.anyPile();
    this.suspended.add(pile);
    return pile;
  }

  // ---- Orders --------------------------------------------------------------------------------------------------

  private anyPile(): number {
    const { activePiles } = this.habits;
    const draw = () =>
      activePiles.length > 0 ? this.random.pick(activePiles) : this.random.integer(1, this.pileCount);
    let pile = draw();
    for (let tries = 0; this.busy.has(pile) && tries < 4; tries++) pile = draw();
    this.busy.add(pile);
    return pile;
  }

  /** Sensible more often than not. */
  private order(): Action {
    const pile = this.anyPile();
    const action = this.actionFor(pile);
    return action === "cancel" ? { do: "cancel", pile } : { do: action, pile, request: this.request() };
  }

  private signedOrder(): SignedStep {
    const pile = this.anyPile();
    const request = this.request();
    const fits = request.price <= MAX_SIGNED_PRICE && request.energyWh < 1n << 24n && request.peakWh < 1n << 24n;
    const flaw = this.random.chance(0.03) ? this.random.pick(["bits", "signature", "stranger"] as const) : undefined;
    return {
      action: this.actionFor(pile),
      pile,
      request: fits ? request : { ...request, price: this.market.tickSize, energyWh: 100n, peakWh: 0n },
      nonceOffset: this.random.chance(0.03) ? this.random.pick([-1, 1]) : 0,
      deadlineOffset: this.random.chance(0.03) ? this.random.integer(-1, 0) : 100_000,
      ...(flaw === undefined ? {} : { flaw }),
    };
  }

  private actionFor(pile: number): "place" | "replace" | "cancel" {
    const sensible = this.random.chance(0.95);
    const live = this.isLive(pile);
    if (live === sensible) return this.random.pick(["replace", "replace", "cancel"]);
    return "place";
  }

  private isLive(pile: number): boolean {
    return this.model.order(String(pile), this.now) !== undefined;
  }

  /** The expiry frame counts from the first frame of whenever it is placed: {@link resolveExpiry}. */
  private request(): OrderRequest {
    const side: Side = this.random.chance(0.5) ? "charge" : "discharge";
    return {
      side,
      price: this.price(side),
      energyWh: this.energyWh(),
      peakWh: this.random.chance(0.7) ? 0n : BigInt(this.random.integer(1, 5000)),
      expiryFrame: this.random.pick(
        [0, this.random.integer(1, 3), this.random.integer(4, 15), 96, this.random.pick([-1, 97])],
        [15, 35, 45, 3, 2],
      ),
    };
  }

  private ticks(): bigint {
    const { middleTicks, spreadTicks } = this.habits;
    // Few distinct prices make ties, many make ranks.
    const step = this.random.chance(0.5) ? Math.ceil(spreadTicks / 3) : 1;
    const steps = Math.floor(spreadTicks / step);
    return BigInt(middleTicks + step * this.random.integer(-steps, steps));
  }

  private price(side: Side): bigint {
    const { tickSize } = this.market;
    const ticks = this.ticks() + (side === "charge" ? this.eagernessTicks : -this.eagernessTicks);
    const price = (ticks > 0n ? ticks : 1n) * tickSize;
    if (!this.random.chance(0.02)) return price;
    return this.random.pick([0n, price + 1n, 1n, (MAX_TICKS + 1n) * tickSize, MAX_TICKS * tickSize]);
  }

  private energyWh(): bigint {
    const { minEnergyWh, icebergThresholdWh } = this.market;
    const threshold = Number(icebergThresholdWh);
    const energyWh = this.random.pick(
      [
        this.random.integer(1, 200),
        this.random.integer(1, threshold + 1),
        threshold + this.random.integer(0, 1),
        this.random.integer(threshold, 4 * threshold + 4000),
        this.random.pick([0, Number(minEnergyWh) - 1, 1 << 24, (1 << 24) - 1]),
      ],
      [20, 40, 5, 32, 3],
    );
    return BigInt(energyWh);
  }
}

/** The frame that a request of {@link RandomMarket} means when it is placed at `at`. */
export function resolveExpiry(
  market: Pick<DeploymentParameters, "frameSeconds" | "auctionSeconds">,
  request: OrderRequest,
  at: number,
): OrderRequest {
  const firstFrame = Math.floor((at + market.auctionSeconds) / market.frameSeconds) + 1;
  return { ...request, expiryFrame: firstFrame + request.expiryFrame };
}
