/** Part of an ethers provider that finding blocks by their time needs. */
export interface BlockSource {
  getBlock(block: number): Promise<{ timestamp: number } | null>;
}

/** Part of an ethers provider that finding a contract's first block needs. */
export interface CodeSource {
  getCode(address: string, block?: number): Promise<string>;
}

/** The first block at `seconds` or later, from `first` to `latest`; `latest + 1` where all are earlier. */
export async function firstBlockFrom(source: BlockSource, seconds: number, latest: number, first = 0): Promise<number> {
  let [low, high] = [first, latest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const block = await source.getBlock(middle);
    // A block that a pruning node no longer has is older than all that it has.
    if (block === null || block.timestamp < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The blocks with times in `[from, until]`, s; undefined where there is none. */
export async function blocksBetween(
  source: BlockSource,
  { from, until }: { from: number; until: number },
  latest: number,
): Promise<{ fromBlock: number; toBlock: number } | undefined> {
  const fromBlock = await firstBlockFrom(source, from, latest);
  const toBlock = (await firstBlockFrom(source, until + 1, latest, fromBlock)) - 1;
  return toBlock < fromBlock ? undefined : { fromBlock, toBlock };
}

/**
 * The block in which a contract was deployed, found by asking for its code; 0 where the node does not remember old
 * states.
 */
export async function deploymentBlock(source: CodeSource, address: string, latest: number): Promise<number> {
  let [without, withCode] = [-1, latest];
  try {
    while (withCode - without > 1) {
      const middle = Math.floor((without + withCode) / 2);
      if ((await source.getCode(address, middle)) === "0x") without = middle;
      else withCode = middle;
    }
  } catch {
    return 0;
  }
  return withCode;
}
