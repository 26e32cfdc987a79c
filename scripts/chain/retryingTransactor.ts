import { isRefusedConnection } from "./nodeFailures";
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
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.inner.send(call);
      } catch (error) {
        if (!isRefusedConnection(error) || attempt === this.backoff.retries) throw error;
        this.retried++;
        const pauseMs = this.backoff.firstPauseMs * 2 ** attempt;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }
}
