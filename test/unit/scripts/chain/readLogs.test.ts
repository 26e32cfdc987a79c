import { expect } from "chai";
import type { Log } from "ethers";

import { blocksBetween, deploymentBlock } from "../../../../scripts/chain/blocks";
import { BLOCKS_AT_A_TIME, type LogProvider, readLogs } from "../../../../scripts/chain/readLogs";

const ONE = { address: "0x01" };
const OTHER = { address: "0x02" };

/** A node with two logs in every block, that takes no more than `most` blocks at a time. */
class Node implements LogProvider {
  readonly asked: number[] = [];

  constructor(private readonly most: number) {}

  async getLogs({ address, fromBlock, toBlock }: Parameters<LogProvider["getLogs"]>[0]): Promise<Log[]> {
    const count = toBlock - fromBlock + 1;
    this.asked.push(count);
    if (count > this.most) throw new Error(`block range is too wide: ${count}`);
    const index = address === ONE.address ? 1 : 0;
    return Array.from({ length: count }, (_, i) => ({ blockNumber: fromBlock + i, index }) as Log);
  }
}

describe("scripts/chain/readLogs", () => {
  it("puts the logs of several contracts in the order in which they happened", async () => {
    const logs = await readLogs(new Node(100), [ONE, OTHER], { fromBlock: 7, toBlock: 9 });
    expect(logs.map(({ blockNumber, index }) => [blockNumber, index])).to.deep.equal(
      [7, 8, 9].flatMap((block) => [0, 1].map((index) => [block, index])),
    );
  });

  it("halves the range until the node takes it, reads every block once and tells of each", async () => {
    const node = new Node(1_000);
    let read = 0;
    const range = { fromBlock: 3, toBlock: BLOCKS_AT_A_TIME + 2_002 };
    const logs = await readLogs(node, [ONE], range, (blocks) => (read += blocks));
    const blocks = range.toBlock - range.fromBlock + 1;
    expect(read).to.equal(blocks);
    expect(new Set(logs.map(({ blockNumber }) => blockNumber)).size).to.equal(blocks);
    expect(logs).to.have.length(blocks);
    expect(node.asked.slice(0, 4)).to.deep.equal([8_192, 4_096, 2_048, 1_024]);
    expect(node.asked.slice(4).every((count) => count <= 512)).to.equal(true);
  });

  it("gives up where a single block is refused", async () => {
    const failure = await readLogs(new Node(0), [ONE], { fromBlock: 0, toBlock: 8 }).catch(
      (error: Error) => error.message,
    );
    expect(failure).to.equal("block range is too wide: 1");
  });

  it("finds where a contract was deployed, or begins at 0 where the node forgets old states", async () => {
    const node = { getCode: async (_: unknown, block?: unknown) => (Number(block) < 4_321 ? "0x" : "0x60") };
    expect(await deploymentBlock(node, ONE.address, 10_000)).to.equal(4_321);
    expect(await deploymentBlock(node, ONE.address, 4_321)).to.equal(4_321);
    const forgetful = { getCode: () => Promise.reject(new Error("missing trie node")) };
    expect(await deploymentBlock(forgetful, ONE.address, 10_000)).to.equal(0);
  });

  it("finds the blocks of a span of time by their headers, pruned ones taken for older", async () => {
    let asked = 0;
    const chain = {
      getBlock: async (number: number) => {
        asked++;
        return number < 100 ? null : { timestamp: 1_000 + 12 * number };
      },
    };
    const span = { from: 1_000 + 12 * 5_000, until: 1_000 + 12 * 5_004 + 11 };
    expect(await blocksBetween(chain, span, 1_000_000)).to.deep.equal({ fromBlock: 5_000, toBlock: 5_004 });
    expect(asked).to.be.below(50);
    expect(await blocksBetween(chain, { from: 13_001, until: 13_002 }, 1_000_000)).to.equal(undefined);
    expect(await blocksBetween(chain, { from: 0, until: 1_000 + 12 * 100 }, 1_000)).to.deep.equal({
      fromBlock: 100,
      toBlock: 100,
    });
    expect(await blocksBetween(chain, { from: 10 ** 9, until: 2 * 10 ** 9 }, 1_000)).to.equal(undefined);
  });
});
