import fc, { type AsyncCommand } from "fast-check";

import type { DeploymentParameters } from "../../scripts/core/parameters";
import { hasTimeForRound } from "../../scripts/model/benefit/round";
import type { OrderRequest } from "../../scripts/core/types";
import type { Action, FrameTariffs, Meter, SignedStep } from "./randomMarket";
import { KEEPER, type TwinMarkets } from "./twinMarkets";

/** Piles that every run begins with. */
export const PILES = 6;

/** Context of a run that commands need beside the markets: the time, and pending events. */
export class Course {
  /** Cleared frames that may have something to settle, oldest first. */
  readonly unsettled: number[] = [];
  pileCount = 0;
  paused = false;
  publishedUpTo = 0;

  constructor(
    readonly market: DeploymentParameters,
    /** When the last thing happened, s. */
    public now: number,
    /** How often each kind of command was run. */
    private readonly counts: Map<string, number>,
  ) {}

  /** The frame that is being delivered. */
  get frame(): number {
    return Math.floor(this.now / this.market.frameSeconds);
  }

  begins(frame: number): number {
    return frame * this.market.frameSeconds;
  }

  /** Does something in the next second to both markets and compares all of them. */
  async apply(twins: TwinMarkets, action: Action): Promise<void> {
    this.now++;
    await twins.apply({ ...action, at: this.now }, true);
  }

  /** Goes on to a time, if it has not passed. */
  reach(seconds: number): void {
    this.now = Math.max(this.now, seconds);
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

type Command = AsyncCommand<Course, TwinMarkets>;

/** A command of a kind that does `run`, shown with what was drawn for it. */
function command(
  kind: string,
  drawn: unknown,
  run: (course: Course, twins: TwinMarkets) => Promise<void>,
  check: (course: Readonly<Course>) => boolean = () => true,
): Command {
  return {
    check,
    run: async (course, twins) => {
      course.count(kind);
      await run(course, twins);
    },
    toString: () => `${kind}(${fc.stringify(drawn)})`,
  };
}

/** Commands of a kind, from what is drawn for each. */
function commands<T>(
  kind: string,
  drawn: fc.Arbitrary<T>,
  run: (of: T, course: Course, twins: TwinMarkets) => Promise<void>,
  check?: (course: Readonly<Course>) => boolean,
): fc.Arbitrary<Command> {
  return drawn.map((of) => command(kind, of, (course, twins) => run(of, course, twins), check));
}

const pile = fc.integer({ min: 1, max: PILES });
const PENNY_TICKS = 10_000;
/** Around the tariffs; few distinct ones, so that there are ties. */
const ticks = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 8, max: 30 }).map((pence) => BigInt(pence * PENNY_TICKS)) },
  { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 400_000n }) },
);
const tokens = fc.oneof(fc.bigInt({ min: 1n, max: 5_000n }), fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.constant(0n));

/** Its price is in ticks and its last frame counts from the first that it can have. */
const request: fc.Arbitrary<OrderRequest> = fc.record({
  side: fc.constantFrom("charge" as const, "discharge" as const),
  price: ticks,
  energyWh: fc.oneof(
    { weight: 3, arbitrary: fc.bigInt({ min: 1n, max: 3_000n }) },
    { weight: 3, arbitrary: fc.bigInt({ min: 3_000n, max: 14_000n }) },
    { weight: 1, arbitrary: fc.constantFrom(0n, 4_000n, 4_001n, 2n ** 24n - 1n, 2n ** 24n) },
  ),
  peakWh: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 5_000n }) },
  ),
  expiryFrame: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 8 }) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 96, 97) },
  ),
});

/** The request in the market's money. */
const priced = ({ market }: Course, of: OrderRequest): OrderRequest => ({ ...of, price: of.price * market.tickSize });

