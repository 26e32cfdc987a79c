/**
 * The scenario format. SPEC 9.
 *
 * A scenario is one JSON object. Fields marked * are required; every other has the default given. Unknown fields are
 * refused everywhere. All numbers are whole. Energy in Wh, power in W, prices in money units per kWh, amounts in money
 * units, times in s. Frames are scenario frames: 0 is the first.
 *
 * ```
 * {
 *   "market": {                     default {}
 *     "alpha": 10, "beta": 1,       weights of price rank and time rank [T 4.14], 0 … 65535
 *     "icebergThresholdWh": 4000,   orders above it are icebergs
 *     "icebergPeakWh": 2000,        the largest tranche an iceberg displays
 *     "minEnergyWh": 1,             the smallest order
 *     "maxWaitFrames": 12,          WT_max [T Table 4-B]
 *     "capacityW": 250000,          P_sub [T 4.3b]
 *     "lossAllowanceW": 0,
 *     "tickSize": 1,                every price and tariff is a multiple of it
 *     "bondPrice": 0,               what an ask locks, per kWh; with meters where a defaulter pays importCap, the least
 *     "wheelingCap": 0,             default: the largest wheelingPrice
 *     "importCap": 200000,          default: the largest importPrice
 *     "cancelPrice": 150000,        what cancelling an order that plans reckon with costs, per kWh displayed
 *     "keeperReward": 0,            claim of whoever clears, finalises or settles a frame; in a scenario one keeper, no pile, does all
 *     "frameSeconds": 1800,
 *     "auctionSeconds": 600,        below frameSeconds
 *     "leadFrames": 2,              1 … 95
 *     "importPrice": 200000,        r(t): one number, or 48, one a frame, repeated from frame 48 on
 *     "exportPrice": 50000,         x(t): likewise, at most the importPrice of its frame
 *     "wheelingPrice": 0,           w(t): likewise
 *     "settlement": "adbev",        or "benefit": plans compete in rounds, SPEC 4
 *     "roundSeconds": 120,          commit phase, and reveal phase
 *     "finaliseSeconds": 120,       for the winning plan alone
 *     "maxHorizon": 24,             frames that a plan looks ahead at most, 1 … 48
 *     "allotment": "expiry",        whom plans serve first: who ends first, or "slack": who can wait least
 *     "chargeEfficiencyBps": 10000, "dischargeEfficiencyBps": 10000,   load by energy charged and fed in, 1/10 000 [T 6.1]
 *     "readingSeconds": 0,          how long readings are waited for; 0: no meters, all is delivered as agreed
 *     "breach": "defaulter",        who breaches compensates the other side, or "counterparty": only loses credit
 *     "overBps": 0,                 energy above the agreed that still trades at its price, 1/10 000, 0 … 10 000
 *     "initialCredit": 5000,        credit that a pile begins with, 1/100 point, 0 … 10 000
 *     "creditPriorWh": 100000,      energy that it rests on
 *     "minCredit": 0,               least credit to place orders and propose plans, 1/100 point, at most initialCredit
 *     "ranking": "priority",        or "credit", with meters: orders rank by the weights of the credit paper's Table 1
 *     "operatorPrefund": 0          in the grid operator's account before frame 0, for exports and surplus
 *   },
 *   "baseLoadW": *,                 P_home(t): one number or 48, may be negative
 *   "piles": * [ {
 *     "id": *,                      1 to 64 characters, each pile its own
 *     "ratedW": *,                  at least so much that it moves 1 Wh a frame
 *     "balance": 10^12,             deposited before frame 0
 *     "operator": none,             name of whoever runs the pile; its trades with itself earn no credit
 *     "weather": 0,                 weather factor of a producer, 1/10 000, 0 … 2999
 *     "attributes": {               for ranking by credit, each 0 … 1000
 *       "capacity": 0, "renewable": 0, "position": 0, "stability": 0 }
 *   } ],
 *   "frames": *,                    how many frames the scenario lasts, 1 … 17568 (a leap year)
 *   "events": [ {                   default []
 *     "frame": *,                   0 … frames - 1
 *     "pile": *,                    the id of one of the piles
 *     and exactly one of
 *     "place": { "side": * "charge" | "discharge", "price": *, "energyWh": *, "expiryFrame": *, "peakWh": 0 (none) },
 *     "replace": { as place },
 *     "cancel": true,
 *     "suspend": true, "readmit": true,
 *     "deposit": amount, "withdraw": amount,
 *     "reading": { "consumedWh": *, "producedWh": * },
 *     "silent": true
 *     or, without "pile", in a benefit market,
 *     "propose": { "proposer": * name, "draw": * [Wh], "discharge": * [Wh] }
 *   } ],
 *   "sessions": [ {                 default []; EVs that stay, each one order from its arrival to its departure
 *     "pile": *, "side": "charge", "arrivalFrame": *, "departureFrame": *, "energyWh": *, "price": *, "peakWh": 0
 *   } ],
 *   "missedClearings": [],          frames of 1 … frames - 1 that nobody clears
 *   "unpublished": []               frames of 0 … frames - 1 for which nothing is published
 * }
 * ```
 *
 * What happens in frame f: what frame f - 1 delivered is settled; base load and tariffs of frame f + leadFrames + 1 are
 * published; the events of frame f, in file order, and then the orders of the sessions that arrive in it; then, in its window, frame f + 1 is cleared, but for the last frame,
 * which has events and no clearing. Frame 0 itself is never cleared: it is base load alone. What the market refuses
 * of an event is not an error of the file: it is listed in the result's `rejected`.
 *
 * A plan proposed in frame f is revealed in the round over frame f + 1, which opens as its window does; plans are
 * revealed in file order, one figure for each frame of the round's horizon. The best is executed as soon as the reveals
 * are over, the fallback where none is better. Where the frame has no round a plan is rejected, NoOpenRound.
 * A proposer that is named as a pile has its credit, any other the initial one.
 *
 * `reading` and `silent` are about the meter of a pile in frame f, which was delivered, not about what happens during it;
 * they need `readingSeconds` above 0, and a reading is at most what the pile's rated power moves in a frame. A pile of
 * which nothing is said reports what was agreed. A frame is settled at its end if all piles with fills in it report, and
 * otherwise, whole, at the beginning of the first frame that is `readingSeconds` later; frames that are settled at the
 * same time are in their order.
 *
 * The result is described at `ScenarioResultJson` in `result.ts`.
 *
 * @module
 */
