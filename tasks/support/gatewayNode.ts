import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { HDNodeWallet, JsonRpcProvider, Wallet } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { DevelopmentNodeClock } from "../../scripts/chain/clock";
import { DEFAULT_PATIENCE } from "../../scripts/chain/inclusion";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { ModuleDeployer } from "../../scripts/chain/moduleDeployer";
import { NodeTransactor } from "../../scripts/chain/nodeTransactor";
import { provideTokens } from "../../scripts/chain/token";
import { MemoryJournal } from "../../scripts/chain/transactionJournal";
import type { DeploymentParameters } from "../../scripts/core/parameterTable";
import { InputError } from "../../scripts/core/errors";

/** A gateway in a process of its own on a node of its own, with a market of honest piles. */
export interface GatewayOnNode {
  url: string;
  client: MarketClient;
  provider: JsonRpcProvider;
  clock: DevelopmentNodeClock;
  piles: HDNodeWallet[];
}

/** How {@link gatewayOnNode} sets things up. */
export interface GatewayNodeOptions {
  piles: number;
  blockSeconds: number;
  market?: Partial<DeploymentParameters>;
  /** Whether blocks come by the wall's clock; else as transactions do, and time can be set. */
  steady?: boolean;
  leadSeconds?: number;
}

const PHRASE = "test test test test test test test test test test test junk";
/** Money units that each pile has. */
const DEPOSIT = 1_000_000_000n;

/** A node of its own on loopback, with a market of honest piles; account 0 has all roles. */
export interface MarketOnNode extends Omit<GatewayOnNode, "url"> {
  rpcUrl: string;
  /** Of files that end with it. */
  folder: string;
  admin: HDNodeWallet;
  /** Sends for `admin`. */
  sender: NodeTransactor;
}

/** Starts market and gateway on a node of its own, lets `work` use them, and ends them. @throws InputError without anvil */
export async function gatewayOnNode<T>(
  hre: HardhatRuntimeEnvironment,
  options: GatewayNodeOptions,
  work: (at: GatewayOnNode) => Promise<T>,
): Promise<T> {
  return marketOnNode(hre, options, async ({ rpcUrl, folder, provider, client, clock, piles }) => {
    if (options.steady === true) {
      await provider.send("evm_setAutomine", [false]);
      await provider.send("evm_setIntervalMining", [options.blockSeconds]);
    }
    const keeper = Wallet.createRandom();
    await provider.send("anvil_setBalance", [keeper.address, "0x56bc75e2d63100000"]);
    const config = {
      ...{ rpcUrl, data: folder, listen: { port: 0 }, clock: options.steady === true ? "wall" : "chain" },
      ...{ blockSeconds: options.blockSeconds, confirmations: 1, requestsPerSecond: 1_000_000 },
      keeper: { env: "ADBEV_GATEWAY_KEY" },
      markets: [{ name: "main", address: client.address, leadSeconds: options.leadSeconds ?? 60 }],
    };
    await writeFile(join(folder, "gateway.json"), JSON.stringify(config));
    const child = fork(join(hre.config.paths.root, "scripts/gateway/process.ts"), [join(folder, "gateway.json")], {
      execArgv: ["-r", "ts-node/register/transpile-only"],
      env: { ...process.env, ADBEV_GATEWAY_KEY: keeper.privateKey },
    });
    try {
      const [{ url }] = (await once(child, "message")) as [{ url: string }];
      return await work({ url, client, provider, clock, piles });
    } finally {
      child.kill("SIGKILL");
    }
  });
}

/** Starts a node with a market, lets `work` use it, and ends it. @throws InputError without anvil */
export async function marketOnNode<T>(
  hre: HardhatRuntimeEnvironment,
  options: Pick<GatewayNodeOptions, "piles" | "market">,
  work: (at: MarketOnNode) => Promise<T>,
): Promise<T> {
  const { root } = hre.config.paths;
  const folder = await mkdtemp(join(tmpdir(), "adbev-gateway-"));
  const port = await freePort();
  const rpcUrl = `http://127.0.0.1:${port}`;
  const flags = ["--port", String(port), "--silent", "--accounts", "1"];
  const node = spawn(join(root, "node_modules/.bin/anvil"), flags, { stdio: "ignore" });
  const failed = once(node, "error").then(() => {
    throw new InputError("anvil", "npm has none for this platform; the gateway's own node needs it");
  });
  const provider = new JsonRpcProvider(rpcUrl, 31_337, {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
    polling: true,
  });
  try {
    await Promise.race([failed, answering(rpcUrl)]);
    const market = await marketOn(hre, provider, options);
    const clock = new DevelopmentNodeClock(provider);
    return await work({ rpcUrl, folder, provider, clock, ...market });
  } finally {
    provider.destroy();
    node.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function marketOn(
  hre: HardhatRuntimeEnvironment,
  provider: JsonRpcProvider,
  { piles: count, market: overrides = {} }: Pick<GatewayNodeOptions, "piles" | "market">,
): Promise<Pick<MarketOnNode, "client" | "piles" | "admin" | "sender">> {
  const { feederModule } = await import("../../deploy/modules/Feeder");
  const root = HDNodeWallet.fromPhrase(PHRASE, undefined, "m/44'/60'/0'/0");
  const sender = new NodeTransactor({
    ...{ provider, address: root.deriveChild(0).address, interfaces: ERROR_INTERFACES },
    ...{ journal: new MemoryJournal(), patience: DEFAULT_PATIENCE },
  });
  const deployer = new ModuleDeployer({
    sender,
    artifactOf: async (name) => hre.artifacts.readArtifact(name),
    hasCode: async (address) => (await provider.getCode(address)) !== "0x",
    ...{ contracts: {}, save: () => Promise.resolve(), say: () => undefined },
  });
  const { market } = await deployer.deploy(feederModule("gateway", overrides));
  const client = await MarketClient.connect(market!, provider);
  const piles = Array.from({ length: count }, (_, index) => root.deriveChild(index + 1));
  await provideTokens(client, provider, sender, DEPOSIT * BigInt(count));
  for (const { address: account } of piles) {
    await client.register(sender, { account, operator: account, meterKey: account, ratedW: 7_000n });
    await client.deposit(sender, account, DEPOSIT);
  }
  return { client, piles, admin: root.deriveChild(0), sender };
}

async function answering(url: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "content-type": "application/json" };
  for (let attempt = 0; ; attempt++) {
    const answered = await fetch(url, { method: "POST", headers, body }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    if (attempt === 300) throw new InputError("anvil", "does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