const signed = fc.record({
  action: fc.constantFrom("place" as const, "place" as const, "replace" as const, "cancel" as const),
  pile,
  request: request.filter(({ energyWh, peakWh }) => energyWh < 2n ** 24n && peakWh < 2n ** 24n),
  nonceOffset: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
  deadlineOffset: fc.constantFrom(100_000, 100_000, 100_000, 0, -1),
  flaw: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    undefined,
    "bits" as const,
    "signature" as const,
    "stranger" as const,
  ),
});

const tariffs = fc.record({
  baseLoadW: fc.bigInt({ min: -20_000n, max: 60_000n }),
  importTicks: ticks,
  exportTicks: ticks,
  wheelingShare: fc.constantFrom(0n, 1n, 2n),
});

/** Shares of the agreed, 1/1000, that piles move, by their numbers; undefined where the meter is silent. */
const shares = fc.array(fc.oneof(fc.constantFrom(1_000n, 1_000n, 0n, undefined), fc.bigInt({ min: 0n, max: 2_500n })), {
  minLength: PILES,
  maxLength: PILES,
});

const meterOf =
  (of: readonly (bigint | undefined)[]): Meter =>
  (number, { energyWh, reachWh }) => {
    const share = of[(number - 1) % of.length];
    if (share === undefined) return undefined;
    const movedWh = (energyWh * share) / 1_000n;
    // A share of exactly 2 500 is a meter that counts more than its pile can move.
    const countedWh = share === 2_500n || movedWh < reachWh ? movedWh : reachWh;
    return { consumedWh: countedWh, producedWh: countedWh };
  };

const order = (kind: "place" | "replace") =>
  commands(kind, fc.record({ pile, request }), async (of, course, twins) =>
    course.apply(twins, { do: kind, pile: of.pile, request: priced(course, of.request) }),
  );

/** A bid and an ask that meet. */
const pair = commands(
  "pair",
  fc.record({
    buyer: pile,
    seller: pile,
    pence: fc.integer({ min: 12, max: 30 }),
    spread: fc.integer({ min: 0, max: 9 }),
    request,
  }),
  async ({ buyer, seller, pence, spread, request: asked }, course, twins) => {
    for (const [number, side, at] of [
      [buyer, "charge", pence],
      [seller, "discharge", pence - spread],
    ] as const) {
      const own = { ...asked, side, price: BigInt(at * PENNY_TICKS) };
      const live = twins.model.order(String(number), course.now + 1) !== undefined;
      await course.apply(twins, { do: live ? "replace" : "place", pile: number, request: priced(course, own) });
    }
  },
);

const simple = (kind: "cancel" | "suspend" | "readmit" | "skipNonce") =>
  commands(kind, fc.record({ pile }), async (of, course, twins) => course.apply(twins, { do: kind, pile: of.pile }));

const batch = commands("signed batch", fc.array(signed, { minLength: 1, maxLength: 5 }), async (of, course, twins) => {
  const orders = of.map(({ flaw, request: asked, ...rest }): SignedStep => {
    return { ...rest, request: priced(course, asked), ...(flaw === undefined ? {} : { flaw }) };
  });
  await course.apply(twins, { do: "batch", orders });
});

const deposit = commands("deposit", fc.record({ pile, amount: tokens }), async (of, course, twins) =>
  course.apply(twins, { do: "deposit", pile: of.pile, tokenAmount: of.amount * course.market.unit + (of.amount % 3n) }),
);

/** Some of what is free, all of it, or a unit too much. */
const withdraw = commands(
  "withdraw",
  fc.record({ pile, share: fc.constantFrom(1n, 50n, 100n), more: fc.constantFrom(0n, 0n, 1n) }),
  async (of, course, twins) => {
    const free = twins.model.freeBalance(String(of.pile), course.now + 1);
    const amount = (free * of.share) / 100n + of.more;
    if (amount > 0n) await course.apply(twins, { do: "withdraw", pile: of.pile, amount });
  },
);

const gridMoney = commands(
  "grid account",
  fc.record({ amount: tokens, out: fc.boolean() }),
  async (of, course, twins) => {
    if (of.amount > 0n) await course.apply(twins, { do: of.out ? "withdrawGrid" : "depositGrid", amount: of.amount });
  },
);