import { z } from "zod";

import { DEFAULT_PARAMETERS } from "../market/defaults";

/** What a pile without `balance` has, money units: more than any order of a plausible price can lock. */
export const AMPLE_BALANCE = 10n ** 12n;

/** Tariffs and base load are one figure or this many, repeated. */
export const FRAMES_A_DAY = 48;

/** A leap year of half-hours. */
export const MAX_FRAMES = 366 * FRAMES_A_DAY;

/** Largest power, energy and price in ticks that the market can hold: 24 bits. */
const MAX_24_BITS = 2 ** 24 - 1;
/** Largest load and capacity, W. */
const MAX_LOAD_W = 2 ** 31 - 1;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

function bounds(min: number, max: number, unit: string): string {
  return `a whole number${unit === "" ? "" : ` of ${unit}`}, ${min} to ${max}`;
}

// The message of every failed check says what is accepted; `parse.ts` adds where, and what was there instead.

function whole(min: number, max: number, unit = "") {
  const error = bounds(min, max, unit);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function daily(min: number, max: number, unit: string) {
  const one = whole(min, max, unit);
  const error = `${bounds(min, max, unit)}, or a list of ${FRAMES_A_DAY} of them`;
  const many = z.array(one, { error }).length(FRAMES_A_DAY, { error });
  return z.union([one, many], { error });
}

function list<T extends z.ZodType>(item: T, of: string) {
  return z.array(item, { error: `a list of ${of}` });
}

function fields<T extends z.core.$ZodLooseShape>(shape: T) {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `only the fields ${names}` : `an object: { ${names} }`),
  });
}

const price = (min: number) => whole(min, MAX_SAFE, "money units per kWh");
const amount = (min: number) => whole(min, MAX_SAFE, "money units");
const frameNumber = whole(0, 2 ** 31 - 1);
/** Wider than the market's largest order, which is the market's to refuse. */
const energy = whole(0, 2 ** 32 - 1, "Wh");
const flag = z.literal(true, { error: "true" });

const orderSchema = fields({
  side: z.enum(["charge", "discharge"], { error: '"charge" or "discharge"' }),
  price: price(0),
  energyWh: energy,
  expiryFrame: frameNumber,
  peakWh: energy.default(0),
});

