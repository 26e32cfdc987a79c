import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment, HttpNetworkConfig } from "hardhat/types";

import { InputError } from "../../scripts/core/errors";
import { isDevelopmentChain } from "./network";

/** How long a node may take to start, ms. */
const PATIENCE_MS = 120_000;

/** A node to play on. */
export interface DemoNode {
  /** Whether it was started here, and ends with the command. */
  started: boolean;
  stop: () => void;
}

/**
 * The network's node; starts one where nothing answers on this machine.
 *
 * @param here Whether a node that runs already may be played on.
 * @throws InputError where the network is elsewhere, or no development chain
 */
export async function demoNode(hre: HardhatRuntimeEnvironment, here: boolean): Promise<DemoNode> {
  const { url } = hre.network.config as HttpNetworkConfig;
  const address = url === undefined ? undefined : new URL(url);
  if (address === undefined || !["127.0.0.1", "localhost"].includes(address.hostname)) {
    throw new InputError(
      `network ${hre.network.name}`,
      "the demo plays on a node of this machine: --network localhost",
    );
  }
  const answers = async () =>
    hre.network.provider.send("eth_chainId", []).then(
      () => true,
      () => false,
    );
  if (await answers()) {
    if (!(await isDevelopmentChain(hre))) {
      throw new InputError(`network ${hre.network.name}`, `what answers at ${url} is no development chain`);
    }
    if (here) return { started: false, stop: () => undefined };
    throw new InputError(
      `network ${hre.network.name}`,
      `a node answers at ${url} already, and the demo winds its time on: end it, or say --here`,
    );
  }
  const hardhat = join(hre.config.paths.root, "node_modules", ".bin", "hardhat");
  const args = ["node", "--hostname", "127.0.0.1", "--port", address.port];
  const child: ChildProcess = spawn(hardhat, args, { stdio: "ignore", cwd: hre.config.paths.root });
  const stop = () => void child.kill();
  process.once("exit", stop);
  for (const until = Date.now() + PATIENCE_MS; !(await answers());) {
    if (child.exitCode !== null || Date.now() > until) {
      stop();
      throw new InputError(`network ${hre.network.name}`, `no node could be started at ${url}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { started: true, stop };
}
