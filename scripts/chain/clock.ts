/** Raw requests, as an EIP-1193 or JSON-RPC provider takes them. */
export interface RawProvider {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** The chain's time, s. */
export interface ChainClock {
  /** Time of the latest block. */
  now(): Promise<number>;
  /** Comes back once the chain's time is `seconds` or later. */
  reach(seconds: number): Promise<void>;
}

const MOST_SECONDS_BETWEEN_LOOKS = 15;

async function latestTimestamp(provider: RawProvider): Promise<number> {
  const block = (await provider.send("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
  return Number(block.timestamp);
}

/** The in-process chain's clock, which is set forward: mines a block at the time asked for. */
export class DevelopmentClock implements ChainClock {
  constructor(private readonly provider: RawProvider) {}

  async now(): Promise<number> {
    return latestTimestamp(this.provider);
  }

  async reach(seconds: number): Promise<void> {
    if ((await this.now()) >= seconds) return;
    await this.provider.send("evm_setNextBlockTimestamp", [`0x${seconds.toString(16)}`]);
    await this.provider.send("evm_mine", []);
  }
}

/** Time of the block that the node would build now, s; undefined where it does not say. */
async function pendingTimestamp(provider: RawProvider): Promise<number | undefined> {
  const block = await provider.send("eth_getBlockByNumber", ["pending", false]).catch(() => null);
  const timestamp = Number((block as { timestamp?: string } | null)?.timestamp);
  return Number.isFinite(timestamp) ? timestamp : undefined;
}

/**
 * Clock of a development node that others may have left alone for hours. Its latest block may be old: now is when its
 * next block would be.
 */
export class DevelopmentNodeClock implements ChainClock {
  constructor(private readonly provider: RawProvider) {}

  async now(): Promise<number> {
    const latest = await latestTimestamp(this.provider);
    return Math.max(latest, (await pendingTimestamp(this.provider)) ?? latest);
  }

  async reach(seconds: number): Promise<void> {
    if ((await latestTimestamp(this.provider)) >= seconds) return;
    if ((await this.now()) < seconds) {
      await this.provider.send("evm_setNextBlockTimestamp", [`0x${seconds.toString(16)}`]);
    }
    await this.provider.send("evm_mine", []);
  }
}

/**
 * A live chain's clock, which is waited for. Chains that build blocks on demand have an old latest block: now is what
 * the clock on the wall shows, or the chain where that is ahead.
 */
export class WallClock implements ChainClock {
  /**
   * @param onWait told once what is waited for and how long, s
   * @param wall the clock on the wall, s
   */
  constructor(
    private readonly provider: RawProvider,
    private readonly onWait: (until: number, seconds: number) => void = () => undefined,
    private readonly wall: () => number = () => Math.floor(Date.now() / 1000),
  ) {}

  async now(): Promise<number> {
    const pending = (await pendingTimestamp(this.provider)) ?? 0;
    return Math.max(await latestTimestamp(this.provider), pending, this.wall());
  }

  async reach(seconds: number): Promise<void> {
    let left = seconds - (await this.now());
    if (left > 0) this.onWait(seconds, left);
    for (; left > 0; left = seconds - (await this.now())) {
      const wait = Math.min(Math.max(left, 1), MOST_SECONDS_BETWEEN_LOOKS);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}
