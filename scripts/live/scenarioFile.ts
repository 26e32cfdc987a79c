import { lockWith } from "../quality/audit/pileSlot";
import { decodePileState, type PileState } from "../chain/packedWords";
import type { DeploymentParameters } from "../core/parameters";
import { FRAMES_A_DAY, type ScenarioInput } from "../scenario/schema";
import type { TimedEvent } from "./chainFollower";
import { publicationOf } from "./rankedBook";
import type { Timeline } from "./timeline";

type Event = NonNullable<ScenarioInput["events"]>[number];

/** Frames of a file at most: tariffs repeat after a day. */
const MOST_FRAMES = FRAMES_A_DAY;

/**
 * A stretch of a market up to a frame as a scenario, so that a lesson or a replay goes the same way: every order at its
 * price and priority, what is published, plans and readings. Orders that were in the book before it begin with it; money in
 * delivery then is left out. Where plans compete, frames that nobody clears follow for as long as they look ahead.
 *
 * @param until The last frame that is cleared.
 */
export function scenarioFile(timeline: Timeline, parameters: DeploymentParameters, until: number): ScenarioInput {
  const { frameSeconds, auctionSeconds } = parameters;
  // Events from a window on are about the frame after it.
  const frameOf = ({ timestamp }: TimedEvent) => Math.floor((timestamp + auctionSeconds) / frameSeconds);
  const ahead = parameters.settlement === "benefit" ? parameters.maxHorizon : 0;
  const origin = originOf(timeline, until, MOST_FRAMES - ahead, frameOf);
  const start = timeline.events.findIndex((event) => frameOf(event) >= origin);
  const market = timeline.at(start === -1 ? timeline.events.length : start);
  const begins = origin * frameSeconds;
  const opening = [...market.piles].map(([number, pile]) => ({ number, pile, live: market.isLive(pile.slot, begins) }));
  const events: Event[] = opening
    .filter(({ live }) => live)
    .map(({ number, pile: { slot } }) => ({
      frame: 0,
      pile: String(number),
      place: orderOf(slot, parameters, origin),
    }));
  const balances = new Map(
    opening.map(({ number, pile: { slot } }) => [number, slot.balance + lockWith(parameters, slot, slot.remainingWh)]),
  );
  const { gridBalance } = market;
  for (const event of start === -1 ? [] : timeline.events.slice(start)) {
    const frame = frameOf(event) - origin;
    const number = Number(event.args["pile"]);
    const slot = market.piles.get(number)?.slot;
    const wasLive = slot !== undefined && market.isLive(slot, event.timestamp);
    market.apply(event);
    if (frame > until - origin) continue;
    if (event.name === "PileRegistered") balances.set(number, 0n);
    const made = eventOf(event, parameters, origin, wasLive);
    if (made !== undefined) events.push({ frame, pile: String(number), ...made });
  }
  events.push(...proposals(timeline, origin, until), ...readings(timeline, origin, until));
  events.sort((a, b) => a.frame - b.frame);
  const frames = until - origin + 1 + ahead;
  const inside = Array.from({ length: frames }, (_, i) => i);
  return {
    market: { ...rules(parameters, timeline, origin), operatorPrefund: Number(gridBalance) },
    baseLoadW: daily(timeline, parameters, origin, ({ baseLoadW }) => Number(baseLoadW)),
    piles: [...market.piles].map(([number, { ratedW }]) => ({
      ...{ id: String(number), ratedW: Number(ratedW), balance: Number(balances.get(number) ?? 0n) },
    })),
    frames,
    events,
    missedClearings: inside.filter((i) => i > 0 && (origin + i > until || !timeline.facts.cleared.has(origin + i))),
    unpublished: inside.filter((i) => timeline.publication(origin + i) === 0n),
  };
}

