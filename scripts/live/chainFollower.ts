import type { Provider } from "ethers";

import type { AuditEvent } from "../quality/audit/auditEvent";
import { inBatches } from "../quality/audit/inBatches";
import { type AuditedContracts, marketFilters, parseMarketLog } from "../quality/audit/marketLogs";
import { readLogs } from "../chain/readLogs";

/** A block as far as a follower cares. */
export interface Head {
  number: number;
  hash: string;
  timestamp: number;
}

/** An event with the time of its block. */
export interface TimedEvent extends AuditEvent {
  timestamp: number;
}

/** Findings of a follower since it looked last. */
export interface Advance {
  head: Head;
  /** Events that are no longer part of the chain, from this place in the list on; undefined where all still are. */
  keptEvents: number | undefined;
  added: TimedEvent[];
}

/** The chain no longer has the market: the node was started anew. */
export class ChainRestarted extends Error {
  override readonly name = "ChainRestarted";
}

/**
 * Follows the events of a market from block to block. Blocks that a reorganisation took back are dropped and read
 * again; a node that is away is asked again at the next poll.
 */
export class ChainFollower {
  readonly events: TimedEvent[] = [];
  head: Head | undefined;
  /** Blocks that were seen, by number, to notice that they are no longer there. */
  private checkpoints: Head[] = [];

  constructor(
    private readonly provider: Pick<Provider, "getBlock" | "getLogs" | "getCode">,
    private readonly contracts: AuditedContracts,
    private readonly firstBlock: number,
  ) {}

  /**
   * Looks once.
   * @returns what is new; undefined where nothing is
   * @throws ChainRestarted; whatever the provider throws where the node does not answer, with nothing changed
   */
  async poll(): Promise<Advance | undefined> {
    const head = await this.headNow();
    if (head.hash === this.head?.hash) return undefined;
    const common = await this.commonBlock(head.number);
    if (this.head === undefined || common < this.firstBlock) await this.requireMarket();
    const range = { fromBlock: Math.max(this.firstBlock, common + 1), toBlock: head.number };
    const logs = await readLogs(this.provider, marketFilters(this.contracts), range);
    const blocks = await inBatches([...new Set(logs.map(({ blockNumber }) => blockNumber))], async (number) =>
      this.block(number),
    );
    const times = new Map(blocks.map((block) => [block.number, block]));
    // A block that changed while it was read is read again at the next look.
    if (logs.some((log) => times.get(log.blockNumber)?.hash !== log.blockHash)) return undefined;
    const added = logs.map((log) => ({
      ...parseMarketLog(log, this.contracts),
      timestamp: times.get(log.blockNumber)!.timestamp,
    }));
    const firstDropped = this.events.findIndex(({ block }) => block > common);
    const keptEvents = firstDropped === -1 ? undefined : firstDropped;
    if (keptEvents !== undefined) this.events.length = keptEvents;
    this.checkpoints = [...this.checkpoints.filter(({ number }) => number <= common), ...blocks, head].sort(
      (a, b) => a.number - b.number,
    );
    this.events.push(...added);
    this.head = head;
    return { head, keptEvents, added };
  }

  /** The last block that was seen and is still there; one before the first where none is. */
  private async commonBlock(latest: number): Promise<number> {
    for (let i = this.checkpoints.length - 1; i >= 0; i--) {
      const seen = this.checkpoints[i]!;
      if (seen.number > latest) continue;
      if ((await this.provider.getBlock(seen.number))?.hash === seen.hash) return seen.number;
    }
    return this.firstBlock - 1;
  }

  private async requireMarket(): Promise<void> {
    if ((await this.provider.getCode(this.contracts.market)) === "0x") {
      throw new ChainRestarted(`there is no market at ${this.contracts.market} any more: the chain was started anew`);
    }
  }

  private async headNow(): Promise<Head> {
    const block = await this.provider.getBlock("latest");
    if (block?.hash === null || block === null) throw new Error("the node tells no latest block");
    return { number: block.number, hash: block.hash, timestamp: block.timestamp };
  }

  private async block(number: number): Promise<Head> {
    const block = await this.provider.getBlock(number);
    if (block?.hash === null || block === null) throw new Error(`the node does not know block ${number}`);
    return { number, hash: block.hash, timestamp: block.timestamp };
  }
}
