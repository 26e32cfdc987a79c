import type { Log } from "ethers";

/** Filter of logs: those of one contract, some of them. */
export interface LogFilter {
  address: string;
  topics?: (string | string[] | null)[];
}

/** Part of an ethers provider that reading logs needs. */
export interface LogProvider {
  getLogs(filter: LogFilter & { fromBlock: number; toBlock: number }): Promise<Log[]>;
}

/** Blocks, both ends included. */
export interface BlockRange {
  fromBlock: number;
  toBlock: number;
}

/** Blocks asked for at first; public nodes take 500 to 10 000. */
export const BLOCKS_AT_A_TIME = 8_192;

/**
 * The logs of several filters in a range of blocks, in the order in which they happened. A node that refuses a range is
 * asked for half of it, and for no more than that from then on; one that refuses a single block has said no.
 *
 * @param onRead told after each part how many blocks have been read
 */
export async function readLogs(
  provider: LogProvider,
  filters: readonly LogFilter[],
  { fromBlock, toBlock }: BlockRange,
  onRead: (blocks: number) => void = () => undefined,
): Promise<Log[]> {
  const logs: Log[] = [];
  let size = BLOCKS_AT_A_TIME;
  for (let from = fromBlock; from <= toBlock;) {
    const until = Math.min(toBlock, from + size - 1);
    try {
      const parts = await Promise.all(
        filters.map(async (filter) => provider.getLogs({ ...filter, fromBlock: from, toBlock: until })),
      );
      logs.push(...parts.flat());
    } catch (error) {
      if (until === from) throw error;
      size = Math.floor((until - from + 1) / 2);
      continue;
    }
    onRead(until - from + 1);
    from = until + 1;
  }
  return logs.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
}
