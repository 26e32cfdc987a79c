import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";

import { JsonRpcProvider } from "ethers";

const HARDHAT = join(__dirname, "../../node_modules/.bin/hardhat");
const ANVIL = join(__dirname, "../../node_modules/.bin/anvil");

/** Whether npm has an anvil for this platform. */
export const HAS_ANVIL = existsSync(ANVIL);

/** A node that runs beside the tests. */
export interface RunningNode {
  url: string;
  provider: JsonRpcProvider;
  stop: () => void;
}

/** Starts an anvil. @param flags such as `--base-fee 0` */
export async function startAnvil(...flags: string[]): Promise<RunningNode> {
  const port = await freePort();
  const process: ChildProcess = spawn(ANVIL, ["--port", String(port), "--silent", ...flags], { stdio: "ignore" });
  return running(process, port, "anvil");
}

/** Starts a `hardhat node`. */
export async function startHardhatNode(): Promise<RunningNode> {
  const port = await freePort();
  const args = ["node", "--hostname", "127.0.0.1", "--port", String(port)];
  const process: ChildProcess = spawn(HARDHAT, args, { stdio: "ignore", cwd: join(__dirname, "../..") });
  return running(process, port, "hardhat");
}

/** Requests that a {@link startProxy} keeps from its node's users. */
export interface Restrictions {
  /** Most blocks that logs are given of at once. */
  mostBlocks: number;
}

/** Stands before a node as a public one would be: no methods of development, logs of few blocks at a time. */
export async function startProxy(node: RunningNode, { mostBlocks }: Restrictions): Promise<RunningNode> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(parts).toString()) as { id: number; method: string; params: unknown[] };
      void answer(node.url, asked, mostBlocks).then((text) => response.end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new JsonRpcProvider(url, undefined, { polling: true, batchMaxCount: 1, cacheTimeout: -1 });
  return {
    ...{ url, provider },
    stop: () => {
      provider.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A node of which a process was started, once it answers. */
async function running(process: ChildProcess, port: number, name: string): Promise<RunningNode> {
  const url = `http://127.0.0.1:${port}`;
  const provider = new JsonRpcProvider(url, undefined, { polling: true, batchMaxCount: 1, cacheTimeout: -1 });
  for (let attempt = 0; ; attempt++) {
    const up = await rpc(url, "eth_chainId", []).then(
      () => true,
      () => false,
    );
    if (up) break;
    if (attempt === 600) throw new Error(`${name} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    ...{ url, provider },
    stop: () => {
      provider.destroy();
      process.kill();
    },
  };
}

/** Asks a node once. */
export async function rpc(url: string, method: string, params: unknown[]): Promise<string> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  return response.text();
}

async function answer(
  url: string,
  { id, method, params }: { id: number; method: string; params: unknown[] },
  mostBlocks: number,
): Promise<string> {
  const refuse = (message: string) => JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_601, message } });
  if (/^(evm|hardhat|anvil|debug)_/.test(method)) return refuse("the method does not exist");
  if (method === "eth_getLogs") {
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) + 1 > mostBlocks) return refuse("the range of blocks is too wide");
  }
  const text = await rpc(url, method, params);
  return JSON.stringify({ ...(JSON.parse(text) as object), id });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
