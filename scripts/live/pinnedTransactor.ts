import type { RawProvider } from "../chain/clock";
import type { Call, Receipt, Transactor } from "../chain/transactor";

/** One transaction at a time: the time of the next block is set for each. */
export class ChainQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Does something once all that was asked for before is done. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work, work);
    this.last = done.catch(() => undefined);
    return done;
  }
}

/**
 * Sends on a development chain whose time stands still between transactions: each comes a second after the block before
 * it, however long a person has looked at the page meanwhile.
 */
export class PinnedTransactor implements Transactor {
  constructor(
    private readonly inner: Transactor,
    private readonly provider: RawProvider,
    private readonly queue: ChainQueue,
  ) {}

  get address(): string {
    return this.inner.address;
  }

  async send(call: Call): Promise<Receipt> {
    return this.queue.run(async () => {
      const block = (await this.provider.send("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
      await this.provider.send("evm_setNextBlockTimestamp", [`0x${(Number(block.timestamp) + 1).toString(16)}`]);
      return this.inner.send(call);
    });
  }
}
