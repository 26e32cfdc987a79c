import { MARKET_BOUNDS, MOST_METERED_PILES, MOST_ROUND_SIZE } from "../core/bounds";
import type { JsonPath } from "./json";
import { isMeterEvent } from "./readings";
import { ACTIONS, type ScenarioFile } from "./schema";
import { sessionProblems } from "./sessions";

/** Something in a well-formed scenario that makes no sense. */
export interface Problem {
  path: JsonPath;
  /** The fault, and the accepted values. */
  problem: string;
}

/** Tariffs and prices are held on chain in so many ticks at most. */
const MAX_TICKS = 2 ** 24 - 1;

/** A tariff's figures with the place of each, and the frame of the day where there is one for each. */
function figures(path: JsonPath, tariff: number | number[]): [JsonPath, number, number?][] {
  return typeof tariff === "number" ? [[path, tariff]] : tariff.map((figure, i) => [[...path, i], figure, i]);
}

function* marketProblems({ market }: ScenarioFile): Generator<Problem> {
  const { frameSeconds, auctionSeconds, tickSize } = market;
  if (auctionSeconds >= frameSeconds) {
    const problem = `must be below frameSeconds (${frameSeconds}), found ${auctionSeconds}`;
    yield { path: ["market", "auctionSeconds"], problem };
  }
  for (const tariff of ["importPricePerKwh", "exportPricePerKwh", "wheelingPricePerKwh"] as const) {
    for (const [path, price] of figures(["market", tariff], market[tariff])) {
      if (price % tickSize !== 0)
        yield { path, problem: `must be a multiple of tickSize (${tickSize}), found ${price}` };
      if (price / tickSize > MAX_TICKS) {
        yield { path, problem: `must be at most ${MAX_TICKS} times tickSize (${tickSize}), found ${price}` };
      }
      const [capName, cap] = capOf(market, tariff);
      if (cap !== undefined && price > cap)
        yield { path, problem: `must be at most ${capName} (${cap}), found ${price}` };
    }
  }
  for (const [path, price, index] of figures(["market", "exportPricePerKwh"], market.exportPricePerKwh)) {
    const imported = figures([], market.importPricePerKwh);
    // One figure stands for every frame of the day.
    const least = imported.length === 1 || index === undefined ? imported : [imported[index]!];
    const importPricePerKwh = Math.min(...least.map(([, figure]) => figure));
    if (price > importPricePerKwh)
      yield { path, problem: `must be at most importPricePerKwh (${importPricePerKwh}), found ${price}` };
  }
  yield* safetyProblems(market);
}

/** The cap that a tariff has, where the scenario names one. */
function capOf(
  market: ScenarioFile["market"],
  tariff: "importPricePerKwh" | "exportPricePerKwh" | "wheelingPricePerKwh",
) {
  if (tariff === "wheelingPricePerKwh") return ["wheelingCapPerKwh", market.wheelingCapPerKwh] as const;
  return ["importCapPerKwh", tariff === "importPricePerKwh" ? market.importCapPerKwh : undefined] as const;
}

/** Faults that would make a market useless or unsafe; no market is deployed with them. */
function* safetyProblems(market: ScenarioFile["market"]): Generator<Problem> {
  const { settlement, roundSeconds, finaliseSeconds, auctionSeconds, minCredit, initialCredit, bondPricePerKwh } =
    market;
  if (settlement === "benefit" && finaliseSeconds === 0) {
    yield { path: ["market", "finaliseSeconds"], problem: "must be above 0 where plans compete, found 0" };
  }
  const roundNeeds = 2 * roundSeconds + finaliseSeconds;
  if (settlement === "benefit" && roundNeeds > auctionSeconds) {
    const problem = `must leave 2 roundSeconds + finaliseSeconds within auctionSeconds (${auctionSeconds}), found ${roundNeeds}`;
    yield { path: ["market", "roundSeconds"], problem };
  }
  if (minCredit > initialCredit) {
    yield {
      path: ["market", "minCredit"],
      problem: `must be at most initialCredit (${initialCredit}), found ${minCredit}`,
    };
  }
  const metered = market.readingSeconds > 0;
  if (market.matching === "credit" && !metered) {
    const problem = '"credit" needs a market with meters: market.readingSeconds above 0';
    yield { path: ["market", "matching"], problem };
  }
  const importCapPerKwh =
    market.importCapPerKwh ?? Math.max(...figures([], market.importPricePerKwh).map(([, figure]) => figure));
  if (metered && market.breach === "defaulter" && bondPricePerKwh !== undefined && bondPricePerKwh < importCapPerKwh) {
    const problem = `must be at least importCapPerKwh (${importCapPerKwh}) with meters where a defaulter pays, found ${bondPricePerKwh}`;
    yield { path: ["market", "bondPricePerKwh"], problem };
  }
}

/** Piles of a market: fewer with meters, and with rounds as many as a plan can be scored for. */
function mostPiles({ readingSeconds, settlement, maxHorizon }: ScenarioFile["market"]): number {
  return Math.min(
    Number(MARKET_BOUNDS.pileCap.most),
    readingSeconds > 0 ? MOST_METERED_PILES : Infinity,
    settlement === "benefit" ? Math.floor(MOST_ROUND_SIZE / maxHorizon) : Infinity,
  );
}