/** Piles and the keeper take what they have a claim to. */
const collectClaim = commands(
  "collect claim",
  fc.record({ holder: fc.oneof(fc.constant(KEEPER), pile.map(String)) }),
  async (of, course, twins) => course.apply(twins, { do: "collectClaim", ...of }),
);

const publish = commands(
  "publish",
  fc.record({ frames: fc.array(tariffs, { minLength: 1, maxLength: 10 }), early: fc.constantFrom(0, 0, 0, 0, 1, 90) }),
  async (of, course, twins) => {
    const { leadFrames, tickSize, wheelingCapPerKwh, importCapPerKwh } = course.market;
    const first = Math.max(course.publishedUpTo + 1, course.frame + leadFrames + 2) - (of.early === 1 ? 3 : -of.early);
    const most = importCapPerKwh / tickSize;
    const frames = of.frames.map((one, i): FrameTariffs => {
      const { baseLoadW, wheelingShare } = one;
      // The grid must not sell above the cap, nor buy dearer than it sells; tariffs that may be refused go alone.
      const importTicks = of.early === 0 && one.importTicks > most ? most : one.importTicks;
      const exportTicks = of.early === 0 && one.exportTicks > importTicks ? importTicks : one.exportTicks;
      return {
        ...{ frame: first + i, baseLoadW },
        ...{ importPricePerKwh: importTicks * tickSize, exportPricePerKwh: exportTicks * tickSize },
        wheelingPricePerKwh: (((wheelingCapPerKwh / tickSize) * wheelingShare * tickSize) / 2n / tickSize) * tickSize,
      };
    });
    // One that may be refused goes alone: the contract takes back a list of which one is refused, the model does not.
    const told = of.early === 0 ? frames : frames.slice(0, 1);
    await course.apply(twins, { do: "publish", frames: told });
    if (of.early === 0) course.publishedUpTo = first + told.length - 1;
  },
);

/** Goes on: by seconds, to the second before a window, or by frames. */
const advance = commands(
  "advance",
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ seconds: fc.integer({ min: 1, max: 900 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({ frames: fc.integer({ min: 1, max: 2 }), edge: fc.constantFrom(-601, -1, 0, 1) }),
    },
    { weight: 1, arbitrary: fc.record({ frames: fc.constantFrom(40, 130), edge: fc.constant(0) }) },
  ),
  async (of, course, twins) => {
    if ("seconds" in of) course.reach(course.now + of.seconds);
    else course.reach(course.begins(course.frame + of.frames) + of.edge - 1);
    await course.apply(twins, { do: "look" });
  },
);

/** Clears the next frame that is not, in its window, and holds the round that it opens, or lets it be. */
const clear = commands(
  "clear",
  fc.record({
    seconds: fc.constantFrom(0, 0, 0, 100, 239, 590),
    offset: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1),
    lookFirst: fc.boolean(),
    hold: fc.constantFrom(true, true, true, false),
    /** The operator's withdrawal during the round. */
    takesOut: fc.constantFrom(0n, 0n, 1n),
    lost: fc.constantFrom(false, false, false, true),
  }),
  async (of, course, twins) => {
    const { frameSeconds, auctionSeconds } = course.market;
    const following = Math.floor((course.now + 1) / frameSeconds) + 1;
    const next = Math.max(following, (twins.model.recordedLoad?.frame ?? 0) + 1);
    course.reach(course.begins(next) - auctionSeconds + Math.min(of.seconds, auctionSeconds - 2) - 1);
    const frame = next + of.offset;
    // The lens shows the latest block: a second earlier, which must not be the last with time for a round.
    const showable =
      hasTimeForRound(course.market, frame, course.now) === hasTimeForRound(course.market, frame, course.now + 2);
    const lookFirst = of.lookFirst && of.offset === 0 && showable;
    if (lookFirst) await course.apply(twins, { do: "look" });
    const before = { ...twins.seen };
    await course.apply(twins, { do: "clear", frame, lookFirst });
    const { clearings, trades, gridFills } = twins.seen;
    if (clearings === before.clearings) return;
    const held = of.hold && twins.model.openRound(course.now) !== undefined;
    // Some of what left nothing to settle, too.
    const filled = trades + gridFills > before.trades + before.gridFills;
    if (filled || held || of.seconds === 100) course.unsettled.push(frame);
    if (!held) return;
    course.count("commit, reveal, finalise");
    const meanwhile: Action[] = of.takesOut > 0n ? [{ do: "withdrawGrid", amount: of.takesOut }] : [];
    await twins.apply({ do: "round", frame, at: course.now, meanwhile, lost: of.lost }, true);
    course.now += 2 * course.market.roundSeconds;
  },
);

