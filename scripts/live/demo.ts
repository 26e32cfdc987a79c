import type { Provider, Wallet } from "ethers";

import { ChainPort } from "../chain/chainPort";
import { DevelopmentClock, type RawProvider } from "../chain/clock";
import type { MarketClient } from "../chain/marketClient";
import { simulatedMeterKey } from "../chain/pileKeys";
import type { Transactor } from "../chain/transactor";
import { reachWh } from "../model/load";
import type { MeterDeviations } from "../piles/meters";
import type { BookPlanner } from "../planners/book/planners";
import { uncontrolled } from "../schemes/uncontrolled";
import { type DayOptions, runDay } from "../simulation/day";
import { defaultDay, type DaySettings } from "../simulation/defaults";
import type { MeteredPort } from "../core/ports";
import type { MeterModes } from "./meterModes";
import type { PlayedClock } from "./playedClock";

const A_DAY = 86_400;
/** Frames that a {@link ChainPort} leaves between registering and its frame 0. */
const SETUP_FRAMES = 8;
/** Deposit that each pile trades with, money units. */
const PILE_BALANCE = 1_000_000_000n;
/** The grid operator's money at the start, to pay for exports, money units. */
const OPERATOR_PREFUND = 100_000_000n;

/** Agents that play days on a market of a development chain. */
export interface DemoOptions {
  client: MarketClient;
  provider: Provider & RawProvider;
  /** Grid operator, registrar and gateway; its transactions do not wait for the wall's clock. */
  sender: Transactor;
  proposerOf: (name: string) => Promise<Transactor>;
  keyOf: (pile: string) => Wallet;
  settings: Omit<DaySettings, "warmUpDays" | "afterDays" | "meters"> & { days: number; meters: MeterDeviations };
  /** Whoever competes in the rounds, in the order of the reveals; none where the clearing decides alone. */
  proposers: readonly BookPlanner[];
  meters: MeterModes;
  clock: PlayedClock;
  /** Told of plans that were refused. */
  onRefused: (frame: number, proposer: string, error: string) => void;
}

/** A day in play. */
export interface Demo {
  /** Names of the proposers by their addresses. */
  names: Record<string, string>;
  /** Load of the same EVs charging on arrival in a frame of the chain, W. */
  ghostOf: (frame: number) => number;
  /** Number of a frame of the chain by that of the day. */
  chainFrame: (frame: number) => number;
  /** Plays until the last EV has left. */
  run: () => Promise<void>;
}

/** Sets the chain to the eve of a day and readies the agents; {@link Demo.run} lets them play. */
export async function openDemo(options: DemoOptions): Promise<Demo> {
  const { client, provider, sender, settings, clock, meters } = options;
  const { frameSeconds } = client.parameters;
  const chain = new DevelopmentClock(provider);
  const now = await chain.now();
  const midnight = (Math.floor((now + (SETUP_FRAMES + 1) * frameSeconds) / A_DAY) + 1) * A_DAY;
  await chain.reach(midnight - SETUP_FRAMES * frameSeconds);
  const day = dayOf(settings, options.proposers);
  await client.drawFromFaucet(sender, OPERATOR_PREFUND);
  await client.depositGrid(sender, OPERATOR_PREFUND);
  const origin = midnight / frameSeconds;
  const { evLoadW } = uncontrolled(day.evs, client.parameters);
  const names: Record<string, string> = {};
  const known = new Map<string, Transactor>();
  for (const { name } of day.proposers ?? []) {
    const account = await options.proposerOf(name);
    names[account.address] = name;
    known.set(name, account);
  }
  const port = new ChainPort({
    ...{ client, sender, clock, keyOf: options.keyOf, pileBalance: PILE_BALANCE },
    proposerOf: async (name) => known.get(name)!,
  });
  return {
    names,
    ghostOf: (frame) => evLoadW[frame - origin] ?? 0,
    chainFrame: (frame) => origin + frame,
    run: async () => {
      const watched = watchedPort(port, client, meters, (frame, proposer, error) =>
        options.onRefused(origin + frame, proposer, error),
      );
      await runDay(day, watched);
    },
  };
}

/** Days in a row, all of them measured; a frame is as long as the settings say. */
export function dayOf(
  { days, ...settings }: DemoOptions["settings"],
  proposers: readonly BookPlanner[] = [],
): DayOptions {
  const day = defaultDay({ ...settings, warmUpDays: 0, afterDays: days - 1 });
  return {
    ...day,
    measured: { first: 0, count: day.measured.count * days },
    proposers: [...proposers],
  };
}

/** A port whose meters report what a person tells them to. */
function watchedPort(
  port: ChainPort,
  client: MarketClient,
  meters: MeterModes,
  onRefused: DemoOptions["onRefused"],
): MeteredPort {
  const { rounds } = port;
  /** Piles whose meters' keys are not at hand. */
  const strangers = new Set<string>();
  return new Proxy<MeteredPort>(port, {
    get(target, name: keyof MeteredPort) {
      if (name === "settleMetered") {
        return async (...[frame, readings, now]: Parameters<ChainPort["settleMetered"]>) => {
          const reported = new Map(
            [...readings].flatMap(([pile, reading]) => {
              const known = port.memory.piles.get(pile)!;
              const told = meters.reported(known.index, reading, reachWh(client.parameters, known.ratedW));
              // Whoever falls silent does so with the next frame: this one's other piles do not wait for it.
              return [[pile, told ?? reading] as const];
            }),
          );
          return target.settleMetered(frame, reported, now);
        };
      }
      if (name === "hears") {
        return (pile: string) => {
          const known = port.memory.piles.get(pile);
          return known !== undefined && meters.all[known.index] !== "silent" && !strangers.has(pile);
        };
      }
      if (name === "clear") {
        return async (frame: number) => {
          await adoptOthers(port, client, strangers);
          return target.clear(frame);
        };
      }
      if (name === "rounds") {
        return {
          frozenBook: async (frame: number) => rounds.frozenBook(frame),
          hold: async (...[frame, proposals]: Parameters<typeof rounds.hold>) => {
            const outcome = await rounds.hold(frame, proposals);
            for (const { proposer, error } of outcome.refused) onRefused(frame, proposer, error);
            return outcome;
          },
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Takes in the piles that people have registered beside those of the day. */
async function adoptOthers(port: ChainPort, client: MarketClient, strangers: Set<string>): Promise<void> {
  const known = new Set([...port.memory.piles.values()].map(({ index }) => index));
  for (const { index, account, meterKey, ratedW } of await client.piles()) {
    if (known.has(index)) continue;
    const name = `#${index}`;
    const meter = simulatedMeterKey(account);
    port.adopt(name, { index, ratedW, meter });
    if (meter.address !== meterKey) strangers.add(name);
  }
}
