import { HDNodeWallet, type Wallet } from "ethers";
import hre from "hardhat";
import pino from "pino";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentNodeClock } from "../../scripts/chain/clock";
import { DEFAULT_PATIENCE } from "../../scripts/chain/inclusion";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { ModuleDeployer } from "../../scripts/chain/moduleDeployer";
import { NodeTransactor } from "../../scripts/chain/nodeTransactor";
import { provideTokens } from "../../scripts/chain/token";
import { MemoryJournal } from "../../scripts/chain/transactionJournal";
import type { KeptMarket } from "../../scripts/gateway/keeper/duty";
import { Accounts, type DurableTransactor } from "../../scripts/gateway/send/accounts";
import { Database } from "../../scripts/gateway/store/database";
import type { DeploymentParameters } from "../../scripts/core/parameterTable";
import type { RunningNode } from "./nodes";

const PHRASE = "test test test test test test test test test test test junk";

/** Account of a development node by its number. */
export function nodeWallet(index: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index}`);
}

/** A market on a node with registered and funded piles; account 0 has all roles, pile n is account n. */
export interface NodeMarket {
  node: RunningNode;
  client: MarketClient;
  lens: string;
  clock: DevelopmentNodeClock;
  /** Account 0, as tests act for its people. */
  admin: NodeTransactor;
  piles: HDNodeWallet[];
}

/** Deploys a market on a node. */
export async function marketOnNode(
  node: RunningNode,
  pileCount: number,
  overrides: Partial<DeploymentParameters> = {},
): Promise<NodeMarket> {
  const admin = new NodeTransactor({
    ...{ provider: node.provider, address: nodeWallet(0).address, interfaces: ERROR_INTERFACES },
    ...{ journal: new MemoryJournal(), patience: DEFAULT_PATIENCE },
  });
  const deployer = new ModuleDeployer({
    sender: admin,
    artifactOf: async (name) => hre.artifacts.readArtifact(name),
    hasCode: async (address) => (await node.provider.getCode(address)) !== "0x",
    ...{ contracts: {}, save: () => Promise.resolve(), say: () => undefined },
  });
  const { market, lens } = await deployer.deploy(feederModule("gateway", overrides));
  const client = await MarketClient.connect(market!, node.provider);
  const piles = Array.from({ length: pileCount }, (_, index) => nodeWallet(index + 1));
  await provideTokens(client, node.provider, admin, 1_000_000_000n * BigInt(pileCount + 1));
  for (const { address: account } of piles) {
    await client.register(admin, { account, operator: account, meterKey: account, ratedW: 7_000n });
    await client.deposit(admin, account, 1_000_000_000n);
  }
  return { node, client, lens: lens!, clock: new DevelopmentNodeClock(node.provider), admin, piles };
}

/** Accounts of a gateway on a node. @param file of its store; in memory without one */
export async function accountsOn(
  node: RunningNode,
  file = ":memory:",
): Promise<{ accounts: Accounts; store: Database }> {
  const store = Database.open(file);
  const { chainId } = await node.provider.getNetwork();
  const accounts = new Accounts({
    ...{ node: node.provider, chainId, store, interfaces: ERROR_INTERFACES },
    ...{ patience: { ...DEFAULT_PATIENCE, bumpAfterMs: 2_000, timeoutMs: 20_000 }, say: () => undefined },
  });
  return { accounts, store };
}

/** A market as the keeper takes it. @param wallet pays for what the keeper does; account 9 by default */
export function keptMarket(
  { client, node }: NodeMarket,
  { accounts, store }: { accounts: Accounts; store: Database },
  wallet: Wallet | HDNodeWallet = nodeWallet(9),
): KeptMarket & { keeper: DurableTransactor } {
  const log = pino({ level: "silent" });
  return { name: "main", client, provider: node.provider, store, log, keeper: accounts.of(wallet), marginSeconds: 1 };
}
