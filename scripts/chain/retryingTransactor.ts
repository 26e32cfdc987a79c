import { isRefusedConnection } from "./nodeFailures";
import type { PipelinedTransactor } from "./sendMany";
import type { Call, Receipt, Transactor } from "./transactor";

/** How often and after what pauses a node that cannot be reached is asked again. */
export interface Backoff {
  /** Most attempts after the first. */
  retries: number;
  /** Pause before the first of them, ms; doubled before each further one. */
  firstPauseMs: number;
}

/** A node that restarts is back within half a minute or so. */
export const DEFAULT_BACKOFF: Readonly<Backoff> = { retries: 7, firstPauseMs: 250 };

/**
 * Sends again where the node could not be reached: only where the connection was refused, so that the transaction
 * cannot have arrived. Whatever else fails is the caller's to judge.
 */
export class RetryingTransactor implements Transactor {
  /** How often something had to be sent again so far. */
  retried = 0;

  constructor(
    private readonly inner: Transactor,
    private readonly backoff: Backoff = DEFAULT_BACKOFF,
  ) {}

  get address(): string {
    return this.inner.address;
  }

  async send(call: Call): Promise<Receipt> {
    return this.again(async () => this.inner.send(call));
  }

  /** Sends without waiting for the block, where what is inside can. */
  async submit(call: Call): Promise<{ receipt: Promise<Receipt> }> {
    const { inner } = this;
    if (!("submit" in inner)) return { receipt: Promise.resolve(await this.send(call)) };
    return this.again(async () => (inner as PipelinedTransactor).submit(call));
  }

  private async again<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isRefusedConnection(error) || attempt === this.backoff.retries) throw error;
        this.retried++;
        const pauseMs = this.backoff.firstPauseMs * 2 ** attempt;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }
}