/** The frame that becomes frame 0: before the first order of those that are in the book of the last one. */
function originOf(timeline: Timeline, until: number, most: number, frameOf: (event: TimedEvent) => number): number {
  const first = timeline.events.find(({ name }) => name === "OrderPlaced");
  return Math.max(until - most + 1, Math.min(first === undefined ? until : frameOf(first), until - 1));
}

function orderOf(slot: PileState, { tickSize }: DeploymentParameters, origin: number) {
  return {
    side: slot.charge ? ("charge" as const) : ("discharge" as const),
    ...{ price: Number(slot.priceTicks * tickSize), energyWh: Number(slot.remainingWh) },
    ...{ expiryFrame: slot.expiryFrame - origin, peakWh: slot.iceberg ? Number(slot.peakWh) : 0 },
  };
}

function eventOf(
  { name, args }: TimedEvent,
  parameters: DeploymentParameters,
  origin: number,
  wasLive: boolean,
): Omit<Event, "frame" | "pile"> | undefined {
  switch (name) {
    case "OrderPlaced": {
      const order = orderOf(decodePileState(args["state"] as bigint), parameters, origin);
      return wasLive ? { replace: order } : { place: order };
    }
    case "OrderCancelled":
      return { cancel: true };
    case "SuspensionSet":
      return args["suspended"] === true ? { suspend: true } : { readmit: true };
    case "Deposited":
      return { deposit: Number(args["amount"]) };
    case "Withdrawn":
      return { withdraw: Number(args["amount"]) };
    default:
      return undefined;
  }
}

function proposals({ facts }: Timeline, origin: number, until: number): Event[] {
  return [...facts.rounds.values()]
    .filter(({ frame }) => frame > origin && frame <= until)
    .flatMap(({ frame, plans }) =>
      plans.map(({ proposer, draw, discharge }) => ({
        frame: frame - 1 - origin,
        propose: { proposer, draw, discharge },
      })),
    );
}

function readings({ facts }: Timeline, origin: number, until: number): Event[] {
  return [...facts.settled.values()]
    .filter(({ frame }) => frame > origin && frame <= until)
    .flatMap(({ frame, piles }) =>
      piles.map(({ pile, consumedWh, producedWh, silent }): Event => {
        const of = { frame: frame - origin, pile: String(pile) };
        return silent ? { ...of, silent: true } : { ...of, reading: { consumedWh, producedWh } };
      }),
    );
}

/** A day's figures from a frame on; 0 where nothing is published. */
function daily(
  timeline: Timeline,
  { tickSize }: DeploymentParameters,
  origin: number,
  figure: (published: NonNullable<ReturnType<typeof publicationOf>>) => number,
): number[] {
  return Array.from({ length: FRAMES_A_DAY }, (_, i) => {
    const published = publicationOf(timeline.publication(origin + i), tickSize);
    return published === undefined ? 0 : figure(published);
  });
}

function rules(p: DeploymentParameters, timeline: Timeline, origin: number): ScenarioInput["market"] {
  const plain = Object.fromEntries(
    Object.entries(p)
      // A scenario counts in money units and has its piles.
      .filter(([name]) => name !== "unit" && name !== "pileCap")
      .map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : (value as string | number)]),
  ) as Omit<ScenarioInput["market"] & object, "importPricePerKwh">;
  const price = (of: "importPricePerKwh" | "exportPricePerKwh" | "wheelingPricePerKwh") =>
    daily(timeline, p, origin, (published) => Number(published[of]));
  // Plans look ahead: what they reckoned with is published when their round is held, and the frames go on so far.
  const leadFrames = p.settlement === "benefit" ? Math.max(p.leadFrames, p.maxHorizon) : p.leadFrames;
  return {
    ...{ ...plain, leadFrames },
    ...{
      importPricePerKwh: price("importPricePerKwh"),
      exportPricePerKwh: price("exportPricePerKwh"),
      wheelingPricePerKwh: price("wheelingPricePerKwh"),
    },
  };
}