const marketSchema = fields({
  alpha: whole(0, 65_535).default(10),
  beta: whole(0, 65_535).default(1),
  icebergThresholdWh: whole(0, MAX_24_BITS, "Wh").default(4000),
  icebergPeakWh: whole(1, MAX_24_BITS, "Wh").default(2000),
  minEnergyWh: whole(1, MAX_24_BITS, "Wh").default(1),
  maxWaitFrames: whole(0, 65_535, "frames").default(12),
  capacityW: whole(0, MAX_LOAD_W, "W").default(250_000),
  lossAllowanceW: whole(0, MAX_LOAD_W, "W").default(0),
  tickSize: whole(1, 1_000_000_000, "money units per kWh").default(1),
  bondPrice: price(0).optional(),
  wheelingCap: price(0).optional(),
  importCap: price(0).optional(),
  cancelPrice: price(0).default(Number(DEFAULT_PARAMETERS.cancelPrice)),
  keeperReward: amount(0).default(0),
  frameSeconds: whole(2, 86_400, "s").default(1800),
  auctionSeconds: whole(1, 86_400, "s").default(600),
  leadFrames: whole(1, 95, "frames").default(2),
  importPrice: daily(0, MAX_SAFE, "money units per kWh").default(200_000),
  exportPrice: daily(0, MAX_SAFE, "money units per kWh").default(50_000),
  wheelingPrice: daily(0, MAX_SAFE, "money units per kWh").default(0),
  settlement: z.enum(["adbev", "benefit"], { error: '"adbev" or "benefit"' }).default("adbev"),
  roundSeconds: whole(1, 86_400, "s").default(120),
  finaliseSeconds: whole(0, 86_400, "s").default(120),
  maxHorizon: whole(1, 48, "frames").default(24),
  allotment: z.enum(["expiry", "slack"], { error: '"expiry" or "slack"' }).default("expiry"),
  chargeEfficiencyBps: whole(1, 20_000, "1/10 000").default(10_000),
  dischargeEfficiencyBps: whole(1, 20_000, "1/10 000").default(10_000),
  readingSeconds: whole(0, 604_800, "s").default(0),
  breach: z.enum(["defaulter", "counterparty"], { error: '"defaulter" or "counterparty"' }).default("defaulter"),
  overBps: whole(0, 10_000, "1/10 000").default(0),
  initialCredit: whole(0, 10_000, "1/100 point").default(5_000),
  creditPriorWh: whole(0, 2 ** 26 - 1, "Wh").default(100_000),
  minCredit: whole(0, 10_000, "1/100 point").default(0),
  ranking: z.enum(["priority", "credit"], { error: '"priority" or "credit"' }).default("priority"),
  operatorPrefund: amount(0).default(0),
});

const name = z
  .string({ error: "a text of 1 to 64 characters" })
  .min(1, { error: "a text of 1 to 64 characters" })
  .max(64, { error: "a text of 1 to 64 characters" });

const attribute = whole(0, 1_000).default(0);

const pileSchema = fields({
  id: name,
  ratedW: whole(1, MAX_24_BITS, "W"),
  balance: amount(0).optional(),
  operator: name.optional(),
  weather: whole(0, 2_999, "1/10 000").default(0),
  attributes: fields({
    capacity: attribute,
    renewable: attribute,
    position: attribute,
    stability: attribute,
  }).prefault({}),
});

/** The fields of which an event of a pile has exactly one. */
export const ACTIONS = [
  "place",
  "replace",
  "cancel",
  "suspend",
  "readmit",
  "deposit",
  "withdraw",
  "reading",
  "silent",
] as const;

/** What a round's plan may have per frame: 24 bits. */
const planned = list(whole(0, MAX_24_BITS, "Wh"), "whole numbers of Wh");
const proposalSchema = fields({ proposer: name, draw: planned, discharge: planned });

const eventSchema = fields({
  frame: frameNumber,
  pile: name.optional(),
  place: orderSchema.optional(),
  replace: orderSchema.optional(),
  cancel: flag.optional(),
  suspend: flag.optional(),
  readmit: flag.optional(),
  deposit: amount(1).optional(),
  withdraw: amount(1).optional(),
  propose: proposalSchema.optional(),
  reading: fields({ consumedWh: whole(0, MAX_24_BITS, "Wh"), producedWh: whole(0, MAX_24_BITS, "Wh") }).optional(),
  silent: flag.optional(),
});

const sessionSchema = fields({
  pile: name,
  side: z.enum(["charge", "discharge"], { error: '"charge" or "discharge"' }).default("charge"),
  arrivalFrame: frameNumber,
  departureFrame: frameNumber,
  energyWh: energy,
  price: price(0),
  peakWh: energy.default(0),
});

/** The form of a scenario file; what its parts mean together is checked by `checkMeaning`. */
export const scenarioSchema = fields({
  market: marketSchema.prefault({}),
  baseLoadW: daily(-MAX_LOAD_W, MAX_LOAD_W, "W"),
  piles: list(pileSchema, "piles"),
  frames: whole(1, MAX_FRAMES),
  events: list(eventSchema, "events").default([]),
  sessions: list(sessionSchema, "sessions").default([]),
  missedClearings: list(frameNumber, "frames").default([]),
  unpublished: list(frameNumber, "frames").default([]),
});

/** A scenario file as written, defaults filled in. */
export type ScenarioFile = z.output<typeof scenarioSchema>;
/** What may be written in a scenario file. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
