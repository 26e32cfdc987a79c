import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import pino from "pino";

import { parseConfig } from "../../scripts/gateway/config";
import { type RunningGateway, runGateway } from "../../scripts/gateway/service";
import { marketOnNode, type NodeMarket, nodeWallet } from "./gatewayMarket";
import { type RunningNode, startAnvil } from "./nodes";

/** Length of a frame, s. */
export const FRAME = 1_800;

/** A node, a metered market on it, and a gateway that serves stations. */
export interface StationedGateway {
  node: RunningNode;
  market: NodeMarket;
  gateway: RunningGateway;
  /** The frame whose window is about to open. */
  start: number;
  /** Lines of the gateway's log with a message. */
  logged: (msg: string) => Record<string, unknown>[];
  /** Takes the chain there, and the gateway's clock, which it would read a moment later. */
  reach: (time: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** How a test wants its stations. */
export interface StationedOptions {
  piles: number;
  importPricePerKwh?: bigint;
  /** Settings of the central system but for where it listens. */
  ocpp: Record<string, unknown>;
  /** Before anything is published. */
  prepare?: (market: NodeMarket) => Promise<void>;
}

/** Settings of a station whose pile has the key of that number. */
export const stationSettings = (id: string, pile: number, more: object = {}) => ({
  ...{ id, market: "main", password: `secret of ${id}`, key: { env: `TEST_GATEWAY_KEY${pile}` }, ratedW: 7_000 },
  ...more,
});

/** Starts all of it, a minute into the frame before {@link StationedGateway.start}. */
export async function stationedGateway(options: StationedOptions): Promise<StationedGateway> {
  const { piles, importPricePerKwh = 200_000n, ocpp, prepare } = options;
  const node = await startAnvil();
  const market = await marketOnNode(node, piles, { readingSeconds: FRAME });
  const { clock, client, admin } = market;
  await prepare?.(market);
  const start = Math.floor((await clock.now()) / FRAME) + 4;
  const tariffs = { importPricePerKwh, exportPricePerKwh: 50_000n, wheelingPricePerKwh: 0n };
  await client.publish(
    admin,
    start,
    Array.from({ length: 8 }, () => ({ baseLoadW: 33_000n, ...tariffs })),
  );
  await clock.reach((start - 1) * FRAME + 60);
  for (const index of [...Array.from({ length: piles }, (_, pile) => pile + 1), 9]) {
    process.env[`TEST_GATEWAY_KEY${index}`] = nodeWallet(index).privateKey;
  }
  const config = parseConfig(
    {
      ...{ rpcUrl: node.url, data: mkdtempSync(join(tmpdir(), "adbev-")), listen: { port: 0 } },
      ...{ clock: "chain", blockSeconds: 0.25, confirmations: 1, requestsPerSecond: 500 },
      keeper: { env: "TEST_GATEWAY_KEY9" },
      markets: [{ name: "main", address: client.address, leadSeconds: 30 }],
      ocpp: { listen: { port: 0 }, ...ocpp },
    },
    "test",
  );
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const gateway = await runGateway({ config, log: pino({ level: "info" }, { write }) });
  return {
    ...{ node, market, gateway, start },
    logged: (msg) => lines.filter((line) => line["msg"] === msg),
    reach: async (time) => {
      await clock.reach(time);
      // Whatever it says of itself: a chain that jumps looks as if it lagged.
      await fetch(`${gateway.url}/health`);
    },
    stop: async () => {
      await gateway.stop();
      node.stop();
    },
  };
}
