import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { ChainPortOptions } from "../../scripts/chain/chainPort";
import type { MarketClient } from "../../scripts/chain/marketClient";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { Faults } from "../../scripts/simulation/faults/faults";
import type { FaultyPort } from "../../scripts/simulation/faults/faultyPort";
import type { MortalGateway } from "../../scripts/simulation/faults/networkFaults";
import { chainPortOptions, PILE_BALANCE } from "./chainMarket";

/** Connections that a restarting node refuses before it is back. */
const REFUSED_CONNECTIONS = 3;
/** A node in process is back at once: pauses are there to be seen, not to be waited for. */
const BACKOFF = { retries: 5, firstPauseMs: 5 };

/** A market for a day on which things go wrong. */
export interface FaultyMarket {
  port: FaultyPort;
  client: MarketClient;
  /** Deposits for the piles of the day, money units; once they are registered. */
  deposited: () => Promise<bigint>;
}

/**
 * A market of its own on the in-process chain whose node, gateway and network fail as planned.
 *
 * @param firstFrame the simulation's frame that the faults count from
 */
export async function openFaultyMarket(
  hre: HardhatRuntimeEnvironment,
  rules: Partial<DeploymentParameters>,
  seed: number,
  feeder: string,
  faults: Faults,
  firstFrame: number,
): Promise<FaultyMarket> {
  const { ChainPort } = await import("../../scripts/chain/chainPort");
  const { RetryingTransactor } = await import("../../scripts/chain/retryingTransactor");
  const { rebuildMemory } = await import("../../scripts/quality/audit/portMemory");
  const { emptyLog } = await import("../../scripts/simulation/faults/faults");
  const { FaultyPort } = await import("../../scripts/simulation/faults/faultyPort");
  const { AbsentNode, MortalGateway, RepeatingTransactor } =
    await import("../../scripts/simulation/faults/networkFaults");
  const log = emptyLog();
  const plain = await chainPortOptions(hre, rules, seed, feeder);
  const node = new AbsentNode(plain.sender);
  const retrying = new RetryingTransactor(node, BACKOFF);
  let gateway: MortalGateway | undefined;
  const options: ChainPortOptions = {
    ...plain,
    sender: faults.duplicates ? new RepeatingTransactor(retrying, log.duplicates) : retrying,
    gatewayOf: (given) => (gateway = new MortalGateway(given, log.gateways)),
  };
  const { client } = plain;
  let first = new ChainPort(options);
  const port = new FaultyPort(
    {
      port: first,
      killGateway: (frame) => gateway!.dieIn(frame),
      restart: async () => {
        // The names and accounts of piles and where frames count from are configuration; all else is forgotten.
        const { originFrame, piles } = first.memory;
        const filed = [...piles.keys()].map((name) => ({ name, account: plain.keyOf(name).address }));
        const { memory, events } = await rebuildMemory(client, hre.ethers.provider, filed, originFrame);
        first = new ChainPort(options, memory);
        node.leave(REFUSED_CONNECTIONS);
        const found = { piles: memory.piles.size, unsettledFrames: memory.unsettled.length };
        return { port: first, refusedConnections: REFUSED_CONNECTIONS, events, ...found };
      },
    },
    faults,
    firstFrame,
    log,
  );
  const deposited = async () => PILE_BALANCE * BigInt((await client.piles()).length);
  return { port, client, deposited };
}
