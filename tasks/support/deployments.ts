import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { FirstHolders as ChainFirstHolders } from "../../scripts/chain/marketClient";
import type { DeployedContract } from "../../scripts/chain/moduleDeployer";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import { InputError } from "../../scripts/core/errors";
import { transactorOf } from "./accounts";
import { feederName } from "./flags";
import { compileMechanism } from "./installation";
import { deployedMechanism, type GivenMechanism, mechanismError } from "./mechanisms";
import { networkId } from "./networkId";

/** Addresses of a deployed feeder. */
export interface FeederAddresses {
  market: string;
  lens: string;
  token: string;
}

/** Who holds a market's roles first; the deployer where nobody is named. */
export type FirstHolders = Partial<ChainFirstHolders>;

/** Contracts to deploy on a node. */
export interface DeployRequest {
  feeder: string;
  /** Parameters that differ from the defaults. */
  overrides: Partial<DeploymentParameters>;
  tokenAddress?: string | undefined;
  holders?: FirstHolders;
  /** Account that pays, by number or address. */
  account?: string;
  /** A mechanism in place of that of the rule. */
  mechanism?: GivenMechanism | undefined;
}

/** Record of a chain: contracts of the modules by their ids, and feeders by their names. */
interface ChainRecord {
  contracts: Record<string, DeployedContract>;
  feeders: Record<string, FeederAddresses>;
}

/** Deploys a feeder's market on a node, and what all feeders share where it is not there yet. */
export async function deployOnNode(hre: HardhatRuntimeEnvironment, request: DeployRequest): Promise<FeederAddresses> {
  const { feederModule } = await import("../../deploy/modules/Feeder");
  const { ModuleDeployer } = await import("../../scripts/chain/moduleDeployer");
  const { feeder, overrides, tokenAddress, holders, account = "0", mechanism } = request;
  feederName(feeder);
  await compileMechanism(hre, overrides.matching);
  const sender = await transactorOf(hre, account);
  return withRecord(hre, async (record, save) => {
    const options = {
      ...{ sender, contracts: record.contracts, save },
      artifactOf: async (name: string) =>
        mechanism?.kind === "compiled" && mechanism.fullName === name ? mechanism : hre.artifacts.readArtifact(name),
      hasCode: async (address: string) => hasCode(hre, address),
      say: (text: string) => (hre.network.name === "hardhat" ? undefined : console.error(text)),
    };
    const deployer = new ModuleDeployer(options, { ...holders });
    const own = mechanism && (await deployedMechanism(hre, deployer, mechanism, overrides));
    const { market, lens, token } = (await deployer
      .deploy(feederModule(feeder, overrides, tokenAddress, own))
      .catch((error: unknown) => {
        throw mechanism === undefined ? error : mechanismError(error, mechanism);
      })) as Record<keyof FeederAddresses, string>;
    record.feeders[feeder] = { market, lens, token };
    await save();
    return record.feeders[feeder];
  });
}

/** A feeder that was deployed to this network before; undefined where it was not, or the chain no longer has it. */
export async function knownFeeder(
  hre: HardhatRuntimeEnvironment,
  feeder: string,
): Promise<FeederAddresses | undefined> {
  feederName(feeder);
  const found = (await readRecord(await recordFile(hre))).feeders[feeder];
  return found !== undefined && (await hasCode(hre, found.market)) ? found : undefined;
}

/** A feeder that was deployed to this network before. @throws InputError where none was */
export async function findFeeder(hre: HardhatRuntimeEnvironment, feeder: string): Promise<FeederAddresses> {
  const found = await knownFeeder(hre, feeder);
  if (found !== undefined) return found;
  const { name } = hre.network;
  if (name === "hardhat") {
    throw new InputError(
      "--network",
      `no market of feeder "${feeder}" is deployed: without --network a command has a chain of its own, which ends with ` +
        "it. Start `npx hardhat node`, then `npx hardhat market:deploy --network localhost`, and say --network localhost",
    );
  }
  const deploy = `\`npx hardhat market:deploy --feeder ${feeder} --network ${name}\``;
  const earlier = await feedersOfEarlierChains(hre);
  throw new InputError(
    `network ${name}`,
    earlier.includes(feeder)
      ? `the chain was restarted and no longer has the market of feeder "${feeder}"; deploy it again with ${deploy}`
      : `no market of feeder "${feeder}" is deployed; run ${deploy} first`,
  );
}

/** Feeders of chains with the same id that are gone, or that this network is not. */
async function feedersOfEarlierChains(hre: HardhatRuntimeEnvironment): Promise<string[]> {
  const id = await networkId(hre);
  const root = join(hre.config.paths.root, "deploy", "deployments");
  const sameId = id.split("-").slice(0, 2).join("-");
  const folders = (await readdir(root).catch(() => [])).filter((name) => name.startsWith(sameId));
  const records = await Promise.all(folders.map(async (name) => readRecord(join(root, name, RECORD))));
  return records.flatMap(({ feeders }) => Object.keys(feeders));
}

/** File of a chain's record, in the folder of the chain. */
export const RECORD = "feeders.json";

async function recordFile(hre: HardhatRuntimeEnvironment): Promise<string> {
  return join(hre.config.paths.root, "deploy", "deployments", await networkId(hre), RECORD);
}

/** Deployments in process, which end with the command. */
const inProcess: ChainRecord = { contracts: {}, feeders: {} };

/** Lets one command at a time deploy to a chain. */
async function withRecord<T>(
  hre: HardhatRuntimeEnvironment,
  work: (record: ChainRecord, save: () => Promise<void>) => Promise<T>,
): Promise<T> {
  if (hre.network.name === "hardhat") return work(inProcess, async () => undefined);
  const { lock } = await import("proper-lockfile");
  const file = await recordFile(hre);
  await mkdir(join(file, ".."), { recursive: true });
  const release = await lock(file, { realpath: false, stale: 30_000, retries: { retries: 600, maxTimeout: 1_000 } });
  try {
    const record = await readRecord(file);
    return await work(record, async () => {
      const draft = `${file}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
      await rename(draft, file);
    });
  } finally {
    await release();
  }
}

/** Record of what is deployed on a chain; nothing where the file is not there. @throws InputError where it is damaged */
export async function readRecord(file: string): Promise<ChainRecord> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return { contracts: {}, feeders: {} };
  try {
    const { contracts, feeders } = JSON.parse(text) as ChainRecord;
    if (typeof contracts === "object" && typeof feeders === "object") return { contracts, feeders };
  } catch {
    // Said below.
  }
  throw new InputError(file, "the record of what is deployed is damaged; remove the file and deploy again");
}

async function hasCode(hre: HardhatRuntimeEnvironment, address: string): Promise<boolean> {
  return (await hre.ethers.provider.getCode(address)) !== "0x";
}
