import type { Provider } from "ethers";

import { InputError } from "../core/errors";

import type { RawProvider } from "../chain/clock";
import type { MarketClient } from "../chain/marketClient";
import { simulatedMeterKey } from "../chain/pileKeys";
import type { MarketMoney } from "../chain/token";
import type { Transactor } from "../chain/transactor";
import { Acts } from "./acts";
import { Autopilot, type MeterSigner } from "./autopilot";
import type { Demo } from "./demo";
import type { MeterModes } from "./meterModes";
import type { PlayedClock } from "./playedClock";
import type { MarketFacts } from "./protocol";
import { Timeline } from "./timeline";
import { Watch } from "./watch";

/** A market to watch, and whoever may act on it from here. */
export interface OpenOptions {
  client: MarketClient;
  provider: Provider & RawProvider;
  lens: string | undefined;
  money: MarketMoney;
  feeder: string;
  network: string;
  version: string;
  firstBlock: number;
  /** Where the chain's time can be set. */
  clock: PlayedClock | undefined;
  meters: MeterModes;
  /** Undefined where the network has no account here. */
  sender: Transactor | undefined;
  /** Addresses that a development chain's node signs for, and what sends for them. */
  unlocked: readonly string[];
  transactorOf: (address: string) => Transactor;
  /** Agents that play days on it; the market is driven by clock and buttons alone without them. */
  demo: Demo | undefined;
  /** Signs readings for an address of `unlocked`. */
  signerOf: (address: string) => Promise<Parameters<MarketClient["signReading"]>[0]>;
  errorWords: (name: string) => string;
  pollMs: number;
}

/** A market under watch. */
export interface Opened {
  watch: Watch;
  timeline: Timeline;
  stop: () => void;
}

/** Reads a market's whole story and begins to watch it. */
export async function openWatch(options: OpenOptions): Promise<Opened> {
  if (options.client.parameters.matching === "own") {
    throw new InputError(
      "market",
      "its mechanism is one of its own, and the page explains frames by rules that the model knows",
    );
  }
  const { client, provider, clock, meters, sender, money, demo, errorWords, firstBlock, lens, pollMs } = options;
  const { chainId } = await provider.getNetwork();
  const unlocked = new Set(options.unlocked.map((address) => address.toLowerCase()));
  const ghostOf = demo?.ghostOf;
  const timeline = new Timeline({ parameters: client.parameters, market: client.address, unlocked, ghostOf });
  const facts = factsOf(options, Number(chainId));
  const watch = new Watch({
    facts,
    client,
    provider,
    lens,
    money,
    timeline,
    firstBlock,
    clock,
    meters,
    errorWords,
    pollMs,
  });
  const say = (text: string) => watch.say(text);
  const transactorOf = (address: string) =>
    unlocked.has(address.toLowerCase()) ? options.transactorOf(address) : undefined;
  watch.acts = new Acts({
    ...{ client, provider, timeline, clock, meters, sender, unlocked: transactorOf, errorWords },
  });
  await watch.start();
  const signerOf: MeterSigner = async (pile) => {
    const account = timeline.now.piles.get(pile)?.account;
    const key = timeline.now.meters.meters.get(pile)?.key;
    if (account === undefined || key === undefined) return undefined;
    if (unlocked.has(key.toLowerCase())) return options.signerOf(key);
    const simulated = simulatedMeterKey(account);
    return simulated.address === key ? simulated : undefined;
  };
  const catchUp = async () => watch.catchUp();
  const pilot =
    clock !== undefined && sender !== undefined && demo === undefined
      ? new Autopilot({ client, clock, sender, timeline, catchUp, meters, signerOf, say })
      : undefined;
  void pilot?.run();
  return {
    ...{ watch, timeline },
    stop: () => {
      pilot?.stop();
      watch.stop();
    },
  };
}

function factsOf({ client, money, demo, ...options }: OpenOptions, chainId: number): MarketFacts {
  const p = client.parameters;
  return {
    ...{ address: client.address, feeder: options.feeder, network: options.network, chainId },
    ...{ development: options.clock !== undefined, relays: options.sender !== undefined },
    ...{ frameSeconds: p.frameSeconds, auctionSeconds: p.auctionSeconds },
    ...{
      capacityW: Number(p.capacityW),
      lossAllowanceW: Number(p.lossAllowanceW),
      priceWeight: p.priceWeight,
      timeWeight: p.timeWeight,
    },
    ...{ settlement: p.settlement, matching: p.matching, metered: p.readingSeconds > 0 },
    ...{ tickSize: Number(p.tickSize), version: options.version },
    money: { symbol: money.token.symbol, unitsPerToken: Number(money.unitsPerToken) },
    names: demo?.names ?? {},
    ghost: demo === undefined ? "orders" : "population",
  };
}
