/**
 * Results of a fuzz campaign, read from the reports of forge and of the campaign's contracts, and judged.
 * Pure.
 */
import { InputError } from "../../core/errors";

/** A handler of `test/invariant`, over all campaigns. */
export interface HandlerTally {
  /** Name of the handler's contract. */
  contract: string;
  /** Name of its function. */
  name: string;
  calls: number;
  /** Calls that did not revert. */
  succeeded: number;
  /** Calls that the market refused, or that could not bring about what they needed. */
  reverted: number;
}

/** One campaign: one market, fuzzed. */
export interface CampaignTally {
  /** Name of its contract. */
  name: string;
  /** The first invariant that did not hold; undefined where all did. */
  failure: string | undefined;
  /** The calls that led to it, shortest known. */
  sequence: string[];
  calls: number;
  reverted: number;
  handlers: HandlerTally[];
}

/** Counters of the campaigns' mirrors, in the order in which `Campaign.sol` writes them. */
export const COUNTERS = [
  "clearings",
  "clearingsWithTrades",
  "clearingsFull",
  "trades",
  "gridFills",
  "pricesOfLoad",
  "pricesAboveCap",
  "exportFills",
  "roundsOpened",
  "plansRevealed",
  "plansExecuted",
  "fallbacksExecuted",
  "settlements",
  "readingsStored",
  "silentPostings",
  "settledInPart",
  "framesOfBoth",
  "claims",
  "cancelFees",
  "ordersPlaced",
  "suspendedLeft",
  "maxClearingGas",
] as const;

/** Sums over all runs; of gas the largest. */
export type Counters = Record<(typeof COUNTERS)[number], number>;

/** Least results of a campaign, so that an empty one shows. */
export interface Minima {
  calls: number;
  /** Share of all calls that must not revert, hostile ones among them. */
  successShare: number;
  /** Calls that each handler must carry out; of hostile ones, that must be refused. */
  perHandler: number;
  clearingsWithTrades: number;
  roundsExecuted: number;
  settlements: number;
  /** Frames in which the feeder's load made the price. */
  pricesOfLoad: number;
}

/**
 * Handlers that revert where the market refuses what they try, as it must: an attack that succeeds breaks an invariant,
 * and a call that finds nothing to attack returns.
 */
export const HOSTILE: readonly string[] = ["HostileHandler", "HostileSettler", "HostileProposer", "ForgingProposer"];

/** Contracts of the product and the handlers that stand for their functions. */
export const HANDLERS_OF: Readonly<Record<string, readonly string[]>> = {
  Market: ["OrdersHandler", "AccountsHandler", "OperatorsHandler", "FramesHandler", "HostileHandler"],
  BenefitRounds: ["RoundsHandler"],
  Delivery: ["DeliveryHandler"],
  MarketFactory: ["FactoryHandler"],
};

/** Functions that only another contract may call: their handlers are hostile, and they succeed in settling and rounds. */
export const REFUSED_TO_ALL: readonly string[] = [
  "Market.bookSettlement",
  "Market.fillFlexibleOrders",
  "Market.payClaim",
];

interface ForgeMetrics {
  calls: number;
  reverts: number;
  discards: number;
}

interface ForgeTest {
  status: string;
  reason: string | null;
  counterexample: { Sequence?: [number, { contract_name?: string; func_name?: string; args?: string }[]] } | null;
  kind: { Invariant?: { calls: number; reverts: number; metrics: Record<string, ForgeMetrics> } };
}

/**
 * Reads what `forge test --json` printed.
 * @throws InputError where it is not that, or where a contract could not even be set up
 */
export function readForge(text: string): CampaignTally[] {
  let suites: Record<string, { test_results: Record<string, ForgeTest> }>;
  try {
    suites = JSON.parse(text.slice(text.indexOf("{"))) as typeof suites;
  } catch {
    throw new InputError("forge", `printed no result: ${text.trim().slice(0, 2000) || "nothing at all"}`);
  }
  return Object.entries(suites).flatMap(([suite, { test_results }]) =>
    Object.entries(test_results).map(([test, result]) => {
      const campaign = suite.split(":").at(-1) ?? suite;
      const { kind, status, reason, counterexample } = result;
      if (kind.Invariant === undefined) throw new InputError(campaign, `${test} did not begin: ${reason ?? status}`);
      const { metrics, calls, reverts } = kind.Invariant;
      return {
        name: campaign,
        failure: status === "Success" ? undefined : (reason ?? status),
        sequence: (counterexample?.Sequence?.[1] ?? []).map(
          ({ contract_name, func_name, args }) =>
            `${contract_name?.split(":").at(-1) ?? "?"}.${func_name ?? "?"}(${args?.replace(/ \[.*\]$/, "") ?? ""})`,
        ),
        calls,
        reverted: reverts,
        handlers: Object.entries(metrics).map(([name, m]) => handlerTally(name, m)),
      };
    }),
  );
}

