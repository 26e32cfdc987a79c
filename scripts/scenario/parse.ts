import type { z } from "zod";

import { type Plan, planFrom } from "../core/rounds";
import { PARAMETERS } from "../core/parameterTable";
import type { MarketParameters, OrderRequest, Publication } from "../core/types";
import { InputError } from "../core/errors";
import { type JsonPath, JsonSyntaxError, type LocatedJson, parseJson, showPath } from "./json";
import { findProblem } from "./meaning";
import { isMeterEvent, toReadings } from "./readings";
import type { Scenario, ScenarioAction, ScenarioPile } from "./scenario";
import { AMPLE_BALANCE, FRAMES_A_DAY, SCENARIO_PARAMETERS, type ScenarioFile, scenarioSchema } from "./schema";
import { sessionEvents } from "./sessions";

export { InputError } from "../core/errors";

type Issue = z.core.$ZodIssue;
type FileMarket = ScenarioFile["market"];
type FileEvent = ScenarioFile["events"][number];

/**
 * Reads a scenario file. The format is described at the top of `schema.ts`. SPEC 9.
 *
 * @param text Text of the file: JSON.
 * @param fileName How to name the file in messages.
 * @throws InputError with one message that says where, what is wrong and what is accepted.
 */
export function parseScenario(text: string, fileName: string): Scenario {
  const json = readJson(text, fileName);
  const parsed = scenarioSchema.safeParse(json.value);
  if (!parsed.success) {
    const { path, problem } = describe(parsed.error.issues, json);
    throw new InputError(fileName, problem, { position: json.positionOf(path), path: showPath(path) });
  }
  const found = findProblem(parsed.data);
  if (found !== undefined) {
    const { path, problem } = found;
    throw new InputError(fileName, problem, { position: json.positionOf(path), path: showPath(path) });
  }
  return toScenario(parsed.data, fileName);
}

function readJson(text: string, fileName: string): LocatedJson {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new InputError(fileName, error.message, { position: error.position });
  }
}

// ---- What is wrong with the form -------------------------------------------------------------------------------

/** One problem out of many. An unknown field comes first: misspelt, it is why another one is missing. */
function describe(issues: readonly Issue[], json: LocatedJson): { path: JsonPath; problem: string } {
  const document = json.value;
  // A double may not hold the figure that was written.
  const shownAt = (at: JsonPath) => json.figureAt(at) ?? show(valueAt(document, at));
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown !== undefined) {
    const path = asJsonPath(unknown.path);
    return { path: [...path, unknown.keys[0]!], problem: `is unknown; expected ${unknown.message}` };
  }
  const issue = issues[0]!;
  const path = asJsonPath(issue.path);
  const value = valueAt(document, path);
  if (issue.code === "invalid_union" && Array.isArray(value) && value.length === FRAMES_A_DAY) {
    // A list of the right length: the wrong figure in it is what matters.
    const inner = issue.errors.flat().find((error) => error.path.length > 0);
    if (inner !== undefined) {
      const innerPath = [...path, ...asJsonPath(inner.path)];
      return { path: innerPath, problem: `expected ${inner.message}, found ${shownAt(innerPath)}` };
    }
  }
  if (value === undefined) return { path, problem: `is missing; expected ${issue.message}` };
  return { path, problem: `expected ${issue.message}, found ${shownAt(path)}` };
}

function asJsonPath(path: readonly PropertyKey[]): JsonPath {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

function valueAt(document: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    document,
  );
}

/** A value as a reader would recognise it, however long. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

// ---- From the file's numbers to the market's -------------------------------------------------------------------

function toScenario(file: ScenarioFile, fileName: string): Scenario {
  return {
    fileName,
    market: toParameters(file.market),
    publications: Array.from({ length: FRAMES_A_DAY }, (_, frame) => toPublication(file, frame)),
    piles: file.piles.map(({ id, ratedW, balance, operator, weather, attributes }): ScenarioPile => ({
      id,
      ratedW: BigInt(ratedW),
      balance: balance === undefined ? AMPLE_BALANCE : BigInt(balance),
      ...(operator === undefined ? {} : { operator }),
      ...(weather === 0 ? {} : { weatherBps: BigInt(weather) }),
      ...(Object.values(attributes).every((value) => value === 0) ? {} : { attributes }),
    })),
    frames: file.frames,
    events: [...file.events, ...sessionEvents(file.sessions)].flatMap((event) => {
      const { frame, pile } = event;
      return pile === undefined || isMeterEvent(event) ? [] : [{ frame, pile, action: toAction(event) }];
    }),
    proposals: file.events.flatMap(({ frame, propose }) =>
      propose === undefined
        ? []
        : [{ frame, proposer: propose.proposer, plan: planOf(propose, file.market.allotment) }],
    ),
    readings: toReadings(file.events),
    operatorPrefund: BigInt(file.market.operatorPrefund),
    missedClearings: new Set(file.missedClearings),
    unpublished: new Set(file.unpublished),
  };
}

function toParameters(market: FileMarket): MarketParameters {
  const importCapPerKwh = market.importCapPerKwh ?? largest(market.importPricePerKwh);
  // Where a defaulter pays, bonds cover any breach.
  const leastBond = market.readingSeconds > 0 && market.breach === "defaulter" ? importCapPerKwh : 0;
  const given = {
    ...market,
    importCapPerKwh,
    bondPricePerKwh: market.bondPricePerKwh ?? leastBond,
    wheelingCapPerKwh: market.wheelingCapPerKwh ?? largest(market.wheelingPricePerKwh),
  };
  const entries = SCENARIO_PARAMETERS.map((name) => {
    const value = given[name];
    return [name, typeof PARAMETERS[name].usual === "bigint" ? BigInt(value) : value];
  });
  return Object.fromEntries(entries) as MarketParameters;
}

/** The largest of the figures of a day. */
function largest(daily: number | number[]): number {
  return Math.max(...(typeof daily === "number" ? [daily] : daily));
}

function toPublication({ market, baseLoadW }: ScenarioFile, frame: number): Publication {
  const figure = (daily: number | number[]) => BigInt(typeof daily === "number" ? daily : daily[frame % daily.length]!);
  return {
    baseLoadW: figure(baseLoadW),
    importPricePerKwh: figure(market.importPricePerKwh),
    exportPricePerKwh: figure(market.exportPricePerKwh),
    wheelingPricePerKwh: figure(market.wheelingPricePerKwh),
  };
}

function toAction(event: FileEvent): ScenarioAction {
  if (event.place !== undefined) return { kind: "place", order: toRequest(event.place) };
  if (event.replace !== undefined) return { kind: "replace", order: toRequest(event.replace) };
  if (event.cancel !== undefined) return { kind: "cancel" };
  if (event.suspend !== undefined) return { kind: "suspend" };
  if (event.readmit !== undefined) return { kind: "readmit" };
  if (event.deposit !== undefined) return { kind: "deposit", amount: BigInt(event.deposit) };
  return { kind: "withdraw", amount: BigInt(event.withdraw!) };
}

function planOf(
  { draw, discharge }: NonNullable<FileEvent["propose"]>,
  allotment: MarketParameters["allotment"],
): Plan {
  return planFrom(allotment, { draw: draw.map(BigInt), discharge: discharge.map(BigInt) });
}

function toRequest(order: NonNullable<FileEvent["place"]>): OrderRequest {
  return {
    side: order.side,
    price: BigInt(order.price),
    energyWh: BigInt(order.energyWh),
    peakWh: BigInt(order.peakWh),
    expiryFrame: order.expiryFrame,
  };
}