function* pileProblems({ piles, market }: ScenarioFile): Generator<Problem> {
  const most = mostPiles(market);
  if (piles.length > most) {
    yield { path: ["piles"], problem: `must be at most ${most}, as many as such a market has, found ${piles.length}` };
  }
  const seen = new Set<string>();
  for (const [i, { id, ratedW }] of piles.entries()) {
    if (seen.has(id)) yield { path: ["piles", i, "id"], problem: `must be unique, but "${id}" is used before` };
    seen.add(id);
    if (ratedW * market.frameSeconds < 3600) {
      const least = Math.ceil(3600 / market.frameSeconds);
      const problem = `must move 1 Wh in a frame of ${market.frameSeconds} s: at least ${least} W, found ${ratedW}`;
      yield { path: ["piles", i, "ratedW"], problem };
    }
  }
}

function* eventProblems({ piles, frames, events, market }: ScenarioFile): Generator<Problem> {
  const ids = new Set(piles.map(({ id }) => id));
  for (const [i, event] of events.entries()) {
    if (event.frame >= frames) {
      const problem = `must be 0 to ${frames - 1}, as the scenario has ${frames} frames, found ${event.frame}`;
      yield { path: ["events", i, "frame"], problem };
    }
    if (event.propose !== undefined) {
      yield* proposalProblems(event, i, market.settlement);
      continue;
    }
    if (event.pile === undefined) {
      yield { path: ["events", i, "pile"], problem: "is missing; expected the id of one of the piles" };
    } else if (!ids.has(event.pile)) {
      const known = ids.size === 0 ? "there are none" : [...ids].slice(0, 10).join(", ") + (ids.size > 10 ? ", …" : "");
      yield { path: ["events", i, "pile"], problem: `must be one of the piles (${known}), found "${event.pile}"` };
    }
    const given = ACTIONS.filter((action) => event[action] !== undefined);
    if (given.length !== 1) {
      const found = given.length === 0 ? "none" : given.join(" and ");
      yield { path: ["events", i], problem: `must have exactly one of ${ACTIONS.join(", ")}, found ${found}` };
    }
  }
}

/** A plan is nobody's order: it stands alone in its event, and only where plans compete. */
function* proposalProblems(
  event: ScenarioFile["events"][number],
  i: number,
  settlement: ScenarioFile["market"]["settlement"],
): Generator<Problem> {
  if (settlement !== "benefit") {
    yield { path: ["events", i, "propose"], problem: 'needs a market with "settlement": "benefit"' };
  }
  for (const other of ["pile", ...ACTIONS] as const) {
    if (event[other] !== undefined) yield { path: ["events", i, other], problem: "must not stand beside propose" };
  }
}

function* meterProblems({ market, piles, events }: ScenarioFile): Generator<Problem> {
  const reachWh = new Map(piles.map(({ id, ratedW }) => [id, Math.floor((ratedW * market.frameSeconds) / 3600)]));
  const seen = new Set<string>();
  for (const [i, event] of events.entries()) {
    if (!isMeterEvent(event)) continue;
    if (market.readingSeconds === 0) {
      const problem = "needs a market with meters: market.readingSeconds above 0";
      yield { path: ["events", i, event.reading === undefined ? "silent" : "reading"], problem };
    }
    if (event.frame === 0) {
      yield { path: ["events", i, "frame"], problem: "must be 1 or more, as nothing is delivered in frame 0, found 0" };
    }
    const mostWh = reachWh.get(event.pile ?? "") ?? Infinity;
    for (const [figure, wh] of Object.entries(event.reading ?? {})) {
      if (wh <= mostWh) continue;
      const problem = `must be at most what pile "${event.pile}" moves in a frame, ${mostWh} Wh, found ${wh}`;
      yield { path: ["events", i, "reading", figure], problem };
    }
    const meter = JSON.stringify([event.frame, event.pile]);
    if (seen.has(meter)) {
      const problem = `must be the only reading or silence of pile "${event.pile}" in frame ${event.frame}`;
      yield { path: ["events", i], problem };
    }
    seen.add(meter);
  }
}

function* frameListProblems(file: ScenarioFile): Generator<Problem> {
  for (const [list, first] of [
    ["missedClearings", 1],
    ["unpublished", 0],
  ] as const) {
    for (const [i, frame] of file[list].entries()) {
      const path = [list, i];
      if (frame < first || frame >= file.frames) {
        const accepted =
          first < file.frames ? `must be ${first} to ${file.frames - 1}` : "no frame is cleared in so short a scenario";
        yield { path, problem: `${accepted}, found ${frame}` };
      }
      if (file[list].indexOf(frame) !== i)
        yield { path, problem: `must be listed once, but ${frame} is listed before` };
    }
  }
}

/**
 * The first thing in a well-formed scenario file that contradicts the rest of it, if any. Refusals of
 * orders by the market itself are not looked at: they are results.
 */
export function findProblem(file: ScenarioFile): Problem | undefined {
  for (const problems of [
    marketProblems,
    pileProblems,
    eventProblems,
    sessionProblems,
    meterProblems,
    frameListProblems,
  ]) {
    for (const problem of problems(file)) return problem;
  }
  return undefined;
}