/** Settles the oldest frame that waits: at once, after the deadline for readings, or too early; with fills of its own too. */
const settle = commands(
  "settle",
  fc.record({
    when: fc.constantFrom("over", "over", "over", "deadline", "now"),
    shares,
    wrongFills: fc.constantFrom(false, false, false, true),
  }),
  async (of, course, twins) => {
    const [frame] = course.unsettled;
    if (frame === undefined) return;
    const over = course.begins(frame + 1);
    if (of.when !== "now") course.reach(over - 1 + (of.when === "deadline" ? course.market.readingSeconds : 0));
    const { readingSeconds } = course.market;
    const meter = readingSeconds > 0 ? { meter: meterOf(of.shares) } : {};
    const before = twins.seen.settlements;
    await course.apply(twins, { do: "settle", frame, wrongFills: of.wrongFills, ...meter });
    const done = twins.seen.settlements > before || course.now >= over + readingSeconds;
    if (done && !of.wrongFills) course.unsettled.shift();
  },
  ({ unsettled }) => unsettled.length > 0,
);

const pause = commands("pause", fc.boolean(), async (paused, course, twins) => {
  await course.apply(twins, { do: "pause", paused });
  course.paused = paused;
});

/** Opens entry again, so that a pause does not end the run. */
const reopen = command(
  "reopen",
  {},
  async (course, twins) => {
    await course.apply(twins, { do: "pause", paused: false });
    course.paused = false;
  },
  ({ paused }) => paused,
);

const register = commands(
  "register",
  fc.record({
    again: fc.boolean(),
    ratedW: fc.constantFrom(1, 3_000, 22_000),
    operator: fc.constantFrom("one", "two"),
  }),
  async (of, course, twins) => {
    const number = of.again ? 1 : course.pileCount + 1;
    await course.apply(twins, { do: "register", pile: number, ratedW: of.ratedW, operator: of.operator });
    if (!of.again && of.ratedW > 1 && number <= course.market.pileCap) course.pileCount = number;
  },
);

/** Again and again: a meter keeps one change, and refuses another while frames before the first are open (SPEC 5). */
const weather = commands(
  "weather",
  fc.record({ pile, bps: fc.bigInt({ min: 0n, max: 2_999n }) }),
  async (of, course, twins) => {
    await course.apply(twins, { do: "weather", ...of });
  },
);

/** Anything that can happen to a market, in any order; what makes trades comes more often. */
export const marketCommands: fc.Arbitrary<Command>[] = [
  ...Array.from({ length: 4 }, () => order("place")),
  ...Array.from({ length: 5 }, () => pair),
  ...Array.from({ length: 7 }, () => clear),
  ...Array.from({ length: 5 }, () => settle),
  ...Array.from({ length: 2 }, () => batch),
  ...Array.from({ length: 4 }, () => publish),
  ...[order("replace"), deposit, withdraw, advance, gridMoney, collectClaim, register, weather, pause],
  ...[simple("cancel"), simple("suspend"), simple("readmit"), simple("readmit"), simple("skipNonce")],
  ...Array.from({ length: 3 }, () => fc.constant(reopen)),
];