/** Reads the lines that the campaigns wrote: a name and its {@link COUNTERS}, one for each run. */
export function readRuns(text: string, runs: number): Counters {
  const sum = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
  const seen = new Map<string, number>();
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [campaign = "", ...figures] = line.split(" ");
    const count = (seen.get(campaign) ?? 0) + 1;
    seen.set(campaign, count);
    // forge replays the last run for its traces; that one counts once.
    if (count > runs) continue;
    COUNTERS.forEach((name, i) => {
      const figure = Number(figures[i] ?? Number.NaN);
      if (!Number.isInteger(figure)) throw new InputError(campaign, `wrote a line without all its figures: ${line}`);
      sum[name] = name === "maxClearingGas" ? Math.max(sum[name], figure) : sum[name] + figure;
    });
  }
  return sum;
}

/** Adds up the handlers of several campaigns, by contract and function. */
export function addUp(campaigns: readonly CampaignTally[]): HandlerTally[] {
  const sums = new Map<string, HandlerTally>();
  for (const { contract, name, calls, succeeded, reverted } of campaigns.flatMap(({ handlers }) => handlers)) {
    const key = `${contract}.${name}`;
    const sum = sums.get(key) ?? { contract, name, calls: 0, succeeded: 0, reverted: 0 };
    sum.calls += calls;
    sum.succeeded += succeeded;
    sum.reverted += reverted;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => `${a.contract}.${a.name}`.localeCompare(`${b.contract}.${b.name}`));
}

/**
 * Faults that keep a campaign from counting; none where it counts.
 * @param functions external functions that change state, by contract, as the ABIs name them
 */
export function faults(
  campaigns: readonly CampaignTally[],
  counters: Counters,
  minima: Minima,
  functions: Readonly<Record<string, readonly string[]>>,
): string[] {
  const handlers = addUp(campaigns);
  const calls = handlers.reduce((sum, handler) => sum + handler.calls, 0);
  const succeeded = handlers.reduce((sum, handler) => sum + handler.succeeded, 0);
  const found: string[] = [];
  for (const { name, failure, sequence } of campaigns) {
    if (failure !== undefined) found.push(`${name}: ${failure}\n    after ${sequence.join(", ")}`);
  }
  // A campaign that broke off says nothing about how much it would have done.
  if (found.length !== 0) return found;
  const atLeast = (what: string, figure: number, minimum: number) => {
    if (figure < minimum) found.push(`${what}: ${figure.toString()}, at least ${minimum.toString()} wanted`);
  };
  atLeast("calls", calls, minima.calls);
  if (succeeded < calls * minima.successShare) {
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    found.push(`not reverting: ${percent(succeeded / calls)}, at least ${percent(minima.successShare)} wanted`);
  }
  for (const handler of handlers) {
    const label = `${handler.contract}.${handler.name}`;
    if (HOSTILE.includes(handler.contract)) atLeast(`${label} refused`, handler.reverted, minima.perHandler);
    else atLeast(`${label} succeeded`, handler.succeeded, minima.perHandler);
  }
  for (const [contract, names] of Object.entries(functions)) {
    const covered = handlers.filter((handler) => HANDLERS_OF[contract]?.includes(handler.contract));
    for (const name of names) {
      const refused = REFUSED_TO_ALL.includes(`${contract}.${name}`);
      const stands = (h: HandlerTally) => h.name === name && HOSTILE.includes(h.contract) === refused;
      if (!covered.some(stands)) {
        found.push(
          `${contract}.${name} has no handler of its name in ${HANDLERS_OF[contract]?.join(", ") ?? "any contract"}`,
        );
      }
    }
  }
  atLeast("clearings with trades", counters.clearingsWithTrades, minima.clearingsWithTrades);
  atLeast("rounds executed", counters.plansExecuted + counters.fallbacksExecuted, minima.roundsExecuted);
  atLeast("settlements", counters.settlements, minima.settlements);
  atLeast("frames with a premium of the load", counters.pricesOfLoad, minima.pricesOfLoad);
  return found;
}

function handlerTally(name: string, { calls, reverts, discards }: ForgeMetrics): HandlerTally {
  const [contract = "", handler = ""] = (name.split(":").at(-1) ?? "").split(".");
  return { contract, name: handler, calls, succeeded: calls - reverts - discards, reverted: reverts + discards };
}
