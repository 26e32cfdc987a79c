import { statfs } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";

import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import type { Logger } from "pino";

import { type ChainClock, DevelopmentNodeClock, WallClock } from "../chain/clock";
import { ERROR_INTERFACES } from "../chain/interfaces";
import { MarketClient } from "../chain/marketClient";
import { moneyOf } from "../chain/token";
import type { BookPlanner } from "../planners/book/planners";
import type { GatewayConfig } from "./config";
import { Batching } from "./desk/batching";
import { Feed } from "./desk/feed";
import { httpDesk } from "./desk/http";
import { MarketDesk } from "./desk/marketDesk";
import { OrderStore } from "./desk/orderStore";
import { Rates } from "./desk/rates";
import { Stream } from "./desk/stream";
import { Clearing } from "./keeper/clearing";
import type { Duty, KeptMarket } from "./keeper/duty";
import { Keeper } from "./keeper/keeper";
import { CsvSource } from "./keeper/publicationSource";
import { Publishing } from "./keeper/publishing";
import { Rounds } from "./keeper/rounds";
import { Settling } from "./keeper/settling";
import { loadKey } from "./keys";
import { Metrics } from "./metrics";
import type { CentralSystem } from "./ocpp/centralSystem";
import { type BridgedMarket, Stations } from "./ocpp/stations";
import { Accounts } from "./send/accounts";
import { Database } from "./store/database";
import { ReadingStore } from "./store/readings";

/** Parts of a gateway besides its settings. */
export interface GatewayOptions {
  config: GatewayConfig;
  log: Logger;
  /** Loads a planner of one's own. */
  loadPlanner?: (file: string) => Promise<BookPlanner>;
}

/** A market of a running gateway. */
interface ServedMarket extends BridgedMarket {
  orders: OrderStore;
}

/** A running gateway. */
export interface RunningGateway {
  /** Where the desk listens. */
  url: string;
  /** Port at which stations connect; undefined where none are served. */
  ocppPort: number | undefined;
  markets: ReadonlyMap<string, ServedMarket>;
  metrics: Metrics;
  /** Ends what has begun, then everything. */
  stop(): Promise<void>;
}

const MS = 1_000;
/** Blocks without which a transaction is offered more for, and is given up on for now. */
const [BUMP_BLOCKS, PATIENCE_BLOCKS] = [4, 15];
/** Least room on the disk for a healthy gateway, bytes. */
const LEAST_ROOM = 50_000_000;

