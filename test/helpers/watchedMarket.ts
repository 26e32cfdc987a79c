import { JsonRpcProvider, MaxUint256 } from "ethers";
import hre from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentNodeClock } from "../../scripts/chain/clock";
import { DEFAULT_PATIENCE } from "../../scripts/chain/inclusion";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { ModuleDeployer } from "../../scripts/chain/moduleDeployer";
import { NodeTransactor } from "../../scripts/chain/nodeTransactor";
import { moneyOf, TOKEN_INTERFACE } from "../../scripts/chain/token";
import type { Transactor } from "../../scripts/chain/transactor";
import { MemoryJournal } from "../../scripts/chain/transactionJournal";
import { MeterModes } from "../../scripts/live/meterModes";
import { openWatch, type Opened } from "../../scripts/live/open";
import { PlayedClock } from "../../scripts/live/playedClock";
import { type LiveServer, serveLive } from "../../scripts/live/server";
import { PENNY } from "../../scripts/simulation/defaults";
import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../scripts/core/parameters";
import { AwayNode } from "./gatewayNode";

const FRAME_SECONDS = DEFAULT_PARAMETERS.frameSeconds;

/** A market on a node of its own, its page served. */
export interface WatchedMarket extends Opened {
  client: MarketClient;
  provider: JsonRpcProvider;
  /** Accounts of the node; those from 1 on are piles 1, 2, … */
  accounts: string[];
  transactor: (account: number) => Transactor;
  gate: AwayNode;
  server: LiveServer;
  /** Base load and tariffs of frames; then it is the eve of the first of them. */
  publish: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Deploys a market on a node, with piles, and serves its page.
 *
 * @param relays Whether the page's server has an account that submits what wallets sign; without it wallets send themselves.
 */
export async function watchMarket(
  nodeUrl: string,
  piles: number,
  overrides: Partial<DeploymentParameters> = {},
  relays = true,
): Promise<WatchedMarket> {
  const gate = new AwayNode(nodeUrl);
  await gate.comeBack();
  const options = { polling: true, batchMaxCount: 1, cacheTimeout: -1 };
  const provider = new JsonRpcProvider(gate.url, undefined, { ...options, staticNetwork: true });
  const accounts = (await provider.send("eth_accounts", [])) as string[];
  const transactor = (account: number) =>
    new NodeTransactor({
      ...{ provider, address: accounts[account]!, interfaces: ERROR_INTERFACES },
      ...{ journal: new MemoryJournal(), patience: DEFAULT_PATIENCE },
    });
  const sender = transactor(0);
  // Whatever the hour, the story begins with a frame.
  const { timestamp: wall } = (await provider.getBlock("latest"))!;
  const begins = Math.ceil((wall + 60) / FRAME_SECONDS) * FRAME_SECONDS;
  await provider.send("evm_setNextBlockTimestamp", [`0x${begins.toString(16)}`]);
  await provider.send("evm_mine", []);
  const deployer = new ModuleDeployer({
    ...{ sender, contracts: {}, save: () => Promise.resolve(), say: () => undefined },
    artifactOf: async (name) => hre.artifacts.readArtifact(name),
    hasCode: async (address) => (await provider.getCode(address)) !== "0x",
  });
  const deployed = await deployer.deploy(feederModule("watched", overrides));
  const client = await MarketClient.connect(deployed["market"]!, provider);
  const token = async (name: string, args: unknown[]) =>
    sender.send({ to: client.tokenAddress, data: TOKEN_INTERFACE.encodeFunctionData(name, args) });
  await token("faucet", [sender.address, 10n ** 24n]);
  await token("approve", [client.address, MaxUint256]);
  for (let pile = 1; pile <= piles; pile++) {
    const account = accounts[pile]!;
    await client.register(sender, { account, operator: account, meterKey: account, ratedW: 7_000n });
    await client.deposit(sender, account, 50_000_000n);
  }
  const told: { status?: () => void } = {};
  const clock = new PlayedClock(new DevelopmentNodeClock(provider), () => told.status?.());
  const opened = await openWatch({
    ...{ client, provider, clock, sender: relays ? sender : undefined, demo: undefined },
    ...{ feeder: "watched", network: "test", version: "test" },
    ...{ lens: deployed["lens"], money: await moneyOf(client, provider), meters: new MeterModes() },
    ...{ unlocked: accounts.slice(0, piles + 1), firstBlock: 0, pollMs: 50 },
    transactorOf: (address) => transactor(accounts.findIndex((one) => one.toLowerCase() === address.toLowerCase())),
    signerOf: async (address) => provider.getSigner(address),
    errorWords: (name) => `That was ${name}.`,
  });
  told.status = () => opened.watch.tellStatus();
  const server = await serveLive(opened.watch, 0);
  return {
    ...{ ...opened, client, provider, accounts, transactor, gate, server },
    publish: async () => {
      const { frameSeconds } = client.parameters;
      const { timestamp } = (await provider.getBlock("latest"))!;
      const first = Math.floor(timestamp / frameSeconds) + 4;
      const prices = {
        importPricePerKwh: 20n * BigInt(PENNY),
        exportPricePerKwh: 5n * BigInt(PENNY),
        wheelingPricePerKwh: 0n,
      };
      const frames = Array.from({ length: 24 }, (_, i) => ({ baseLoadW: 30_000n + BigInt(i) * 1_000n, ...prices }));
      await client.publish(sender, first, frames);
      await provider.send("evm_setNextBlockTimestamp", [`0x${((first - 1) * frameSeconds).toString(16)}`]);
      await provider.send("evm_mine", []);
    },
    close: async () => {
      opened.stop();
      await server.close();
      await gate.goAway();
      provider.destroy();
    },
  };
}
