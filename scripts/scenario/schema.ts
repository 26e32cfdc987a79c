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
 *     "maxWaitFrames": 12,          or any other parameter of docs/parameters.md but unit and pileCap
 *     "bondPricePerKwh": 0,               default: importCapPerKwh with meters where a defaulter pays, which is then the least
 *     "wheelingCapPerKwh": 0,             default: the largest wheelingPricePerKwh
 *     "importCapPerKwh": 200000,          default: the largest importPricePerKwh
 *     "importPricePerKwh": 200000,        r(t): one number, or 48, one a frame, repeated from frame 48 on
 *     "exportPricePerKwh": 50000,         x(t): likewise, at most the importPricePerKwh of its frame
 *     "wheelingPricePerKwh": 0,           w(t): likewise
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
 *     "pile": *, "side": "charge", "arrivalFrame": *, "departureFrame": *, "energyWh": *, "price": *, "peakWh": 0,
 *     "efficiency": 10000           of its battery on the way in or out, 1/10 000, 5000 … 10000
 *   } ],
 *   "missedClearings": [],          frames of 1 … frames - 1 that nobody clears
 *   "unpublished": []               frames of 0 … frames - 1 for which nothing is published
 * }
 * ```
 *
 * Order of events in frame f. The delivery of frame f - 1 is settled; base load and tariffs of frame f +
 * leadFrames + 1 are published; the events of frame f happen in file order, then the orders of the sessions
 * that arrive in it. Then, in its window, frame f + 1 is cleared, except after the last frame, which has
 * events and no clearing. Frame 0 itself is never cleared: it is base load alone. An event that the market
 * refuses is not an error of the file: it is listed in the result's `rejected`.
 *
 * A plan proposed in frame f is revealed in the round over frame f + 1, which opens as its window does; plans are
 * revealed in file order, one figure for each frame of the round's horizon. The best is executed as soon as the reveals
 * are over, the fallback where none is better. Where the frame has no round a plan is rejected, NoOpenRound.
 * A proposer that is named as a pile has its credit, any other the initial one.
 *
 * A session's `energyWh` is what its battery is to get or to give up. Its order is for the energy at the plug: `energyWh`
 * over the efficiency to charge, rounded up, and `energyWh` times the efficiency to discharge, rounded down.
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

import { MOST_24_BITS as MAX_24_BITS, PARAMETER_NAMES, PARAMETERS } from "../core/parameterTable";
import type { MarketParameters } from "../core/types";

/** Balance of a pile without `balance`, money units: more than any order of a plausible price can lock. */
export const AMPLE_BALANCE = 10n ** 12n;

/** Tariffs and base load are one figure or this many, repeated. */
export const FRAMES_A_DAY = 48;

/** A leap year of half-hours. */
export const MAX_FRAMES = 366 * FRAMES_A_DAY;

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

/** A parameter as a file gives it: figures as numbers. */
type FileValue<Name extends keyof MarketParameters> = MarketParameters[Name] extends string
  ? MarketParameters[Name]
  : number;

/** The parameters of {@link PARAMETERS} that a scenario has: all but what only a deployed market counts in. */
export const SCENARIO_PARAMETERS = PARAMETER_NAMES.filter(
  (name): name is keyof MarketParameters => name !== "unit" && name !== "pileCap",
);

function parameterSchema(name: keyof MarketParameters) {
  const row = PARAMETERS[name];
  if (row.kind === "figure") return whole(Number(row.least), Number(row.most), row.unit).default(Number(row.usual));
  const words: readonly string[] = row.words;
  return z.enum(words, { error: words.map((word) => `"${word}"`).join(" or ") }).default(row.usual);
}

const parameters = Object.fromEntries(SCENARIO_PARAMETERS.map((name) => [name, parameterSchema(name)])) as unknown as {
  [Name in keyof MarketParameters]: z.ZodDefault<z.ZodType<FileValue<Name>, FileValue<Name>>>;
};

const marketSchema = fields({
  ...parameters,
  // Their defaults depend on tariffs and on who pays for a breach.
  bondPricePerKwh: parameters.bondPricePerKwh.removeDefault().optional(),
  wheelingCapPerKwh: parameters.wheelingCapPerKwh.removeDefault().optional(),
  importCapPerKwh: parameters.importCapPerKwh.removeDefault().optional(),
  importPricePerKwh: daily(0, MAX_SAFE, "money units per kWh").default(200_000),
  exportPricePerKwh: daily(0, MAX_SAFE, "money units per kWh").default(50_000),
  wheelingPricePerKwh: daily(0, MAX_SAFE, "money units per kWh").default(0),
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

/** Energy of one frame in a round's plan: 24 bits. */
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
  efficiency: whole(5_000, 10_000, "1/10 000").default(10_000),
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
/** Content of a scenario file as it may be written. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