/** Starts a gateway: keeper, order desk, health and metrics. @throws InputError */
export async function runGateway({ config, log, loadPlanner }: GatewayOptions): Promise<RunningGateway> {
  const store = Database.open(join(config.data, "gateway.sqlite"));
  const provider = await connected(config, log);
  const { chainId } = await provider.getNetwork();
  const say = (text: string) => log.info(text);
  const blockMs = config.blockSeconds * MS;
  const patience = {
    ...{ tellAfterMs: Math.max(3_000, 2 * blockMs), bumpAfterMs: Math.max(5_000, BUMP_BLOCKS * blockMs), bumps: 6 },
    timeoutMs: Math.max(60_000, PATIENCE_BLOCKS * blockMs),
  };
  const gasPrice = config.gasPrice === undefined ? undefined : BigInt(config.gasPrice);
  const accounts = new Accounts({
    node: provider,
    chainId,
    store,
    interfaces: ERROR_INTERFACES,
    patience,
    gasPrice,
    say,
  });
  const told = config.clock === "chain" ? new DevelopmentNodeClock(provider) : new WallClock(provider);
  let chainTime = await told.now();
  // Whoever asks keeps the desk's time fresh.
  const clock: ChainClock = {
    now: async () => (chainTime = await told.now()),
    reach: async (seconds) => told.reach(seconds),
  };
  const metrics = new Metrics();
  const keeperAccount = accounts.of(await loadKey(config.keeper));
  const marginSeconds = Math.max(1, Math.ceil(config.blockSeconds));

  const markets = new Map<string, ServedMarket>();
  const keepers: Keeper[] = [];
  const gathered: { name: string; duties: Duty[]; lasting: Duty[] }[] = [];
  const desks = new Map<string, MarketDesk>();
  const addressRates = new Rates({ perSecond: config.requestsPerSecond, burst: 2 * config.requestsPerSecond });
  const stream = new Stream(desks, addressRates);
  for (const one of config.markets) {
    const { name } = one;
    const client = await MarketClient.connect(one.address, provider);
    const kept: KeptMarket = {
      name,
      client,
      provider,
      store,
      log: log.child({ market: name }),
      keeper: keeperAccount,
      marginSeconds,
    };
    const orders = new OrderStore(store, client.address);
    const readings = new ReadingStore(store, client);
    const desk = await MarketDesk.open({ market: kept, node: provider, orders, metrics, now: () => chainTime, log });
    desks.set(name.toLowerCase(), desk).set(client.address.toLowerCase(), desk);
    const leadSeconds = one.leadSeconds ?? Math.max(2, Math.ceil(3 * config.blockSeconds));
    markets.set(name, { ...kept, desk, orders, readings, leadSeconds });
    const duties: Duty[] = [
      { name: "registry", attend: async () => desk.registry.update().then(() => 0) },
      new Feed(desk, stream.subscriptions),
    ];
    if (one.publications !== undefined && one.operator !== undefined) {
      const source = new CsvSource(one.publications, client.parameters.frameSeconds, await moneyOf(client, provider));
      duties.push(new Publishing(kept, accounts.of(await loadKey(one.operator)), source));
    }
    duties.push(
      new Batching(kept, orders, { leadSeconds, confirmations: config.confirmations }, (order) => {
        if (order.state === "chain")
          metrics.confirmation.observe({ market: name }, (order.endedMs! - order.receivedMs) / MS);
        stream.tellOrder(name, order);
      }),
      new Clearing(kept),
    );
    if (client.roundsAddress !== undefined) {
      const planner = one.planner &&
        loadPlanner && {
          account: accounts.of(await loadKey(one.planner.key)),
          planner: await loadPlanner(one.planner.file),
        };
      duties.push(new Rounds(kept, planner));
    }
    const lasting: Duty[] = [new Settling(kept, readings)];
    gathered.push({ name, duties, lasting });
  }
  const stations = config.ocpp && (await Stations.read(config.ocpp, markets, () => chainTime));
  for (const { name, duties, lasting } of gathered) {
    if (stations !== undefined) duties.unshift(stations.bridge(markets.get(name)!));
    duties.push(...lasting);
    const pauseMs = Math.min(2_000, Math.max(100, blockMs / 2));
    keepers.push(
      new Keeper(
        duties.map((duty) => ({ market: name, duty })),
        clock,
        log,
        pauseMs,
        (duty, outcome) => metrics.duties.inc({ market: name, duty, outcome }),
      ),
    );
  }

  const health = async () => {
    const block = await provider.getBlock("latest").catch(() => null);
    const lag = block === null ? Number.POSITIVE_INFINITY : (await clock.now().catch(() => 0)) - block.timestamp;
    const room = await statfs(dirname(join(config.data, "x"))).catch(() => undefined);
    const lastRound = Math.min(...keepers.map((keeper) => keeper.lastRound ?? 0));
    const checks = {
      node: block === null ? "does not answer" : "ok",
      chain: lag > Math.max(60, 10 * config.blockSeconds) ? `latest block is ${Math.round(lag)} s old` : "ok",
      keeper: Date.now() - lastRound > patience.timeoutMs + 10_000 ? "has not gone round for long" : "ok",
      disk: room !== undefined && room.bavail * room.bsize < LEAST_ROOM ? "nearly full" : "ok",
    };
    const status: "ok" | "failing" = Object.values(checks).every((one) => one === "ok") ? "ok" : "failing";
    return { status, checks };
  };
  const server = await httpDesk({ desks, metrics, addressRates, log, health });
  stream.attach(server.server);
  await server.listen(config.listen);
  const central: CentralSystem | undefined = await stations?.listen(log, metrics);

  await accounts
    .resume()
    .catch((error: Error) => log.warn({ error: error.message.slice(0, 200) }, "nothing resumed yet"));
  keepers.forEach((keeper) => keeper.start());
  const ticking = setInterval(
    () => {
      void clock
        .now()
        .then(
          async (now) => {
            metrics.unfinished.set(accounts.unfinished());
            metrics.lag.set(Math.max(0, now - ((await provider.getBlock("latest"))?.timestamp ?? 0)));
            await accounts.resume();
          },
          () => undefined,
        )
        .catch(() => undefined);
    },
    Math.max(500, blockMs),
  );
  const { address, port } = server.server.address() as AddressInfo;
  log.info(
    { port, chain: Number(chainId), markets: [...markets.keys()], keeper: keeperAccount.address },
    "gateway runs",
  );

  return {
    url: `http://${address}:${port}`,
    ...{ markets, metrics, ocppPort: central?.port },
    stop: async () => {
      clearInterval(ticking);
      await central?.close();
      stream.close();
      await server.close();
      await Promise.all(keepers.map(async (keeper) => keeper.stop()));
      provider.destroy();
      store.close();
      log.info("gateway stopped");
    },
  };
}

/** A provider of the node, once it answers. */
async function connected({ rpcUrl }: GatewayConfig, log: Logger): Promise<JsonRpcProvider> {
  for (let attempt = 0; ; attempt++) {
    try {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
      const headers = { "content-type": "application/json" };
      const response = await fetch(rpcUrl, { method: "POST", headers, body, signal: AbortSignal.timeout(5_000) });
      const { result } = (await response.json()) as { result: string };
      const network = Network.from(BigInt(result));
      const request = new FetchRequest(rpcUrl);
      request.timeout = 20_000;
      return new JsonRpcProvider(request, network, {
        staticNetwork: network,
        batchMaxCount: 1,
        cacheTimeout: -1,
        polling: true,
      });
    } catch (error) {
      if (attempt % 15 === 0) log.warn({ error: String(error).slice(0, 200) }, "no node answers yet; trying again");
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}
